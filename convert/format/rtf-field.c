#include "convert/format/rtf-private.h"

#include <string.h>

#define MAX_LINKS 4096

/* The next argument of an instruction, quoted or a word; NULL: there is none. *at goes behind it. */
static char *
next_argument (const char **at)
{
  const char *start, *end;

  while (g_ascii_isspace (**at))
    (*at)++;
  if (**at == '\0')
    return NULL;
  if (**at == '"')
    {
      start = *at + 1;
      end = strchr (start, '"');
      if (end == NULL)
        end = start + strlen (start);
      *at = *end != '\0' ? end + 1 : end;
      return g_strndup (start, (gsize) (end - start));
    }
  start = *at;
  while (**at != '\0' && !g_ascii_isspace (**at))
    (*at)++;
  return g_strndup (start, (gsize) (*at - start));
}

/* What a reader may follow. */
static gboolean
is_harmless (const char *url)
{
  static const char *const schemes[] = { "http:", "https:", "mailto:", "ftp:", "file:", "notes:", "tel:" };

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (url, schemes[i], strlen (schemes[i])) == 0)
      return TRUE;
  return FALSE;
}

/* HYPERLINK "address" \l "place in it" \o "tip": the address. */
static char *
read_hyperlink (const char *at)
{
  g_autofree char *url = NULL, *place = NULL;

  for (char *argument = next_argument (&at); argument != NULL; argument = next_argument (&at))
    {
      if (strcmp (argument, "\\l") == 0)
        {
          g_free (place);
          place = next_argument (&at);
        }
      else if (argument[0] == '\\')
        /* Others have a text behind them, or none; the address comes first. */
        g_free (url == NULL ? next_argument (&at) : NULL);
      else if (url == NULL)
        url = g_steal_pointer (&argument);
      g_free (argument);
    }
  if (url == NULL || strlen (url) > 2000 || !is_harmless (url))
    return NULL;
  g_strstrip (url);
  return place != NULL && strlen (place) <= 500 ? g_strconcat (url, "#", place, NULL) : g_steal_pointer (&url);
}

void
ist_rtf_field_instruct (IstRtfParser *p)
{
  const char *at = p->instruction->str;
  g_autofree char *name = next_argument (&at);
  char *url = NULL;

  p->next_link = 0;
  if (name != NULL && g_ascii_strcasecmp (name, "HYPERLINK") == 0 && p->links->len < MAX_LINKS)
    url = read_hyperlink (at);
  if (url != NULL)
    {
      g_ptr_array_add (p->links, url);
      p->next_link = p->links->len;
    }
  /* A character by its number, usually one of Symbol or Wingdings. */
  if (name != NULL && g_ascii_strcasecmp (name, "SYMBOL") == 0)
    {
      guint64 c = g_ascii_strtoull (at, NULL, 10);

      if (c >= 32 && c < 0xFFFC)
        ist_rtf_put_unicode (p, c < 256 ? 0xF000 + (gunichar) c : (gunichar) c);
    }
  g_string_truncate (p->instruction, 0);
}

void
ist_rtf_field_end (IstRtfParser *p, guint link)
{
  const char *url = g_ptr_array_index (p->links, link - 1);

  if (p->kind == IST_RTF_PLAIN && p->link_start <= p->text->len
      && strstr (p->text->str + p->link_start, g_str_has_prefix (url, "mailto:") ? url + 7 : url) == NULL)
    g_string_append_printf (p->text, " <%s>", url);
  p->link_start = p->text->len;
}
