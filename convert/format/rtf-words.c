/*
 * convert/format/rtf-words.c - what control words do. It is one file because the table of words and the cases that it
 * names are read together.
 */
#include "convert/format/rtf-private.h"

#include <string.h>

#define MAX_FONTS 4096
#define MAX_SHAPES 256

typedef enum
{
  SKIP_GROUP, /* the group is no text */
  INTO,       /* the group is a place of its own: `value` */
  CHARACTER,  /* a character: `value` */
  LOOK,       /* \b, \b0: the flag at `value` of IstRtfLook */
  NOTHING,    /* known, so that \* before it skips nothing */
  /* The function that has a case for `value`: */
  DOCUMENT,
  PICTURE,
  STYLE,
  TEXT,
  SHAPE,
  PARAGRAPH,
  END
} Action;

enum
{
  W_ANSICPG,
  W_BACKGROUND,
  W_BIN,
  W_BLIP_DIB,
  W_BLIP_EMF,
  W_BLIP_JPEG,
  W_BLIP_MAC,
  W_BLIP_PNG,
  W_BLIP_WMF,
  W_BLUE,
  W_CELL,
  W_CELLX,
  W_CF,
  W_CLCBPAT,
  W_CLMRG,
  W_CLVMGF,
  W_CLVMRG,
  W_CPG,
  W_DEFF,
  W_F,
  W_FCHARSET,
  W_FI,
  W_FS,
  W_GREEN,
  W_HTMLRTF,
  W_ILVL,
  W_INTBL,
  W_ITAP,
  W_LI,
  W_LINE,
  W_MAC,
  W_NESTROW,
  W_NOSUPERSUB,
  W_OBJECT_PLACE,
  W_PAR,
  W_PARD,
  W_PC,
  W_PICH,
  W_PICHGOAL,
  W_PICW,
  W_PICWGOAL,
  W_PLAIN,
  W_QC,
  W_QJ,
  W_QL,
  W_QR,
  W_RED,
  W_RESULT,
  W_ROW,
  W_SUB,
  W_SUPER,
  W_TROWD,
  W_U,
  W_UC,
  W_UD,
  W_ULNONE,
  W_UPR,
  W_V
};

typedef struct
{
  const char *word;
  Action action;
  gsize value;
} Row;

