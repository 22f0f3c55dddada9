#include "convert/format/rtf-private.h"

#include "base/eight.h"
#include "base/error.h"
#include "base/text-scan.h"

#include <string.h>

#define KIND_WINDOW 4096
#define MAX_INSTRUCTION 4096
#define MAX_MARK 32
#define MAX_FONT_NAME 64
#define MAX_FONTS 4096
#define MAX_FIRST_ROOM ((gsize) 2 * 1024 * 1024)

guint
ist_rtf_code_page (IstRtfParser *p)
{
  IstRtfState *state = p->state;

  if (state->place == IST_RTF_IN_TAG)
    return p->code_page;
  if (!p->is_page_known || p->page_font != state->look.font)
    {
      p->is_page_known = TRUE;
      p->page_font = state->look.font;
      p->page = GPOINTER_TO_UINT (g_hash_table_lookup (p->fonts, GINT_TO_POINTER (p->page_font)));
    }
  return p->page != 0 ? p->page : p->code_page;
}

static void
put_text (IstRtfParser *p, const char *text, gsize size)
{
  switch (p->state->place)
    {
    case IST_RTF_IN_INSTRUCTION:
      if (p->instruction->len < MAX_INSTRUCTION)
        ist_append (p->instruction, text, size);
      return;
    case IST_RTF_IN_MARK:
      if (p->kind == IST_RTF_PLAIN && p->mark->len < MAX_MARK)
        ist_append (p->mark, text, size);
      if (p->kind != IST_RTF_HTML)
        ist_append (p->text, text, size);
      return;
    default:
      ist_rtf_write_text (p, text, size);
    }
}

/* A run in a page of single bytes, whose conversion is not begun anew for each run. FALSE: it is none. */
static gboolean
put_narrow (IstRtfParser *p)
{
  guint page = ist_rtf_code_page (p);

  if (page != p->narrow_page)
    {
      p->narrow_page = page;
      p->is_narrow = ist_code_page_read_narrow (page, p->narrow);
    }
  if (!p->is_narrow || g_utf8_validate (p->bytes->str, (gssize) p->bytes->len, NULL))
    return FALSE;
  g_string_truncate (p->wide, 0);
  for (const char *c = p->bytes->str; *c != '\0'; c++)
    if ((*c & 0x80) == 0)
      g_string_append_c (p->wide, *c);
    else
      ist_append (p->wide, p->narrow[*c & 0x7F], strlen (p->narrow[*c & 0x7F]));
  g_string_truncate (p->bytes, 0);
  put_text (p, p->wide->str, p->wide->len);
  return TRUE;
}

void
ist_rtf_flush_bytes (IstRtfParser *p)
{
  g_autofree char *text = NULL;

  if (ist_code_page_has_ascii (ist_rtf_code_page (p)) && !ist_text_has_high_bit (p->bytes->str, p->bytes->len))
    {
      put_text (p, p->bytes->str, p->bytes->len);
      g_string_truncate (p->bytes, 0);
      return;
    }
  if (put_narrow (p))
    return;
  text = ist_code_page_to_utf8 (p->bytes->str, p->bytes->len, ist_rtf_code_page (p));
  g_string_truncate (p->bytes, 0);
  put_text (p, text, strlen (text));
}

static gboolean
is_visible (IstRtfParser *p)
{
  IstRtfState *state = p->state;

  return state->place == IST_RTF_IN_TAG
         || ((state->place == IST_RTF_IN_BODY || state->place == IST_RTF_IN_MARK
              || state->place == IST_RTF_IN_INSTRUCTION)
             && !state->hidden);
}

void
ist_rtf_put_unicode (IstRtfParser *p, gunichar c)
{
  char utf8[6];
  gunichar high = p->high;

  p->high = 0;
  if (!is_visible (p))
    return;
  ist_rtf_flush (p);
  if (c >= 0xD800 && c < 0xDC00)
    {
      p->high = c;
      return;
    }
  if (c >= 0xDC00 && c < 0xE000)
    c = high != 0 ? 0x10000 + ((high - 0xD800) << 10) + (c - 0xDC00) : 0xFFFD;
  /* Private use F020..F0FF is the Symbol font's 8-bit range. */
  if (c >= 0xF020 && c <= 0xF0FF)
    c = c == 0xF0B7 ? 0x2022 : c - 0xF000;
  /* The mark of an object is ours alone. */
  if (c == 0 || c == 0xFFFC || !g_unichar_validate (c))
    c = 0xFFFD;
  put_text (p, utf8, (gsize) g_unichar_to_utf8 (c, utf8));
}

