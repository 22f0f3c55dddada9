/*
 * tests/scenario/conversion.h - the mail that the conversion scenarios send: TNEF of Outlook, memos of Notes.
 *
 *   GByteArray *stream = tnef_begin (1252);
 *   conversion_add_rtf (stream, "{\\rtf1 hello}");
 *   g_autofree char *mail = conversion_tnef_mail ("Subject: plan\n", stream, CONVERSION_TNEF_MIXED);
 *
 * Streams and databases are those of tests/convert/tnef-builder.h and nsf-make.h.
 *
 * Threads: one.
 */
#ifndef IST_TESTS_SCENARIO_CONVERSION_H
#define IST_TESTS_SCENARIO_CONVERSION_H

#include <glib.h>

/* Where a winmail.dat stands. */
typedef enum
{
  CONVERSION_TNEF_MIXED,      /* an attachment beside a plain text */
  CONVERSION_TNEF_WHOLE,      /* the message is the stream (summary TNEF of Exchange) */
  CONVERSION_TNEF_VND,        /* of type application/vnd.ms-tnef */
  CONVERSION_TNEF_OCTETS,     /* as application/octet-stream */
  CONVERSION_TNEF_NAMELESS,   /* without a file name */
  CONVERSION_TNEF_UUENCODED,  /* in the plain text, as the Internet Mail Service did with MIME off */
  CONVERSION_TNEF_ATTACHED,   /* beside the text of a message that is attached */
  CONVERSION_N_TNEF
} ConversionTnefPlace;

const char *conversion_tnef_place_name (ConversionTnefPlace place);

/* The plain text that stands beside the stream. */
#define CONVERSION_TNEF_TEXT "See the plan."

/* A mail with the stream (taken) in it; `head` are more header fields, each with its line end. g_free(). */
char *conversion_tnef_mail (const char *head, GByteArray *stream, ConversionTnefPlace place);

/* A body in Rich Text Format; a text of the message; an attached file. */
void conversion_add_rtf (GByteArray *stream, const char *rtf);
void conversion_add_text (GByteArray *stream, const char *text);
void conversion_add_file (GByteArray *stream, const char *name, const void *data, gsize size_bytes);
/* An OLE object with its storage; an embedded message with its stream (taken). */
void conversion_add_ole (GByteArray *stream, const char *name, const void *storage, gsize size_bytes);
void conversion_add_message (GByteArray *stream, GByteArray *embedded);
/* The properties of the message: what tnef_u32 and tnef_property wrote, `n` of them (taken). */
void conversion_add_properties (GByteArray *stream, guint n, GByteArray *taken);
/* Adds a named property of a set (ist_mapi_set_…) to a list of them. */
void conversion_add_named (GByteArray *properties, const guint8 set[16], guint32 lid, guint16 type, const void *data,
                           gsize size_bytes);
/* What makes the stream a meeting from 9 to 10 o'clock UTC on 9 March 2026, as `message_class` says ("IPM.Schedule.
 * Meeting.Request"); `sensitivity` is PidTagSensitivity. Class and subject "Plan" are set too. */
void conversion_add_meeting (GByteArray *stream, const char *message_class, guint32 sensitivity);

/* A memo as Domino sends it with "conversion and encapsulation": the database as encap2.ond beside the alternatives of
 * `texts` (whole parts with their delimiters "--b"; "" none). g_free(). */
char *conversion_memo_mail (const char *head, GBytes *database, const char *texts);

#endif
