/*
 * convert/format/rich.h - a formatted text as a tree, neutral between Notes rich text, RTF and HTML.
 *
 *   g_autoptr (IstRich) rich = ist_rich_new ();
 *   IstRichParagraph plain = { 0 };
 *   IstRichFont font = IST_RICH_FONT_DEFAULT;
 *   IstRichNode *p = ist_rich_add_paragraph (rich, ist_rich_root (rich), &plain);
 *   ist_rich_add_text (rich, p, &font, "Hello", -1);
 *   font.style = IST_RICH_BOLD;
 *   ist_rich_add_text (rich, p, &font, " world", -1);
 *   for (IstRichNode *n = p->first; n != NULL; n = n->next) …
 *
 * What may stand where: the root, sections and cells hold blocks (paragraph, table, tabs, section, rule); tabs hold
 * tables, a table rows, a row cells; paragraphs, links and marks hold inline nodes (run, link, mark, image,
 * attachment); HTML may stand in both. Asking for anything else is a bug of the caller.
 *
 * Bounded: nodes, depth, bytes of text, bytes of images (the limits are the constants below). What does not fit is
 * left out, the adding function gives NULL and ist_rich_truncated() says so from then on; NULL as a parent gives
 * NULL, so a reader need not ask after each call.
 *
 * Threads: a tree belongs to one thread.
 */
#ifndef IST_CONVERT_FORMAT_RICH_H
#define IST_CONVERT_FORMAT_RICH_H

#include "convert/format/doclink.h"

G_BEGIN_DECLS

#define IST_RICH_MAX_NODES 200000
#define IST_RICH_MAX_DEPTH 64
#define IST_RICH_MAX_TEXT_BYTES ((gsize) 16 * 1024 * 1024)
#define IST_RICH_MAX_IMAGE_BYTES ((gsize) 64 * 1024 * 1024)
#define IST_RICH_MAX_SPAN 256 /* rows or columns of one cell */

#define IST_RICH_NO_COLOUR ((gint32) -1) /* a colour is 0xRRGGBB or this */

typedef struct _IstRich IstRich;
typedef struct _IstRichNode IstRichNode;

typedef enum
{
  IST_RICH_ROOT,
  IST_RICH_PARAGRAPH,
  IST_RICH_TABLE,
  IST_RICH_ROW,
  IST_RICH_CELL,
  IST_RICH_TABS, /* a tabbed table: its children are tables, the caption of each is the label of its tab */
  IST_RICH_SECTION, /* a title and blocks that the reader could fold away */
  IST_RICH_RULE,    /* a horizontal line */
  IST_RICH_RUN,     /* text of one font */
  IST_RICH_LINK,
  IST_RICH_MARK, /* something active of Notes that is shown, not done */
  IST_RICH_IMAGE,
  IST_RICH_ATTACHMENT, /* the place where an attachment was shown */
  IST_RICH_HTML        /* HTML the author wrote into the text */
} IstRichKind;

typedef enum
{
  IST_RICH_LEFT,
  IST_RICH_RIGHT,
  IST_RICH_CENTRE,
  IST_RICH_JUSTIFY
} IstRichAlign;

typedef enum
{
  IST_RICH_NO_LIST,
  IST_RICH_BULLET,
  IST_RICH_NUMBER,
  IST_RICH_CHECKED,   /* a check box with its tick */
  IST_RICH_UNCHECKED, /* and without */
  IST_RICH_CIRCLE,    /* bullets of another form */
  IST_RICH_SQUARE,
  IST_RICH_ROMAN_UPPER, /* numbers of another form */
  IST_RICH_ROMAN_LOWER,
  IST_RICH_LETTER_UPPER,
  IST_RICH_LETTER_LOWER
} IstRichList;

enum /* bits of IstRichFont.style */
{
  IST_RICH_BOLD = 1,
  IST_RICH_ITALIC = 2,
  IST_RICH_UNDERLINE = 4,
  IST_RICH_STRIKE = 8,
  IST_RICH_SUPER = 16,
  IST_RICH_SUB = 32
};

typedef struct
{
  IstRichAlign align;
  IstRichList list;
  guint list_level; /* 0: outermost */
  gint left_twips;  /* margins; 20 twips are a point */
  gint right_twips;
  gint first_twips;   /* of the first line, relative to left_twips */
  guint before_twips; /* room above and below */
  guint after_twips;
  guint line_percent; /* distance of lines; 0 and 100: single */
  gboolean hidden;    /* not for the reader: renderers leave the paragraph out */
  gboolean rtl; /* read from right to left: "left" is then the begin of the line, on the right */
} IstRichParagraph;

typedef struct
{
  guint style;
  guint half_points; /* size in half points; 0: the default */
  gint32 colour;
  gint32 background;
  const char *face; /* NULL: the default. ist_rich_add_text() keeps a copy */
} IstRichFont;

#define IST_RICH_FONT_DEFAULT                                                                      \
  {                                                                                                \
    0, 0, IST_RICH_NO_COLOUR, IST_RICH_NO_COLOUR, NULL                                             \
  }

typedef struct
{
  guint row_span; /* 0 and 1: one; at most IST_RICH_MAX_SPAN */
  guint column_span;
  guint width_twips; /* 0: not known */
  gint32 background;
  gboolean borderless;
} IstRichCell;

typedef enum
{
  IST_RICH_MARK_POPUP,  /* text shows more text */
  IST_RICH_MARK_ACTION, /* text that runs something: formula, script, Notes action */
  IST_RICH_MARK_BUTTON,
  IST_RICH_MARK_OBJECT, /* an embedded object or control */
  IST_RICH_MARK_FIELD,  /* a field of a stored form */
  IST_RICH_MARK_MISSING /* a picture or the like that cannot be converted */
} IstRichMarkKind;

