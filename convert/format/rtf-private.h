/*
 * convert/format/rtf-private.h - what the parts of the RTF reader share: rtf.c reads tokens, rtf-words.c knows what
 * control words do, rtf-picture.c and rtf-field.c take what is no text, rtf-picture-file.c gives pictures the headers of
 * their files, rtf-write.c makes HTML and text, rtf-table.c the tables in it.
 *
 * Example: ist_rtf_words_apply_name (parser, "par").
 *
 * Threads: none but the reader's.
 */
#ifndef IST_CONVERT_FORMAT_RTF_PRIVATE_H
#define IST_CONVERT_FORMAT_RTF_PRIVATE_H

#include "base/append.h"
#include "convert/format/code-page.h"
#include "convert/format/rtf.h"

G_BEGIN_DECLS

#define IST_RTF_MAX_DEPTH 256
#define IST_RTF_WORD_BITS 9
#define IST_RTF_WORD_SLOTS (1 << IST_RTF_WORD_BITS)

typedef enum
{
  IST_RTF_IN_BODY,
  IST_RTF_IN_SKIPPED,
  IST_RTF_IN_VALUE, /* of a drawing's property: no text, but it may hold a picture */
  IST_RTF_IN_FONTS,
  IST_RTF_IN_COLOURS,
  IST_RTF_IN_TAG,  /* {\*\htmltag …} */
  IST_RTF_IN_MARK, /* {\pntext …}, {\listtext …}: the mark of a list item */
  IST_RTF_IN_INSTRUCTION, /* {\*\fldinst …} */
  IST_RTF_IN_PICTURE
} IstRtfPlace;

typedef struct
{
  gboolean bold, italic, underline, strike;
  gint raised;       /* 1 superscript, -1 subscript */
  guint colour;      /* index in the table; 0: the default */
  guint background;
  guint half_points; /* 0: the default */
  int font;
  guint link; /* index in `links` from 1; 0: none */
} IstRtfLook;

typedef struct
{
  IstRtfPlace place;
  IstRtfPlace before; /* of \upr: where its \ud goes */
  gboolean in_upr;
  gboolean hidden;    /* \htmlrtf, \v */
  gboolean is_star;   /* \* came: an unknown word that follows makes the group one to skip */
  guint uc;           /* bytes that stand for a \uN where it is not known */
  IstRtfLook look;
} IstRtfState;

/* Of the paragraph that is open or comes. */
typedef struct
{
  const char *align; /* NULL: left */
  gint indent_twips;
  gint first_twips; /* of the first line, from there */
  guint list_level;
  guint depth; /* of tables */
} IstRtfParagraph;

/* A cell's definition in \trowd. */
typedef struct
{
  gint right_twips;
  gboolean joins_left;         /* \clmrg */
  gboolean begins_down, joins_up; /* \clvmgf, \clvmrg */
  guint background;            /* index in the colour table; 0: none */
} IstRtfCellShape;

typedef struct _IstRtfTable IstRtfTable;

/* A control word as it was read. */
typedef struct
{
  const char *name; /* `size` bytes, at least one, none of them NUL */
  gsize size;
  guint64 key;      /* its first eight bytes, the first one lowest, 0 behind its end */
  gboolean has_value;
  int value;
} IstRtfWord;

/* Where the table of words has the row of a word. */
typedef struct
{
  guint64 key;
  guint8 size;
  guint8 row; /* from 1; 0: none */
} IstRtfWordSlot;

