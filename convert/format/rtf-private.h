/*
 * convert/format/rtf-private.h - what the parts of the RTF reader share: rtf.c reads tokens, rtf-words.c knows what
 * control words do, rtf-write.c makes HTML and text, rtf-picture.c files of pictures.
 *
 * Example: ist_rtf_words_apply (parser, "par", FALSE, 0).
 *
 * Threads: none but the reader's.
 */
#ifndef IST_CONVERT_FORMAT_RTF_PRIVATE_H
#define IST_CONVERT_FORMAT_RTF_PRIVATE_H

#include "convert/format/rtf.h"

G_BEGIN_DECLS

typedef enum
{
  IST_RTF_IN_BODY,
  IST_RTF_IN_SKIPPED,
  IST_RTF_IN_FONTS,
  IST_RTF_IN_COLOURS,
  IST_RTF_IN_TAG, /* {\*\htmltag …} */
  IST_RTF_IN_PICTURE
} IstRtfPlace;

typedef struct
{
  gboolean bold, italic, underline, strike, superscript, subscript;
  guint colour;      /* index in the table; 0: the default */
  guint half_points; /* 0: the default */
} IstRtfLook;

typedef struct
{
  IstRtfPlace place;
  gboolean hidden;  /* \htmlrtf, \v */
  gboolean is_star; /* \* came: an unknown word that follows makes the group one to skip */
  guint uc;         /* bytes that stand for a \uN where it is not known */
  int font;
  IstRtfLook look;
} IstRtfState;

typedef struct
{
  const guint8 *data;
  gsize at, size;
  gsize max_bytes;
  gboolean is_too_long;
  IstRtfKind kind;
  GArray *stack;     /* IstRtfState; the last one counts */
  guint n_deeper;    /* groups open beyond the stack's bound */
  guint code_page;   /* of the document */
  GHashTable *fonts; /* number -> code page */
  int font_read;     /* of the font table: the one being described */
  int default_font;
  GArray *colours; /* guint32 0xRRGGBB; G_MAXUINT32: the default */
  guint32 colour_read;
  gboolean has_colour;
  GString *bytes; /* text in the current code page */
  guint n_skip;   /* bytes still standing for a \uN */
  gunichar high;  /* first half of a surrogate pair; 0: none */
  IstRtf *rtf;
  GString *html, *text;
  gboolean in_paragraph, in_look, in_table, in_row, in_cell, wants_table;
  IstRtfLook look;   /* of the open span */
  const char *align; /* NULL: left */
  const char *picture_type;
  GByteArray *picture;
  guint picture_wide, picture_high; /* in twips; 0: not said */
  int nibble; /* of the picture's hex digits; -1: none */
} IstRtfParser;

IstRtfState *ist_rtf_state (IstRtfParser *p);
/* The code page of text here. */
guint ist_rtf_code_page (IstRtfParser *p);

/* Gives collected bytes to the writer. Needed before anything that changes what text is or looks like. */
void ist_rtf_flush (IstRtfParser *p);
void ist_rtf_put_unicode (IstRtfParser *p, gunichar c);

void ist_rtf_words_apply (IstRtfParser *p, const char *word, gboolean has_value, int value);

/* `text` in UTF-8, not escaped. */
void ist_rtf_write_text (IstRtfParser *p, const char *text);
void ist_rtf_write_line (IstRtfParser *p);
void ist_rtf_write_paragraph (IstRtfParser *p);
void ist_rtf_write_cell (IstRtfParser *p);
void ist_rtf_write_row (IstRtfParser *p);
void ist_rtf_write_picture (IstRtfParser *p);

/* The bytes of a picture (taken) as a file: a bitmap gets its file header, a metafile the one that says its size. */
GBytes *ist_rtf_picture_file (const char *type, GByteArray *taken, guint wide_twips, guint high_twips);
void ist_rtf_write_end (IstRtfParser *p);

G_END_DECLS

#endif
