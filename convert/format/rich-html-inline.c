/*
 * Runs, links, marks, pictures.
 */
#include "convert/format/rich-html-private.h"

#include <string.h>

#define BASE_FACE "Arial"
#define BASE_HALF_POINTS 20
/* A picture wider than this is made as wide as the window where the mail program can. */
#define WIDE_PX 600

static void write_children (RichHtml *html, const IstRichNode *parent);

static void
escape_text (RichHtml *html, const char *text)
{
  rich_escape (html->out, text, &html->blank);
}

static void
escape_word (RichHtml *html, IstRichWord word, const char *name)
{
  g_autofree char *text = rich_say (html->options, word, name);

  escape_text (html, text);
}

static void
escape_attribute (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      gboolean blank = FALSE;
      const char one[2] = { *p == '\n' || *p == '\t' ? ' ' : *p, '\0' };

      rich_escape (out, one, &blank);
    }
}

/* What stands in where the reader's system has no such face. "" for faces whose characters are pictures. */
static const char *
generic_of (const char *face)
{
  static const struct
  {
    const char *in, *generic;
  } rows[] = { { "symbol", "" },
               { "wingdings", "" },
               { "webdings", "" },
               { "sans", ",sans-serif" },
               { "courier", ",monospace" },
               { "mono", ",monospace" },
               { "consol", ",monospace" },
               { "typewriter", ",monospace" },
               { "terminal", ",monospace" },
               { "times", ",serif" },
               { "serif", ",serif" },
               { "roman", ",serif" },
               { "georgia", ",serif" },
               { "garamond", ",serif" },
               { "cambria", ",serif" },
               { "palatino", ",serif" },
               { "bookman", ",serif" },
               { "century", ",serif" },
               { "mincho", ",serif" },
               { "song", ",serif" },
               { "sun", ",serif" } };
  g_autofree char *lower = g_ascii_strdown (face, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strstr (lower, rows[i].in) != NULL)
      return rows[i].generic;
  return ",sans-serif";
}

/* A face name as CSS: letters, digits and what stands between them. */
static void
append_face (GString *style, const char *face)
{
  g_string_append (style, "font-family:'");
  for (const char *p = face; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isalnum (c) || c == ' ' || c == '-' || c == '_' || c == '.')
        g_string_append_unichar (style, c);
    }
  g_string_append_printf (style, "'%s;", generic_of (face));
}

static void
append_colour (GString *style, const char *property, gint32 colour)
{
  static const char digits[] = "0123456789ABCDEF";

  g_string_append (style, property);
  for (int shift = 20; shift >= 0; shift -= 4)
    g_string_append_c (style, digits[(guint) colour >> shift & 15]);
  g_string_append_c (style, ';');
}

static void
append_style (GString *style, const IstRichFont *font)
{
  if (font->face != NULL && strcmp (font->face, BASE_FACE) != 0)
    append_face (style, font->face);
  if (font->half_points != 0 && font->half_points != BASE_HALF_POINTS)
    g_string_append_printf (style, "font-size:%u%spt;", MIN (font->half_points, 1000) / 2,
                            font->half_points % 2 != 0 ? ".5" : "");
  if (font->colour != IST_RICH_NO_COLOUR)
    append_colour (style, "color:#", font->colour);
  if (font->background != IST_RICH_NO_COLOUR)
    append_colour (style, "background-color:#", font->background);
}

static const struct
{
  guint bit;
  const char *open, *close;
} elements[] = { { IST_RICH_BOLD, "<b>", "</b>" },        { IST_RICH_ITALIC, "<i>", "</i>" },
                 { IST_RICH_UNDERLINE, "<u>", "</u>" },   { IST_RICH_STRIKE, "<s>", "</s>" },
                 { IST_RICH_SUPER, "<sup>", "</sup>" },   { IST_RICH_SUB, "<sub>", "</sub>" } };

/* TRUE: there is a span to close. */
static gboolean
open_font (RichHtml *html, const IstRichFont *font)
{
  static const char span[] = "<span style=\"";
  gsize before = html->out->len;
  gboolean has_span;

  g_string_append (html->out, span);
  append_style (html->out, font);
  has_span = html->out->len > before + strlen (span);
  if (has_span)
    g_string_append (html->out, "\">");
  else
    g_string_truncate (html->out, before);
  for (gsize i = 0; i < G_N_ELEMENTS (elements); i++)
    if (font->style & elements[i].bit)
      g_string_append (html->out, elements[i].open);
  return has_span;
}

static void
close_font (RichHtml *html, const IstRichFont *font, gboolean has_span)
{
  for (gsize i = G_N_ELEMENTS (elements); i > 0; i--)
    if (font->style & elements[i - 1].bit)
      g_string_append (html->out, elements[i - 1].close);
  if (has_span)
    g_string_append (html->out, "</span>");
}

void
rich_html_font (RichHtml *html, const IstRichFont *font, const char *content)
{
  gboolean has_span = open_font (html, font);

  g_string_append (html->out, content);
  close_font (html, font, has_span);
}

static void
write_run (RichHtml *html, const IstRichNode *node)
{
  gboolean has_span = open_font (html, &node->u.run.font);

  rich_escape (html->out, node->u.run.text->str, &html->blank);
  close_font (html, &node->u.run.font, has_span);
}

