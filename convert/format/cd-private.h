/*
 * convert/format/cd-private.h - what the reader of CD records shares between its files.
 *
 * cd-records.c walks and knows the table, cd-text.c paragraphs and text, cd-table.c tables, cd-hotspot.c what has a
 * begin and an end, cd-link.c links, cd-image.c pictures. Every access to a record goes through the getters here,
 * which give zeros behind its end.
 *
 * Threads: a reader belongs to one thread.
 */
#ifndef IST_CONVERT_FORMAT_CD_PRIVATE_H
#define IST_CONVERT_FORMAT_CD_PRIVATE_H

#include "convert/format/cd-records.h"

G_BEGIN_DECLS

/* Open brackets at one time; Notes nests tables eight deep. */
#define CD_MAX_FRAMES 48
/* The left margin that Notes gives a new paragraph: one inch. */
#define CD_DEFAULT_LEFT 1440

typedef struct
{
  const guint8 *data;
  gsize size; /* header included */
  gsize head; /* bytes of the header */
} CdRecord;

typedef enum
{
  CD_FRAME_TABLE,
  CD_FRAME_SECTION, /* shows nothing until its title comes */
  CD_FRAME_INLINE,  /* link or mark: opened again in each paragraph it covers */
  CD_FRAME_FILE,    /* an attachment: its icon is left out */
  CD_FRAME_OTHER    /* has no look of its own */
} CdFrameKind;

typedef struct _CdTable CdTable;

typedef struct
{
  CdFrameKind kind;
  IstRichNode *node;  /* INLINE: in the present paragraph, or NULL; SECTION: the section, or NULL */
  IstRichNode *outer; /* TABLE, SECTION: where blocks go afterwards */
  CdTable *table;
  char *url; /* INLINE: one of these three */
  IstDocLink *doc;
  gint mark;  /* IstRichMarkKind, or -1 */
  char *text; /* of the mark */
} CdFrame;

typedef struct
{
  gboolean open;
  guint width_px, height_px; /* as shown */
  GByteArray *file;          /* GIF, JPEG, PNG… */
  gsize file_size;
  GByteArray *metafile;
  gsize metafile_size;
  gboolean is_bitmap;
  char *shared; /* name of a picture that lies in the database */
  char *alt;
  char *caption;
} CdImage;

typedef struct
{
  const IstCdInput *input;
  IstCdReport *report;
  IstRich *rich;
  GHashTable *pabs;       /* id -> IstRichParagraph */
  GHashTable *faces;      /* number -> name */
  GArray *frames;         /* CdFrame */
  IstRichNode *block;     /* where blocks go */
  IstRichNode *paragraph; /* the open one, or NULL */
  gboolean started;       /* a paragraph began that has no content yet */
  guint pab;
  gint base_left; /* the left margin that is shown as none */
  GString *html;  /* inside of HTML begin and end, else NULL */
  guint viewer;   /* how the next table shows its rows; 0: all at once */
  CdImage image;
} CdReader;

typedef void (*CdHandler) (CdReader *reader, const CdRecord *record);

guint8 cd_u8 (const CdRecord *record, gsize offset);
guint16 cd_u16 (const CdRecord *record, gsize offset);
guint32 cd_u32 (const CdRecord *record, gsize offset);
/* The bytes from `offset`, at most `size` of them: *size becomes what there is. Never NULL. */
const guint8 *cd_bytes (const CdRecord *record, gsize offset, gsize *size);
/* The same as text, up to the first NUL if `to_nul`. The caller frees. */
char *cd_string (CdReader *reader, const CdRecord *record, gsize offset, gsize size,
                 gboolean to_nul);
/* The NUL-ended strings from `offset`, at most `max` of them; those missing are "". g_strfreev(). */
char **cd_strings (CdReader *reader, const CdRecord *record, gsize offset, gsize size, guint max);
/* A colour record: flags, then red, green, blue. */
gint32 cd_rgb (const CdRecord *record, gsize offset);
/* One of the colours of Notes; 0, black, is the default of the reader's. */
gint32 cd_palette (guint index);

/* cd-text.c */
IstRichFont cd_font (CdReader *reader, const CdRecord *record, gsize offset);
void cd_read_fonts (CdReader *reader, GBytes *fonts);
/* Where inline content goes now; opens a paragraph and what covers it. NULL: the tree is full. */
IstRichNode *cd_inline (CdReader *reader);
void cd_end_paragraph (CdReader *reader);
void cd_flush_html (CdReader *reader);
void cd_text (CdReader *reader, const CdRecord *record);
void cd_paragraph (CdReader *reader, const CdRecord *record);
void cd_pab_definition (CdReader *reader, const CdRecord *record);
void cd_pab_reference (CdReader *reader, const CdRecord *record);
void cd_pab_form_reference (CdReader *reader, const CdRecord *record);
void cd_rule (CdReader *reader, const CdRecord *record);
void cd_html_begin (CdReader *reader, const CdRecord *record);
void cd_html_end (CdReader *reader, const CdRecord *record);
void cd_html_segment (CdReader *reader, const CdRecord *record);

/* cd-table.c */
void cd_pre_table (CdReader *reader, const CdRecord *record);
void cd_table_begin (CdReader *reader, const CdRecord *record);
void cd_table_cell (CdReader *reader, const CdRecord *record);
void cd_table_end (CdReader *reader, const CdRecord *record);
void cd_table_label (CdReader *reader, const CdRecord *record);
void cd_cell_colour (CdReader *reader, const CdRecord *record);
/* Puts merged cells right and gives the state back. */
void cd_table_finish (CdReader *reader, CdTable *table);

/* cd-hotspot.c */
CdFrame *cd_push (CdReader *reader, CdFrameKind kind); /* NULL: too many */
void cd_pop_to (CdReader *reader, guint n);            /* closes all frames above the first `n` */
gint cd_top_table (const CdReader *reader); /* index of the innermost table's frame, or -1 */
gboolean cd_in_file (const CdReader *reader);
void cd_hotspot_begin (CdReader *reader, const CdRecord *record);
void cd_hotspot_end (CdReader *reader, const CdRecord *record);
void cd_bar (CdReader *reader, const CdRecord *record);
void cd_button (CdReader *reader, const CdRecord *record);
void cd_field (CdReader *reader, const CdRecord *record);
void cd_ole_begin (CdReader *reader, const CdRecord *record);

/* cd-link.c */
void cd_link (CdReader *reader, const CdRecord *record); /* old form, by index */
void cd_link2 (CdReader *reader, const CdRecord *record);
void cd_link_export (CdReader *reader, const CdRecord *record); /* old form */
void cd_link_export2 (CdReader *reader, const CdRecord *record);
void cd_resource (CdReader *reader, const CdRecord *record);

/* cd-image.c */
void cd_graphic (CdReader *reader, const CdRecord *record);
void cd_image_header (CdReader *reader, const CdRecord *record);
void cd_image_segment (CdReader *reader, const CdRecord *record);
void cd_bitmap_header (CdReader *reader, const CdRecord *record);
void cd_metafile_header (CdReader *reader, const CdRecord *record);
void cd_metafile_segment (CdReader *reader, const CdRecord *record);
void cd_alt_text (CdReader *reader, const CdRecord *record);
void cd_caption (CdReader *reader, const CdRecord *record);
/* Puts the picture that is being read, if any, into the text. */
void cd_image_flush (CdReader *reader);

G_END_DECLS

#endif