static void
put_colour (IstRtfParser *p, guint8 byte)
{
  guint32 colour = p->has_colour ? p->colour_read : G_MAXUINT32;

  if (byte != ';' || p->colours->len >= 4096)
    return;
  g_array_append_val (p->colours, colour);
  p->colour_read = 0;
  p->has_colour = FALSE;
}

/* The name of a font is for style sheets: letters and digits. */
static void
put_font_name (IstRtfParser *p, guint8 byte)
{
  if (byte != ';')
    {
      if (p->font_name->len < MAX_FONT_NAME)
        g_string_append_c (p->font_name, (char) byte);
      return;
    }
  g_strstrip (p->font_name->str);
  for (const char *c = p->font_name->str; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr (" -_", *c) == NULL)
      p->font_name->str[0] = '\0';
  if (p->font_name->str[0] != '\0' && g_hash_table_size (p->font_names) < MAX_FONTS)
    g_hash_table_insert (p->font_names, GINT_TO_POINTER (p->font_read), g_string_chunk_insert_const (p->names, p->font_name->str));
  g_string_truncate (p->font_name, 0);
}

static void
put_byte (IstRtfParser *p, guint8 byte)
{
  if (p->n_skip > 0)
    {
      p->n_skip--;
      return;
    }
  switch (p->state->place)
    {
    case IST_RTF_IN_COLOURS:
      put_colour (p, byte);
      return;
    case IST_RTF_IN_FONTS:
      put_font_name (p, byte);
      return;
    case IST_RTF_IN_PICTURE:
      ist_rtf_picture_put (p, byte);
      return;
    default:
      if (is_visible (p) && byte != 0)
        g_string_append_c (p->bytes, (char) byte);
    }
}

/* Is ASCII the same in UTF-8 here, and may a text come in pieces? */
static gboolean
takes_ascii (IstRtfParser *p)
{
  return p->bytes->len == 0 && (p->state->place == IST_RTF_IN_BODY || p->state->place == IST_RTF_IN_TAG)
         && ist_code_page_keeps_ascii (ist_rtf_code_page (p));
}

/* The first byte that may mean something in RTF or HTML, or one of the last seven. '<' and '>' differ in one bit, so do '"'
 * and '&'. */
static const guint8 *
skip_plain (const guint8 *p, const guint8 *end)
{
  while (end - p >= 8)
    {
      guint64 eight = ist_eight_load ((const char *) p);
      guint64 found = ist_eight_below (eight, ' ') | ist_eight_above (eight, 'z') | ist_eight_equal (eight, '\\')
                      | ist_eight_equal (eight & ~IST_EIGHT ('<' ^ '>'), '<')
                      | ist_eight_equal (eight & ~IST_EIGHT ('"' ^ '&'), '"');

      if (found != 0)
        return p + ist_eight_first (found);
      p += 8;
    }
  return p;
}

/* Bytes that stand for themselves, up to the next that does not. ASCII with nothing before it needs no conversion; what
 * follows it up to the next flush is converted in one piece, as whether that is UTF-8 depends on all of it. */
static void
put_run (IstRtfParser *p)
{
  enum { MARKUP = 1, HIGH = 2, SPECIAL = 4 };
  static const guint8 kinds[256]
      = { ['{'] = SPECIAL,  ['}'] = SPECIAL, ['\\'] = SPECIAL, ['\r'] = SPECIAL, ['\n'] = SPECIAL, ['\0'] = SPECIAL,
          ['\t'] = MARKUP,  ['&'] = MARKUP,  ['<'] = MARKUP,   ['>'] = MARKUP,   ['"'] = MARKUP,   [0x80 ... 0xFF] = HIGH };
  const guint8 *start = p->data + p->at;
  const guint8 *end = p->data + p->size;
  const guint8 *next = start;
  gboolean as_is = kinds[*start] < HIGH && takes_ascii (p);
  guint8 stop = as_is ? HIGH : SPECIAL;
  guint8 met = 0;

  while ((next = skip_plain (next, end)) < end && kinds[*next] < stop)
    met |= kinds[*next++];
  p->at += (gsize) (next - start);
  if (!is_visible (p))
    return;
  if (as_is && met == 0)
    ist_rtf_write_plain (p, (const char *) start, (gsize) (next - start));
  else if (as_is)
    ist_rtf_write_text (p, (const char *) start, (gsize) (next - start));
  else
    ist_append (p->bytes, (const char *) start, (gsize) (next - start));
}

static gboolean
is_text_place (IstRtfPlace place)
{
  return place != IST_RTF_IN_COLOURS && place != IST_RTF_IN_FONTS && place != IST_RTF_IN_PICTURE;
}

static void
open_group (IstRtfParser *p)
{
  p->n_skip = 0;
  if (p->state == &p->stack[IST_RTF_MAX_DEPTH - 1])
    {
      p->n_deeper++;
      return;
    }
  ist_rtf_flush (p);
  p->state[1] = p->state[0];
  p->state++;
  p->state->is_star = FALSE;
}