/* The address of a link as it may be written, or NULL. The caller frees. */
static char *
address_of (const RichHtml *html, const IstRichNode *node)
{
  g_autofree char *href = NULL;

  if (node->u.link.doc == NULL)
    return rich_safe_url (node->u.link.url);
  if (html->options->href != NULL)
    href = html->options->href (html->options->user, node->u.link.doc);
  return href != NULL ? rich_safe_url (href) : NULL;
}

static void
write_link (RichHtml *html, const IstRichNode *node)
{
  g_autofree char *href = html->in_link == 0 ? address_of (html, node) : NULL;

  if (href != NULL)
    {
      g_string_append (html->out, "<a href=\"");
      escape_attribute (html->out, href);
      g_string_append (html->out, "\">");
      html->in_link++;
    }
  if (node->first != NULL)
    write_children (html, node);
  else if (node->u.link.doc != NULL)
    {
      g_autofree char *text = rich_doc_link_text (node->u.link.doc, html->options);

      escape_text (html, text);
    }
  else
    escape_text (html, node->u.link.url);
  if (href != NULL)
    {
      g_string_append (html->out, "</a>");
      html->in_link--;
    }
}

static void
write_mark (RichHtml *html, const IstRichNode *node)
{
  g_autofree char *text = rich_mark_text (node, html->options);

  if (node->first != NULL)
    {
      g_string_append (html->out, "<span style=\"border-bottom:1px dotted #808080\">");
      write_children (html, node);
      g_string_append (html->out, "</span> ");
    }
  g_string_append (html->out, "<span style=\"color:#606060\">");
  html->blank = FALSE;
  escape_text (html, text);
  g_string_append (html->out, "</span>");
}

static const char *
extension_of (const char *type)
{
  const char *slash = strchr (type, '/');

  if (g_str_has_prefix (type, "image/"))
    return strcmp (type, "image/jpeg") == 0 ? "jpg" : slash + 1;
  return "bin";
}

/* Can every mail program draw it? Metafiles and TIFF are for Outlook alone. */
static gboolean
is_common (const char *type)
{
  static const char *const types[]
      = { "image/png", "image/gif", "image/jpeg", "image/bmp", "image/webp" };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (type, types[i]) == 0)
      return TRUE;
  return FALSE;
}

static IstRichPart *
add_part (RichHtml *html, const IstRichNode *node)
{
  IstRichPart *part = g_new0 (IstRichPart, 1);
  guint n = html->parts->len + 1;

  part->id = g_strdup_printf (
      "%s.%u@isthmus", html->options->id_prefix != NULL ? html->options->id_prefix : "rich", n);
  part->type = g_strdup (node->u.image.type);
  part->name = g_strdup_printf ("picture%u.%s", n, extension_of (node->u.image.type));
  part->bytes = g_bytes_ref (node->u.image.bytes);
  g_ptr_array_add (html->parts, part);
  return part;
}

static void
write_image (RichHtml *html, const IstRichNode *node)
{
  const IstRichPart *part = add_part (html, node);
  const char *alt = node->u.image.alt != NULL ? node->u.image.alt
                    : is_common (part->type)  ? ""
                                              : part->name;

  html->blank = FALSE;
  if (!g_str_has_prefix (part->type, "image/"))
    {
      escape_word (html, IST_RICH_WORD_PICTURE, part->name);
      return;
    }
  g_string_append (html->out, "<img src=\"cid:");
  escape_attribute (html->out, part->id);
  g_string_append_c (html->out, '"');
  if (node->u.image.width_px != 0 && node->u.image.height_px != 0)
    g_string_append_printf (html->out, " width=\"%u\" height=\"%u\"", node->u.image.width_px,
                            node->u.image.height_px);
  g_string_append (html->out, " border=\"0\" alt=\"");
  escape_attribute (html->out, alt);
  g_string_append (html->out, node->u.image.width_px > WIDE_PX
                                  ? "\" style=\"max-width:100%;height:auto\">"
                                  : "\">");
}

static void
write_children (RichHtml *html, const IstRichNode *parent)
{
  for (const IstRichNode *node = parent->first; node != NULL; node = node->next)
    switch (node->kind)
      {
      case IST_RICH_RUN:
        write_run (html, node);
        break;
      case IST_RICH_LINK:
        write_link (html, node);
        break;
      case IST_RICH_MARK:
        write_mark (html, node);
        break;
      case IST_RICH_IMAGE:
        write_image (html, node);
        break;
      case IST_RICH_ATTACHMENT:
        escape_word (html, IST_RICH_WORD_ATTACHMENT, node->u.attachment.original);
        break;
      case IST_RICH_HTML:
        /* A link of the author's inside of one of ours would nest. */
        if (html->in_link == 0)
          rich_filter_html (html->out, node->u.html, FALSE);
        break;
      default:
        break;
      }
}

void
rich_html_inlines (RichHtml *html, const IstRichNode *parent)
{
  gsize before = html->out->len;

  html->blank = TRUE;
  write_children (html, parent);
  if (html->out->len == before)
    g_string_append (html->out, "&nbsp;");
}