static const Row rows[] = {
  { "_", CHARACTER, 0x2011 },
  { "ansicpg", DOCUMENT, W_ANSICPG },
  { "b", LOOK, G_STRUCT_OFFSET (IstRtfLook, bold) },
  { "bin", PICTURE, W_BIN },
  { "blue", DOCUMENT, W_BLUE },
  { "bullet", CHARACTER, 0x2022 },
  { "cb", STYLE, W_BACKGROUND },
  { "cell", END, W_CELL },
  { "cellx", SHAPE, W_CELLX },
  { "cf", STYLE, W_CF },
  { "chcbpat", STYLE, W_BACKGROUND },
  { "clcbpat", SHAPE, W_CLCBPAT },
  { "clmrg", SHAPE, W_CLMRG },
  { "clvmgf", SHAPE, W_CLVMGF },
  { "clvmrg", SHAPE, W_CLVMRG },
  { "colortbl", INTO, IST_RTF_IN_COLOURS },
  { "cpg", DOCUMENT, W_CPG },
  { "deff", DOCUMENT, W_DEFF },
  { "dibitmap", PICTURE, W_BLIP_DIB },
  { "emdash", CHARACTER, 0x2014 },
  { "emfblip", PICTURE, W_BLIP_EMF },
  { "emspace", CHARACTER, 0x2003 },
  { "endash", CHARACTER, 0x2013 },
  { "enspace", CHARACTER, 0x2002 },
  { "f", STYLE, W_F },
  { "fcharset", DOCUMENT, W_FCHARSET },
  { "fi", PARAGRAPH, W_FI },
  { "fldinst", INTO, IST_RTF_IN_INSTRUCTION },
  { "fldrslt", TEXT, W_RESULT },
  { "fonttbl", INTO, IST_RTF_IN_FONTS },
  { "footer", SKIP_GROUP, 0 },
  { "footerf", SKIP_GROUP, 0 },
  { "footerl", SKIP_GROUP, 0 },
  { "footerr", SKIP_GROUP, 0 },
  { "fs", STYLE, W_FS },
  { "green", DOCUMENT, W_GREEN },
  { "header", SKIP_GROUP, 0 },
  { "headerf", SKIP_GROUP, 0 },
  { "headerl", SKIP_GROUP, 0 },
  { "headerr", SKIP_GROUP, 0 },
  { "highlight", STYLE, W_BACKGROUND },
  { "htmlrtf", TEXT, W_HTMLRTF },
  { "htmltag", INTO, IST_RTF_IN_TAG },
  { "i", LOOK, G_STRUCT_OFFSET (IstRtfLook, italic) },
  { "ilvl", PARAGRAPH, W_ILVL },
  { "info", SKIP_GROUP, 0 },
  { "intbl", PARAGRAPH, W_INTBL },
  { "itap", PARAGRAPH, W_ITAP },
  { "jpegblip", PICTURE, W_BLIP_JPEG },
  { "ldblquote", CHARACTER, 0x201C },
  { "li", PARAGRAPH, W_LI },
  { "line", END, W_LINE },
  { "listtext", INTO, IST_RTF_IN_MARK },
  { "lquote", CHARACTER, 0x2018 },
  { "ltrmark", CHARACTER, 0x200E },
  { "mac", DOCUMENT, W_MAC },
  { "macpict", PICTURE, W_BLIP_MAC },
  { "mhtmltag", SKIP_GROUP, 0 },
  { "nestcell", END, W_CELL },
  { "nestrow", END, W_NESTROW },
  { "nesttableprops", NOTHING, 0 },
  { "nonesttables", SKIP_GROUP, 0 },
  { "nonshppict", SKIP_GROUP, 0 },
  { "nosupersub", STYLE, W_NOSUPERSUB },
  { "objattph", TEXT, W_OBJECT_PLACE },
  { "objdata", INTO, IST_RTF_IN_PICTURE },
  { "par", END, W_PAR },
  { "pard", PARAGRAPH, W_PARD },
  { "pc", DOCUMENT, W_PC },
  { "pich", PICTURE, W_PICH },
  { "pichgoal", PICTURE, W_PICHGOAL },
  { "pict", INTO, IST_RTF_IN_PICTURE },
  { "picw", PICTURE, W_PICW },
  { "picwgoal", PICTURE, W_PICWGOAL },
  { "plain", STYLE, W_PLAIN },
  { "pngblip", PICTURE, W_BLIP_PNG },
  { "pntext", INTO, IST_RTF_IN_MARK },
  { "qc", PARAGRAPH, W_QC },
  { "qj", PARAGRAPH, W_QJ },
  { "ql", PARAGRAPH, W_QL },
  { "qmspace", CHARACTER, 0x2005 },
  { "qr", PARAGRAPH, W_QR },
  { "rdblquote", CHARACTER, 0x201D },
  { "red", DOCUMENT, W_RED },
  { "row", END, W_ROW },
  { "rquote", CHARACTER, 0x2019 },
  { "rtlmark", CHARACTER, 0x200F },
  { "sect", END, W_PAR },
  { "shpinst", NOTHING, 0 },
  { "shppict", NOTHING, 0 },
  { "shprslt", SKIP_GROUP, 0 },
  { "sn", SKIP_GROUP, 0 },
  { "strike", LOOK, G_STRUCT_OFFSET (IstRtfLook, strike) },
  { "striked", LOOK, G_STRUCT_OFFSET (IstRtfLook, strike) },
  { "stylesheet", SKIP_GROUP, 0 },
  { "sub", STYLE, W_SUB },
  { "super", STYLE, W_SUPER },
  { "sv", INTO, IST_RTF_IN_VALUE },
  { "tab", CHARACTER, '\t' },
  { "trowd", SHAPE, W_TROWD },
  { "u", TEXT, W_U },
  { "uc", TEXT, W_UC },
  { "ud", TEXT, W_UD },
  { "ul", LOOK, G_STRUCT_OFFSET (IstRtfLook, underline) },
  { "uld", LOOK, G_STRUCT_OFFSET (IstRtfLook, underline) },
  { "uldash", LOOK, G_STRUCT_OFFSET (IstRtfLook, underline) },
  { "uldb", LOOK, G_STRUCT_OFFSET (IstRtfLook, underline) },
  { "ulnone", STYLE, W_ULNONE },
  { "ulth", LOOK, G_STRUCT_OFFSET (IstRtfLook, underline) },
  { "ulw", LOOK, G_STRUCT_OFFSET (IstRtfLook, underline) },
  { "ulwave", LOOK, G_STRUCT_OFFSET (IstRtfLook, underline) },
  { "upr", TEXT, W_UPR },
  { "v", TEXT, W_V },
  { "wmetafile", PICTURE, W_BLIP_WMF },
  { "zwj", CHARACTER, 0x200D },
  { "zwnj", CHARACTER, 0x200C },
  { "~", CHARACTER, 0xA0 },
};