static void
close_group (IstRtfParser *p)
{
  const IstRtfState *closed = p->state, *state;

  p->n_skip = 0;
  if (p->n_deeper > 0)
    {
      p->n_deeper--;
      return;
    }
  ist_rtf_flush (p);
  if (p->state > p->stack)
    p->state--;
  state = p->state;
  if (closed->place == IST_RTF_IN_PICTURE && state->place != IST_RTF_IN_PICTURE)
    ist_rtf_picture_end (p);
  if (closed->place == IST_RTF_IN_INSTRUCTION && state->place != IST_RTF_IN_INSTRUCTION)
    ist_rtf_field_instruct (p);
  if (closed->look.link != 0 && state->look.link != closed->look.link)
    ist_rtf_field_end (p, closed->look.link);
}

/* How many of eight bytes are letters, up to the first that is none. */
static gsize
count_letters (guint64 eight)
{
  guint64 lower = eight | IST_EIGHT (0x20);
  guint64 others = ist_eight_above (lower, 'z') | (~ist_eight_above (lower, 'a' - 1) & IST_EIGHT (0x80));

  return others != 0 ? ist_eight_first (others) : 8;
}

/* The letters at word->name, at least one. */
static void
read_name (IstRtfWord *word, const char *end)
{
  gsize room = (gsize) (end - word->name);
  char last[8] = "";
  guint64 key;
  gsize size;

  key = ist_eight_load (room >= sizeof last ? word->name : memcpy (last, word->name, room));
  size = count_letters (key);
  if (size < sizeof key)
    key &= (G_GUINT64_CONSTANT (1) << 8 * size) - 1;
  else
    while (size < room && g_ascii_isalpha (word->name[size]))
      size++;
  word->size = size;
  word->key = key;
}

static void
read_word (IstRtfParser *p)
{
  const char *end = (const char *) p->data + p->size;
  IstRtfWord word;
  const char *c;
  gint64 value = 0;
  gboolean has_value = FALSE, negative = FALSE;

  word.name = (const char *) p->data + p->at;
  read_name (&word, end);
  c = word.name + word.size;
  if (end - c > 1 && c[0] == '-' && g_ascii_isdigit (c[1]))
    {
      negative = TRUE;
      c++;
    }
  for (; c < end && g_ascii_isdigit (*c); c++)
    {
      has_value = TRUE;
      value = MIN (value * 10 + (*c - '0'), G_MAXINT);
    }
  if (c < end && *c == ' ')
    c++;
  p->at = (gsize) (c - (const char *) p->data);
  if (p->n_skip > 0 && (word.size != 3 || memcmp (word.name, "bin", 3) != 0))
    {
      p->n_skip--;
      return;
    }
  word.has_value = has_value;
  word.value = (int) (negative ? -value : value);
  ist_rtf_words_apply (p, &word);
}

static void
read_hex (IstRtfParser *p)
{
  int high = p->at < p->size ? g_ascii_xdigit_value ((char) p->data[p->at]) : -1;
  int low = p->size - p->at > 1 ? g_ascii_xdigit_value ((char) p->data[p->at + 1]) : -1;

  if (high < 0 || low < 0)
    return;
  p->at += 2;
  put_byte (p, (guint8) (high << 4 | low));
}

static void
read_symbol (IstRtfParser *p)
{
  guint8 c = p->data[p->at++];

  switch (c)
    {
    case '\'':
      read_hex (p);
      return;
    case '*':
      p->state->is_star = TRUE;
      return;
    case '~':
    case '_':
      if (p->n_skip > 0)
        p->n_skip--;
      else
        ist_rtf_words_apply_name (p, c == '~' ? "~" : "_");
      return;
    case '\r':
    case '\n':
      ist_rtf_words_apply_name (p, "par");
      return;
    case '\\':
    case '{':
    case '}':
      put_byte (p, c);
      return;
    default: /* \- \: \| and unknown ones show nothing */
      return;
    }
}

static void
parse (IstRtfParser *p)
{
  while (p->at < p->size && !p->is_too_long)
    {
      guint8 c = p->data[p->at];

      switch (c)
        {
        case '{':
          p->at++;
          open_group (p);
          break;
        case '}':
          p->at++;
          close_group (p);
          break;
        case '\\':
          p->at++;
          if (p->at < p->size && g_ascii_isalpha ((char) p->data[p->at]))
            read_word (p);
          else if (p->at < p->size)
            read_symbol (p);
          break;
        case '\r':
        case '\n':
          p->at++;
          break;
        default:
          if (c != 0 && p->n_skip == 0 && is_text_place (p->state->place))
            {
              put_run (p);
              break;
            }
          p->at++;
          put_byte (p, c);
        }
      if (p->bytes->len > p->max_bytes)
        p->is_too_long = TRUE;
    }
  ist_rtf_flush (p);
  ist_rtf_write_end (p);
}

