#include "convert/format/rtf-private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FONTS 4096

typedef enum
{
  SKIP_GROUP, /* the group is no text */
  INTO,       /* the group is a place of its own: `value` */
  CHARACTER,  /* a character: `value` */
  LOOK,       /* \b, \b0: the flag at `value` of IstRtfLook */
  OTHER       /* a case of apply_other() */
} Action;

enum
{
  W_ANSICPG,
  W_BIN,
  W_BLIP_DIB,
  W_BLIP_EMF,
  W_BLIP_JPEG,
  W_BLIP_PNG,
  W_BLIP_WMF,
  W_BLUE,
  W_CELL,
  W_CF,
  W_CPG,
  W_DEFF,
  W_F,
  W_FCHARSET,
  W_FS,
  W_GREEN,
  W_HTMLRTF,
  W_INTBL,
  W_LINE,
  W_MAC,
  W_NOSUPERSUB,
  W_OBJECT_PLACE,
  W_PAR,
  W_PARD,
  W_PC,
  W_PICH,
  W_PICW,
  W_PLAIN,
  W_QC,
  W_QJ,
  W_QL,
  W_QR,
  W_RED,
  W_ROW,
  W_U,
  W_UC,
  W_ULNONE,
  W_V
};

typedef struct
{
  const char *word;
  Action action;
  gsize value;
} Row;

/* Sorted by word. */
static const Row rows[] = {
  { "_", CHARACTER, 0x2011 },
  { "ansicpg", OTHER, W_ANSICPG },
  { "b", LOOK, G_STRUCT_OFFSET (IstRtfLook, bold) },
  { "bin", OTHER, W_BIN },
  { "blue", OTHER, W_BLUE },
  { "bullet", CHARACTER, 0x2022 },
  { "cell", OTHER, W_CELL },
  { "cf", OTHER, W_CF },
  { "colortbl", INTO, IST_RTF_IN_COLOURS },
  { "cpg", OTHER, W_CPG },
  { "deff", OTHER, W_DEFF },
  { "dibitmap", OTHER, W_BLIP_DIB },
  { "emdash", CHARACTER, 0x2014 },
  { "emfblip", OTHER, W_BLIP_EMF },
  { "emspace", CHARACTER, 0x2003 },
  { "endash", CHARACTER, 0x2013 },
  { "enspace", CHARACTER, 0x2002 },
  { "f", OTHER, W_F },
  { "fcharset", OTHER, W_FCHARSET },
  { "fldinst", SKIP_GROUP, 0 },
  { "fonttbl", INTO, IST_RTF_IN_FONTS },
  { "footer", SKIP_GROUP, 0 },
  { "footerf", SKIP_GROUP, 0 },
  { "footerl", SKIP_GROUP, 0 },
  { "footerr", SKIP_GROUP, 0 },
  { "fs", OTHER, W_FS },
  { "green", OTHER, W_GREEN },
  { "header", SKIP_GROUP, 0 },
  { "headerf", SKIP_GROUP, 0 },
  { "headerl", SKIP_GROUP, 0 },
  { "headerr", SKIP_GROUP, 0 },
  { "htmlrtf", OTHER, W_HTMLRTF },
  { "htmltag", INTO, IST_RTF_IN_TAG },
  { "i", LOOK, G_STRUCT_OFFSET (IstRtfLook, italic) },
  { "info", SKIP_GROUP, 0 },
  { "intbl", OTHER, W_INTBL },
  { "jpegblip", OTHER, W_BLIP_JPEG },
  { "ldblquote", CHARACTER, 0x201C },
  { "line", OTHER, W_LINE },
  { "lquote", CHARACTER, 0x2018 },
  { "ltrmark", CHARACTER, 0x200E },
  { "mac", OTHER, W_MAC },
  { "mhtmltag", SKIP_GROUP, 0 },
  { "nestcell", OTHER, W_CELL },
  { "nestrow", OTHER, W_ROW },
  { "nonshppict", SKIP_GROUP, 0 },
  { "nosupersub", OTHER, W_NOSUPERSUB },
  { "objattph", OTHER, W_OBJECT_PLACE },
  { "objdata", SKIP_GROUP, 0 },
  { "par", OTHER, W_PAR },
  { "pard", OTHER, W_PARD },
  { "pc", OTHER, W_PC },
  { "pichgoal", OTHER, W_PICH },
  { "pict", INTO, IST_RTF_IN_PICTURE },
  { "picwgoal", OTHER, W_PICW },
  { "plain", OTHER, W_PLAIN },
  { "pngblip", OTHER, W_BLIP_PNG },
  { "qc", OTHER, W_QC },
  { "qj", OTHER, W_QJ },
  { "ql", OTHER, W_QL },
  { "qmspace", CHARACTER, 0x2005 },
  { "qr", OTHER, W_QR },
  { "rdblquote", CHARACTER, 0x201D },
  { "red", OTHER, W_RED },
  { "row", OTHER, W_ROW },
  { "rquote", CHARACTER, 0x2019 },
  { "rtlmark", CHARACTER, 0x200F },
  { "sect", OTHER, W_PAR },
  { "strike", LOOK, G_STRUCT_OFFSET (IstRtfLook, strike) },
  { "stylesheet", SKIP_GROUP, 0 },
  { "sub", LOOK, G_STRUCT_OFFSET (IstRtfLook, subscript) },
  { "super", LOOK, G_STRUCT_OFFSET (IstRtfLook, superscript) },
  { "tab", CHARACTER, '\t' },
  { "u", OTHER, W_U },
  { "uc", OTHER, W_UC },
  { "ul", LOOK, G_STRUCT_OFFSET (IstRtfLook, underline) },
  { "ulnone", OTHER, W_ULNONE },
  { "v", OTHER, W_V },
  { "wmetafile", OTHER, W_BLIP_WMF },
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

static int
compare (const void *word, const void *row)
{
  return strcmp (word, ((const Row *) row)->word);
}

static void
set_font_page (IstRtfParser *p, guint page)
{
  if (ist_rtf_state (p)->place == IST_RTF_IN_FONTS && page != 0
      && g_hash_table_size (p->fonts) < MAX_FONTS)
    g_hash_table_insert (p->fonts, GINT_TO_POINTER (p->font_read), GUINT_TO_POINTER (page));
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

static void
begin_picture (IstRtfParser *p, const char *type)
{
  if (ist_rtf_state (p)->place != IST_RTF_IN_PICTURE || p->kind != IST_RTF_PLAIN)
    return;
  p->picture_type = type;
  p->nibble = -1;
  if (p->picture == NULL)
    p->picture = g_byte_array_new ();
}

/* Raw bytes: only a picture's are of use. */
static void
take_binary (IstRtfParser *p, int n)
{
  gsize size = MIN ((gsize) MAX (n, 0), p->size - p->at);
  gsize had = p->picture != NULL ? p->picture->len : 0;

  if (p->picture != NULL && ist_rtf_state (p)->place == IST_RTF_IN_PICTURE && had <= p->max_bytes
      && size <= p->max_bytes - had)
    g_byte_array_append (p->picture, p->data + p->at, (guint) size);
  p->at += size;
}

static void
put_object (IstRtfParser *p)
{
  IstRtfState *state = ist_rtf_state (p);

  if (state->place != IST_RTF_IN_BODY || state->hidden)
    return;
  p->rtf->n_objects++;
  ist_rtf_write_text (p, "\xEF\xBF\xBC");
}

/* Words about the document and its tables. */
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
      ist_rtf_state (p)->font = value;
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
    case W_BLIP_PNG:
      begin_picture (p, "image/png");
      return;
    case W_BLIP_JPEG:
      begin_picture (p, "image/jpeg");
      return;
    case W_BLIP_DIB:
      begin_picture (p, "image/bmp");
      return;
    case W_BLIP_EMF:
      begin_picture (p, "image/emf");
      return;
    case W_BLIP_WMF:
      begin_picture (p, "image/wmf");
      return;
    case W_PICW:
      p->picture_wide = (guint) MAX (value, 0);
      return;
    case W_PICH:
      p->picture_high = (guint) MAX (value, 0);
      return;
    case W_BIN:
      take_binary (p, value);
      return;
    default:
      return;
    }
}