/* \fcharsetN to a code page. */
static const guint16 charsets[][2] = {
  { 0, 1252 },   { 77, 10000 }, { 128, 932 },  { 129, 949 },  { 134, 936 },  { 136, 950 },
  { 161, 1253 }, { 162, 1254 }, { 163, 1258 }, { 177, 1255 }, { 178, 1256 }, { 186, 1257 },
  { 204, 1251 }, { 222, 874 },  { 238, 1250 }, { 254, 437 },  { 255, 437 },
};

/* The upper bits of a product have a share of all letters. */
static guint
slot_of (guint64 key)
{
  return (guint) (key * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15) >> (64 - IST_RTF_WORD_BITS));
}

static IstRtfWord
word_of (const char *name)
{
  IstRtfWord word = { .name = name, .size = strlen (name) };

  for (gsize i = 0; i < MIN (word.size, sizeof word.key); i++)
    word.key |= (guint64) (guint8) name[i] << 8 * i;
  return word;
}

void
ist_rtf_words_begin (IstRtfParser *p)
{
  G_STATIC_ASSERT (G_N_ELEMENTS (rows) < 256);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const IstRtfWord word = word_of (rows[i].word);
      guint slot = slot_of (word.key);

      while (p->words[slot].row != 0)
        slot = (slot + 1) % IST_RTF_WORD_SLOTS;
      p->words[slot] = (IstRtfWordSlot) { word.key, (guint8) word.size, (guint8) (i + 1) };
    }
}

static const Row *
find_row (const IstRtfParser *p, const IstRtfWord *word)
{
  const gsize in_key = sizeof word->key;

  for (guint i = slot_of (word->key); p->words[i].row != 0; i = (i + 1) % IST_RTF_WORD_SLOTS)
    {
      const IstRtfWordSlot *slot = &p->words[i];
      const Row *row = &rows[slot->row - 1];

      if (slot->key == word->key && slot->size == word->size
          && (word->size <= in_key || memcmp (row->word + in_key, word->name + in_key, word->size - in_key) == 0))
        return row;
    }
  return NULL;
}

static void
set_font_page (IstRtfParser *p, guint page)
{
  if (p->state->place == IST_RTF_IN_FONTS && page != 0
      && g_hash_table_size (p->fonts) < MAX_FONTS)
    {
      g_hash_table_insert (p->fonts, GINT_TO_POINTER (p->font_read), GUINT_TO_POINTER (page));
      p->is_page_known = FALSE;
    }
}

static void
set_charset (IstRtfParser *p, int charset)
{
  for (gsize i = 0; i < G_N_ELEMENTS (charsets); i++)
    if (charsets[i][0] == charset)
      set_font_page (p, charsets[i][1]);
}

static void
set_colour (IstRtfParser *p, guint shift, int value)
{
  p->colour_read |= (guint32) CLAMP (value, 0, 255) << shift;
  p->has_colour = TRUE;
}

/* Raw bytes: only a picture's are of use. */
static void
take_binary (IstRtfParser *p, int n)
{
  gsize size = MIN ((gsize) MAX (n, 0), p->size - p->at);

  if (p->picture != NULL && p->state->place == IST_RTF_IN_PICTURE && p->picture->len + size <= G_MAXINT)
    g_byte_array_append (p->picture, p->data + p->at, (guint) size);
  p->at += size;
}

static void
put_object (IstRtfParser *p)
{
  IstRtfState *state = p->state;

  if (state->place != IST_RTF_IN_BODY || state->hidden)
    return;
  p->rtf->n_objects++;
  ist_rtf_write_text (p, "\xEF\xBF\xBC", 3);
}

/* Words in tables at the beginning of the document, and about it. */
static void
apply_document (IstRtfParser *p, gsize word, int value)
{
  switch (word)
    {
    case W_ANSICPG:
      if (value > 0)
        p->code_page = (guint) value;
      return;
    case W_MAC:
      p->code_page = 10000;
      return;
    case W_PC:
      p->code_page = 437;
      return;
    case W_DEFF:
      p->default_font = value;
      p->state->look.font = value;
      return;
    case W_FCHARSET:
      set_charset (p, value);
      return;
    case W_CPG:
      set_font_page (p, (guint) MAX (value, 0));
      return;
    case W_RED:
      set_colour (p, 16, value);
      return;
    case W_GREEN:
      set_colour (p, 8, value);
      return;
    case W_BLUE:
      set_colour (p, 0, value);
      return;
    default:
      return;
    }
}