typedef struct
{
  const guint8 *data;
  gsize at, size;
  gsize max_bytes;
  gboolean is_too_long;
  IstRtfKind kind;
  IstRtfState *state; /* the one that counts, in: */
  IstRtfState stack[IST_RTF_MAX_DEPTH];
  guint n_deeper;    /* groups open beyond the stack's bound */
  IstRtfWordSlot words[IST_RTF_WORD_SLOTS];
  guint code_page;   /* of the document */
  GHashTable *fonts; /* number -> code page */
  gboolean is_page_known; /* of the font that was asked for last: */
  int page_font;
  guint page;
  GHashTable *font_names; /* number -> name in `names` */
  GStringChunk *names;    /* each once */
  int font_read;     /* of the font table: the one being described */
  GString *font_name; /* of it */
  int default_font;
  GArray *colours; /* guint32 0xRRGGBB; G_MAXUINT32: the default */
  guint32 colour_read;
  gboolean has_colour;
  GString *bytes; /* text in the current code page */
  GString *wide;  /* the same in UTF-8 */
  guint narrow_page; /* the page that was looked at last; of single bytes: */
  gboolean is_narrow;
  IstCodePageNarrow narrow;
  guint n_skip;   /* bytes still standing for a \uN */
  gunichar high;  /* first half of a surrogate pair; 0: none */
  IstRtf *rtf;
  GString *html, *text;
  GString *out;       /* where HTML goes: `html`, or the open cell of the innermost table */
  GPtrArray *tables;  /* IstRtfTable, open ones, outermost first */
  gsize held_bytes;   /* of finished cells whose table is open */
  GArray *shapes;     /* IstRtfCellShape of the row that comes */
  IstRtfCellShape shape; /* of the cell that is being described */
  IstRtfParagraph paragraph;
  gboolean in_paragraph, in_look;
  gboolean is_empty;  /* the paragraph: nothing is in it yet */
  GString *mark;      /* of the list item that comes; "": it is none */
  GArray *lists;      /* char: what the open lists are, '*' or the type of <ol> */
  IstRtfLook look;    /* of the open span */
  GPtrArray *links;   /* char *: addresses */
  guint next_link;    /* of the field whose result comes */
  gsize link_start;   /* in `text`: where that result begins */
  GString *instruction;
  const char *picture_type;
  GByteArray *picture;
  guint picture_width, picture_height;         /* in hundredths of a millimetre; 0: not said */
  guint picture_wide_twips, picture_high_twips; /* how large it is to be shown; 0: not said */
  int nibble; /* of the picture's hex digits; -1: none */
} IstRtfParser;

/* The code page of text here. */
guint ist_rtf_code_page (IstRtfParser *p);

void ist_rtf_flush_bytes (IstRtfParser *p);

/* Gives collected bytes to the writer. Needed before anything that changes what text is or looks like. */
static inline void
ist_rtf_flush (IstRtfParser *p)
{
  if (p->bytes->len > 0)
    ist_rtf_flush_bytes (p);
}

void ist_rtf_put_unicode (IstRtfParser *p, gunichar c);

/* Fills p->words. */
void ist_rtf_words_begin (IstRtfParser *p);
void ist_rtf_words_apply (IstRtfParser *p, const IstRtfWord *word);
void ist_rtf_words_apply_name (IstRtfParser *p, const char *name);

/* `text` in UTF-8, not escaped, without NUL. */
void ist_rtf_write_text (IstRtfParser *p, const char *text, gsize size);
/* The same of a text in which nothing has a meaning in HTML. */
void ist_rtf_write_plain (IstRtfParser *p, const char *text, gsize size);
void ist_rtf_write_line (IstRtfParser *p);
void ist_rtf_write_paragraph (IstRtfParser *p);
void ist_rtf_write_end (IstRtfParser *p);
/* Makes sure that a paragraph is open, and ends it with all lists. */
void ist_rtf_write_open (IstRtfParser *p);
void ist_rtf_write_close (IstRtfParser *p);
guint32 ist_rtf_write_colour (const IstRtfParser *p, guint index); /* G_MAXUINT32: the default */
void ist_rtf_write_check (IstRtfParser *p);

/* Opens and ends tables until as many are open as the paragraph asks for. */
void ist_rtf_table_enter (IstRtfParser *p, guint depth);
void ist_rtf_table_end_cell (IstRtfParser *p);
void ist_rtf_table_end_row (IstRtfParser *p, gboolean is_nested);
void ist_rtf_table_free (gpointer table);

/* Pictures and objects: `picture` is filled between begin and end. */
void ist_rtf_picture_begin (IstRtfParser *p, const char *type);
void ist_rtf_picture_put (IstRtfParser *p, guint8 byte);
void ist_rtf_picture_end (IstRtfParser *p);
/* The picture as a file: a bitmap gets its file header, a metafile the one that says its size. NULL: it is one as it is. */
GByteArray *ist_rtf_picture_file (const IstRtfParser *p, const char *type);

/* What a field's instruction asks for. */
void ist_rtf_field_instruct (IstRtfParser *p);
/* The result of a field with an address ends: the text names it too. */
void ist_rtf_field_end (IstRtfParser *p, guint link);

G_END_DECLS

#endif