/* Words about paragraphs; they count where text is visible. */
static void
apply_paragraph (IstRtfParser *p, gsize word)
{
  IstRtfState *state = ist_rtf_state (p);

  if (state->place != IST_RTF_IN_TAG && (state->place != IST_RTF_IN_BODY || state->hidden))
    return;
  switch (word)
    {
    case W_PAR:
      ist_rtf_write_paragraph (p);
      return;
    case W_LINE:
      ist_rtf_write_line (p);
      return;
    case W_CELL:
      ist_rtf_write_cell (p);
      return;
    case W_ROW:
      ist_rtf_write_row (p);
      return;
    case W_INTBL:
      p->wants_table = TRUE;
      return;
    case W_PARD:
      p->wants_table = FALSE;
      p->align = NULL;
      return;
    case W_QC:
      p->align = "center";
      return;
    case W_QR:
      p->align = "right";
      return;
    case W_QJ:
      p->align = "justify";
      return;
    case W_QL:
      p->align = NULL;
      return;
    default:
      return;
    }
}

static void
apply_other (IstRtfParser *p, gsize word, gboolean has_value, int value)
{
  IstRtfState *state = ist_rtf_state (p);

  switch (word)
    {
    case W_F:
      if (state->place == IST_RTF_IN_FONTS)
        p->font_read = value;
      state->font = value;
      return;
    case W_PLAIN:
      memset (&state->look, 0, sizeof state->look);
      state->font = p->default_font;
      return;
    case W_CF:
      state->look.colour = (guint) MAX (value, 0);
      return;
    case W_FS:
      state->look.half_points = (guint) CLAMP (value, 0, 400);
      return;
    case W_ULNONE:
      state->look.underline = FALSE;
      return;
    case W_NOSUPERSUB:
      state->look.superscript = state->look.subscript = FALSE;
      return;
    case W_V:
      if (p->kind != IST_RTF_HTML)
        state->hidden = !has_value || value != 0;
      return;
    case W_HTMLRTF:
      if (p->kind != IST_RTF_PLAIN)
        state->hidden = !has_value || value != 0;
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
    default:
      apply_document (p, word, value);
      apply_paragraph (p, word);
    }
}

static void
go_into (IstRtfParser *p, IstRtfPlace place)
{
  IstRtfState *state = ist_rtf_state (p);

  if (state->place == IST_RTF_IN_SKIPPED)
    return;
  if (place == IST_RTF_IN_TAG && p->kind != IST_RTF_HTML)
    place = IST_RTF_IN_SKIPPED;
  state->place = place;
}

void
ist_rtf_words_apply (IstRtfParser *p, const char *word, gboolean has_value, int value)
{
  const Row *row = bsearch (word, rows, G_N_ELEMENTS (rows), sizeof rows[0], compare);
  IstRtfState *state;

  ist_rtf_flush (p);
  state = ist_rtf_state (p);
  if (row == NULL)
    {
      /* {\*\shppict{\pict…}} has the picture every reader is to take. */
      if (state->is_star && strcmp (word, "shppict") != 0)
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
      G_STRUCT_MEMBER (gboolean, &state->look, row->value) = !has_value || value != 0;
      return;
    default:
      apply_other (p, row->value, has_value, value);
    }
}