static void
apply_picture (IstRtfParser *p, gsize word, int value)
{
  switch (word)
    {
    case W_BLIP_PNG:
      ist_rtf_picture_begin (p, "image/png");
      return;
    case W_BLIP_JPEG:
      ist_rtf_picture_begin (p, "image/jpeg");
      return;
    case W_BLIP_EMF:
      ist_rtf_picture_begin (p, "image/emf");
      return;
    case W_BLIP_WMF:
      ist_rtf_picture_begin (p, "image/wmf");
      return;
    case W_BLIP_MAC:
      ist_rtf_picture_begin (p, "image/x-pict");
      return;
    case W_BLIP_DIB:
      ist_rtf_picture_begin (p, "image/bmp");
      return;
    case W_PICW:
      p->picture_width = (guint) MAX (value, 0);
      return;
    case W_PICH:
      p->picture_height = (guint) MAX (value, 0);
      return;
    case W_PICWGOAL:
      p->picture_wide_twips = (guint) MAX (value, 0);
      return;
    case W_PICHGOAL:
      p->picture_high_twips = (guint) MAX (value, 0);
      return;
    case W_BIN:
      take_binary (p, value);
      return;
    default:
      return;
    }
}

/* What a row's cells are; it counts from the next end of a row on. */
static void
apply_shape (IstRtfParser *p, gsize word, int value)
{
  switch (word)
    {
    case W_TROWD:
      g_array_set_size (p->shapes, 0);
      memset (&p->shape, 0, sizeof p->shape);
      return;
    case W_CLMRG:
      p->shape.joins_left = TRUE;
      return;
    case W_CLVMGF:
      p->shape.begins_down = TRUE;
      return;
    case W_CLVMRG:
      p->shape.joins_up = TRUE;
      return;
    case W_CLCBPAT:
      p->shape.background = (guint) MAX (value, 0);
      return;
    case W_CELLX:
      p->shape.right_twips = CLAMP (value, 0, 1000000);
      if (p->shapes->len < MAX_SHAPES)
        g_array_append_val (p->shapes, p->shape);
      memset (&p->shape, 0, sizeof p->shape);
      return;
    default:
      return;
    }
}

/* Words that end something. */
static void
apply_end (IstRtfParser *p, gsize word)
{
  switch (word)
    {
    case W_PAR:
      ist_rtf_write_paragraph (p);
      return;
    case W_LINE:
      ist_rtf_write_line (p);
      return;
    case W_CELL:
      ist_rtf_table_end_cell (p);
      return;
    case W_ROW:
      ist_rtf_table_end_row (p, FALSE);
      return;
    case W_NESTROW:
      ist_rtf_table_end_row (p, TRUE);
      return;
    default:
      return;
    }
}

static void
apply_paragraph (IstRtfParser *p, gsize word, int value)
{
  IstRtfParagraph *paragraph = &p->paragraph;

  switch (word)
    {
    case W_INTBL:
      paragraph->depth = MAX (paragraph->depth, 1);
      return;
    case W_ITAP:
      paragraph->depth = (guint) CLAMP (value, 0, 64);
      return;
    case W_PARD:
      memset (paragraph, 0, sizeof *paragraph);
      return;
    case W_LI:
      paragraph->indent_twips = CLAMP (value, 0, 31680);
      return;
    case W_FI:
      paragraph->first_twips = CLAMP (value, -31680, 31680);
      return;
    case W_ILVL:
      paragraph->list_level = (guint) CLAMP (value, 0, 8);
      return;
    case W_QC:
      paragraph->align = "center";
      return;
    case W_QR:
      paragraph->align = "right";
      return;
    case W_QJ:
      paragraph->align = "justify";
      return;
    case W_QL:
      paragraph->align = NULL;
      return;
    default:
      return;
    }
}