/* \fromhtml or \fromtext stand among the first words ([MS-OXRTFEX] 2.2.3.1). */
static IstRtfKind
find_kind (const char *data, gsize size)
{
  const char *html = g_strstr_len (data, (gssize) MIN (size, KIND_WINDOW), "\\fromhtml");
  const char *text = g_strstr_len (data, (gssize) MIN (size, KIND_WINDOW), "\\fromtext");

  if (html != NULL && (gsize) (html - data) + 10 <= size && html[9] == '1')
    return IST_RTF_HTML;
  return text != NULL ? IST_RTF_TEXT : IST_RTF_PLAIN;
}

static void
free_picture (gpointer user)
{
  IstRtfPicture *picture = user;

  g_bytes_unref (picture->bytes);
  g_free (picture->name);
  g_free (picture);
}

void
ist_rtf_free (IstRtf *rtf)
{
  if (rtf == NULL)
    return;
  g_free (rtf->html);
  g_free (rtf->text);
  g_ptr_array_unref (rtf->pictures);
  g_free (rtf);
}

static void
begin (IstRtfParser *p)
{
  /* Rich text without pictures gives about as much text and twice as much HTML, wrapped HTML half as much. A page that is
   * not written to costs nothing; moving what was made each time it has doubled does. */
  gsize room = MIN (p->size, MAX_FIRST_ROOM);

  p->state = p->stack;
  p->state->uc = 1;
  ist_rtf_words_begin (p);
  p->code_page = 1252;
  p->fonts = g_hash_table_new (NULL, NULL);
  p->font_names = g_hash_table_new (NULL, NULL);
  p->names = g_string_chunk_new (1024);
  p->font_name = g_string_new (NULL);
  p->colours = g_array_new (FALSE, FALSE, sizeof (guint32));
  p->bytes = g_string_new (NULL);
  p->wide = g_string_new (NULL);
  p->html = p->out = g_string_sized_new (p->kind == IST_RTF_PLAIN ? room * 2 : p->kind == IST_RTF_HTML ? room / 2 : 0);
  p->text = g_string_sized_new (p->kind == IST_RTF_HTML ? 0 : room);
  p->tables = g_ptr_array_new_with_free_func (ist_rtf_table_free);
  p->shapes = g_array_new (FALSE, TRUE, sizeof (IstRtfCellShape));
  p->mark = g_string_new (NULL);
  p->lists = g_array_new (FALSE, FALSE, 1);
  p->links = g_ptr_array_new_with_free_func (g_free);
  p->instruction = g_string_new (NULL);
  p->nibble = -1;
}

static void
finish (IstRtfParser *p)
{
  g_array_unref (p->colours);
  g_array_unref (p->shapes);
  g_array_unref (p->lists);
  g_hash_table_unref (p->fonts);
  g_hash_table_unref (p->font_names);
  g_string_chunk_free (p->names);
  g_ptr_array_unref (p->tables);
  g_ptr_array_unref (p->links);
  g_string_free (p->font_name, TRUE);
  g_string_free (p->bytes, TRUE);
  g_string_free (p->wide, TRUE);
  g_string_free (p->mark, TRUE);
  g_string_free (p->instruction, TRUE);
  if (p->picture != NULL)
    g_byte_array_unref (p->picture);
  p->rtf->html = g_string_free (p->html, p->kind == IST_RTF_TEXT);
  p->rtf->text = g_string_free (p->text, p->kind == IST_RTF_HTML);
}

IstRtf *
ist_rtf_read (const char *data, gsize size_bytes, gsize max_bytes, GError **error)
{
  IstRtfParser p = { .data = (const guint8 *) data, .size = size_bytes, .max_bytes = max_bytes };
  g_autoptr (IstRtf) rtf = NULL;

  if (size_bytes < 6 || memcmp (data, "{\\rtf", 5) != 0)
    return g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "RTF: it does not begin with {\\rtf"),
           NULL;
  rtf = p.rtf = g_new0 (IstRtf, 1);
  rtf->pictures = g_ptr_array_new_with_free_func (free_picture);
  rtf->kind = p.kind = find_kind (data, size_bytes);
  begin (&p);
  parse (&p);
  finish (&p);
  if (p.is_too_long)
    return g_set_error (error, IST_ERROR, IST_ERROR_REFUSED,
                        "RTF: the text has more than %" G_GSIZE_FORMAT " bytes", max_bytes),
           NULL;
  return g_steal_pointer (&rtf);
}
