/*
 * convert/format/tnef.h - reads a TNEF stream (winmail.dat), what Outlook puts a whole message into.
 *
 *   g_autoptr (IstTnef) tnef = ist_tnef_read (body, 0, ist_body_size (body), &error);
 *   for (guint i = 0; i < tnef->attachments->len; i++)
 *     save (g_ptr_array_index (tnef->attachments, i));       ranges of `body`, nothing is copied
 *   g_autofree char *html = ist_tnef_html (tnef, MAX, &error);
 *
 * Checksums are ignored; every length is checked; what stands before a damage is kept and `damage` says what it was.
 * Source: [MS-OXTNEF]. Bounds: embedded messages 8 deep, 4,096 attachments in all, 32,768 recipients.
 *
 * Threads: immutable after reading; any.
 */
#ifndef IST_CONVERT_FORMAT_TNEF_H
#define IST_CONVERT_FORMAT_TNEF_H

#include "convert/format/mapi-props.h"

G_BEGIN_DECLS

#define IST_TNEF_MAX_DEPTH 8

typedef enum
{
  IST_TNEF_FILE,
  IST_TNEF_MESSAGE, /* `message` is there */
  IST_TNEF_OLE      /* a compound document */
} IstTnefKind;

typedef struct _IstTnef IstTnef;

/* All members are for reading. Texts are UTF-8; NULL: not there. */
typedef struct
{
  IstTnefKind kind;
  char *long_name, *short_name, *transport_name, *display_name;
  char *mime_type;  /* as written */
  char *content_id; /* without brackets */
  char *content_location;
  gint32 position; /* of its mark in the text; -1: none */
  gboolean hidden;
  gsize offset, size_bytes; /* of the data, in the body */
  IstTnef *message;         /* of an embedded message */
  IstMapiProps *props;
} IstTnefAttachment;

typedef struct
{
  char *name, *address; /* SMTP address, or NULL */
  gint32 kind;          /* 1 To, 2 Cc, 3 Bcc; of a meeting: required, optional, resource */
  gint32 flags;         /* PidTagRecipientFlags: 0x2 the organizer */
  gint32 answer;        /* PidTagRecipientTrackStatus: 2 tentative, 3 accepted, 4 declined */
} IstTnefPerson;

struct _IstTnef
{
  char *message_class; /* "IPM.Note"; never NULL */
  guint code_page;
  char *subject;
  gint64 sent_utc, received_utc; /* seconds since 1970; 0: none */
  IstTnefPerson sender;
  GPtrArray *recipients;         /* IstTnefPerson */
  GPtrArray *attachments;        /* IstTnefAttachment */
  IstMapiProps *props;           /* all of the message */
  char *damage;                  /* what is broken; NULL: nothing */
  gint64 start_utc, end_utc;     /* attDateStart and attDateEnd; 0: none */
  gsize text_offset, text_bytes; /* attBody */
};

/* Does a TNEF stream begin here? */
gboolean ist_tnef_is_tnef (const char *data, gsize size_bytes);

/* Reads the stream in this range of `body` (referenced). IST_ERROR_REFUSED: no TNEF, or nothing in it can be read. */
IstTnef *ist_tnef_read (IstBody *body, gsize offset, gsize size_bytes, GError **error);
void ist_tnef_free (IstTnef *tnef); /* NULL is allowed */

/* The best name of an attachment, without folders; NULL: it has none. Borrowed. */
const char *ist_tnef_attachment_name (const IstTnefAttachment *attachment);

/* The plain body in UTF-8 with LF line ends; NULL without error: there is none. IST_ERROR_REFUSED: beyond `max_bytes`. */
char *ist_tnef_text (const IstTnef *tnef, gsize max_bytes, GError **error);
/* The HTML body (not the one inside RTF) in UTF-8, as ist_tnef_text(). */
char *ist_tnef_html (const IstTnef *tnef, gsize max_bytes, GError **error);
/* The RTF body, decompressed, as ist_tnef_text(). *whole FALSE: its checksum does not fit or it ends early. */
GBytes *ist_tnef_rtf (const IstTnef *tnef, gsize max_bytes, gboolean *whole, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstTnef, ist_tnef_free)

G_END_DECLS

#endif