static void
apply_look (IstRtfParser *p, gsize word, int value)
{
  IstRtfLook *look = &p->state->look;

  switch (word)
    {
    case W_F:
      if (p->state->place == IST_RTF_IN_FONTS)
        p->font_read = value;
      look->font = value;
      return;
    case W_PLAIN:
      memset (look, 0, G_STRUCT_OFFSET (IstRtfLook, font));
      look->font = p->default_font;
      return;
    case W_CF:
      look->colour = (guint) MAX (value, 0);
      return;
    case W_BACKGROUND:
      look->background = (guint) MAX (value, 0);
      return;
    case W_FS:
      look->half_points = (guint) CLAMP (value, 0, 400);
      return;
    case W_SUPER:
      look->raised = 1;
      return;
    case W_SUB:
      look->raised = -1;
      return;
    case W_NOSUPERSUB:
      look->raised = 0;
      return;
    case W_ULNONE:
      look->underline = FALSE;
      return;
    default:
      return;
    }
}

/* Words about which text is the text. */
static void
apply_text (IstRtfParser *p, gsize word, gboolean on, int value)
{
  IstRtfState *state = p->state;

  switch (word)
    {
    case W_V:
      if (p->kind != IST_RTF_HTML)
        state->hidden = on;
      return;
    case W_HTMLRTF:
      if (p->kind != IST_RTF_PLAIN)
        state->hidden = on;
      return;
    case W_UC:
      state->uc = (guint) CLAMP (value, 0, 16);
      return;
    case W_U:
      ist_rtf_put_unicode (p, (gunichar) (value < 0 ? value + 65536 : value));
      p->n_skip = state->uc;
      return;
    case W_OBJECT_PLACE:
      put_object (p);
      return;
    case W_RESULT:
      if (state->place == IST_RTF_IN_BODY && p->next_link != 0)
        {
          state->look.link = p->next_link;
          p->next_link = 0;
          p->link_start = p->text->len;
        }
      return;
    case W_UPR: /* the same text twice, the second time in Unicode */
      state->before = state->place;
      state->in_upr = TRUE;
      state->place = IST_RTF_IN_SKIPPED;
      return;
    case W_UD:
      if (state->in_upr)
        state->place = state->before;
      return;
    default:
      return;
    }
}

/* Words that count where text is visible. */
static void
apply_visible (IstRtfParser *p, const Row *row, int value)
{
  if (p->state->place != IST_RTF_IN_TAG && (p->state->place != IST_RTF_IN_BODY || p->state->hidden))
    return;
  if (row->action == SHAPE)
    apply_shape (p, row->value, value);
  else if (row->action == PARAGRAPH)
    apply_paragraph (p, row->value, value);
  else
    apply_end (p, row->value);
}

static void
go_into (IstRtfParser *p, IstRtfPlace place)
{
  IstRtfState *state = p->state;

  if (state->place == IST_RTF_IN_SKIPPED)
    return;
  if (place == IST_RTF_IN_TAG && p->kind != IST_RTF_HTML)
    place = IST_RTF_IN_SKIPPED;
  state->place = place;
  if (place == IST_RTF_IN_PICTURE && !state->hidden)
    ist_rtf_picture_begin (p, "application/octet-stream");
  if (place == IST_RTF_IN_MARK)
    g_string_truncate (p->mark, 0);
}

void
ist_rtf_words_apply_name (IstRtfParser *p, const char *name)
{
  const IstRtfWord word = word_of (name);

  ist_rtf_words_apply (p, &word);
}

void
ist_rtf_words_apply (IstRtfParser *p, const IstRtfWord *word)
{
  const Row *row = find_row (p, word);
  int value = word->value;
  gboolean on = !word->has_value || value != 0;
  IstRtfState *state;

  ist_rtf_flush (p);
  state = p->state;
  if (row == NULL)
    {
      if (state->is_star)
        state->place = IST_RTF_IN_SKIPPED;
      state->is_star = FALSE;
      return;
    }
  state->is_star = FALSE;
  switch (row->action)
    {
    case SKIP_GROUP:
      state->place = IST_RTF_IN_SKIPPED;
      return;
    case INTO:
      go_into (p, (IstRtfPlace) row->value);
      return;
    case CHARACTER:
      ist_rtf_put_unicode (p, (gunichar) row->value);
      return;
    case LOOK:
      G_STRUCT_MEMBER (gboolean, &state->look, row->value) = on;
      return;
    case NOTHING:
      return;
    case DOCUMENT:
      apply_document (p, row->value, value);
      return;
    case PICTURE:
      apply_picture (p, row->value, value);
      return;
    case STYLE:
      apply_look (p, row->value, value);
      return;
    case TEXT:
      apply_text (p, row->value, on, value);
      return;
    default:
      apply_visible (p, row, value);
    }
}