/* All members are for reading, those of `u` may be changed in place as long as ownership is kept (`char *` by
 * g_malloc()); RTF learns a paragraph's attributes at its end. */
struct _IstRichNode
{
  IstRichKind kind;
  IstRichNode *parent; /* NULL: the root */
  IstRichNode *first;  /* children */
  IstRichNode *last;
  IstRichNode *next; /* sibling */
  union
  {
    IstRichParagraph paragraph;
    IstRichCell cell;
    struct
    {
      char *caption;     /* NULL: none */
      guint width_twips; /* 0: not known */
      gboolean fit;      /* as wide as the window: the widths of cells are shares of it */
    } table;
    struct
    {
      char *title;      /* never NULL */
      IstRichFont font; /* of the title */
      gboolean expanded;
    } section;
    struct
    {
      IstRichFont font; /* the face is the tree's */
      GString *text;    /* valid UTF-8; \n is a line break, \t a tab, no other control characters */
    } run;
    struct
    {
      char *url;       /* NULL: a DocLink */
      IstDocLink *doc; /* NULL: a URL */
    } link;
    struct
    {
      IstRichMarkKind kind;
      char *label; /* of a button, a field, an object; NULL: the children are what is shown */
      char *text;  /* the popup's text, a description; NULL: none */
    } mark;
    struct
    {
      GBytes *bytes;
      const char
          *type;      /* by content: "image/png"; "application/octet-stream" when unknown. Static */
      guint width_px; /* as shown; 0: not known */
      guint height_px;
      char *alt; /* NULL: none */
    } image;
    struct
    {
      char *name;     /* internal name: of the item that holds it; NULL: none */
      char *original; /* name for the reader; never NULL */
    } attachment;
    char *html; /* never NULL; valid UTF-8, anything else may be in it */
  } u;
};

IstRich *ist_rich_new (void);
void ist_rich_free (IstRich *rich); /* NULL is allowed; the nodes go with it */

IstRichNode *ist_rich_root (IstRich *rich);
gboolean ist_rich_truncated (const IstRich *rich);

/* Is there nothing a reader would see (no text but blanks, no image, link, mark, attachment, HTML)? */
gboolean ist_rich_is_empty (IstRich *rich);

/* All of these put the new node behind the last child of `parent` and give it, borrowed from the tree; NULL when
 * `parent` is NULL or a limit is reached. Strings are copied, made valid UTF-8, freed of control characters. */
IstRichNode *ist_rich_add_paragraph (IstRich *rich, IstRichNode *parent,
                                     const IstRichParagraph *attributes);
IstRichNode *ist_rich_add_table (IstRich *rich, IstRichNode *parent,
                                 const char *caption); /* caption may be NULL */
IstRichNode *ist_rich_add_row (IstRich *rich, IstRichNode *table);
IstRichNode *ist_rich_add_cell (IstRich *rich, IstRichNode *row, const IstRichCell *attributes);
IstRichNode *ist_rich_add_tabs (IstRich *rich, IstRichNode *parent);
IstRichNode *
ist_rich_add_section (IstRich *rich, IstRichNode *parent, const char *title,
                      const IstRichFont *font,
                      gboolean expanded); /* title NULL: empty; font NULL: the default */
IstRichNode *ist_rich_add_rule (IstRich *rich, IstRichNode *parent);
IstRichNode *ist_rich_add_link (IstRich *rich, IstRichNode *parent, const char *url);
IstRichNode *ist_rich_add_doclink (IstRich *rich, IstRichNode *parent, const IstDocLink *link);
IstRichNode *ist_rich_add_mark (IstRich *rich, IstRichNode *parent, IstRichMarkKind kind,
                                const char *label,
                                const char *text); /* label and text may be NULL */
IstRichNode *ist_rich_add_attachment (IstRich *rich, IstRichNode *parent, const char *name,
                                      const char *original);
IstRichNode *ist_rich_add_html (IstRich *rich, IstRichNode *parent, const char *html);

/* `bytes` is referenced; alt may be NULL. Of a metafile that only paints one bitmap the bitmap is taken (wmf.h). */
IstRichNode *ist_rich_add_image (IstRich *rich, IstRichNode *parent, GBytes *bytes, guint width_px,
                                 guint height_px, const char *alt);

/* Adds `size_bytes` (-1: up to the NUL) of text; goes on in the last run of `parent` if that has the same font. CRLF
 * and CR become \n. Gives the run; NULL also for an empty text. */
IstRichNode *ist_rich_add_text (IstRich *rich, IstRichNode *parent, const IstRichFont *font,
                                const char *text, gssize size_bytes);

/* The nearest of `node` and its ancestors that holds blocks; NULL for NULL. */
IstRichNode *ist_rich_block_parent (IstRichNode *node);

/* Gives `table` (or a tab) this caption. */
void ist_rich_set_caption (IstRich *rich, IstRichNode *table, const char *caption);

/* Puts the children of `from` behind those of `to`, which holds the same kinds and does not lie in `from`: for cells
 * that turn out to be merged. Both may be NULL. */
void ist_rich_move_children (IstRichNode *from, IstRichNode *to);

/* Removes a node with its children; not the root. Their share of the limits stays used. */
void ist_rich_remove (IstRichNode *node);

/* The next node in reading order within `top`, children before siblings; NULL: that was all. Begin with `top`. */
IstRichNode *ist_rich_next (const IstRichNode *top, IstRichNode *node);

/* The media type of an image by its first bytes: GIF, JPEG, PNG, BMP, TIFF, WMF, EMF, WebP. Static; NULL: unknown. */
const char *ist_rich_sniff_image (const void *data, gsize size_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstRich, ist_rich_free)

G_END_DECLS

#endif
