/* Voting buttons: what Outlook shows as buttons becomes a list of links ([MS-OXOMSG] 2.2.1.74). */
#include "convert/tnef-items.h"

#include "convert/catalog.h"
#include "convert/format/code-page.h"
#include "convert/tnef-text.h"

#include <string.h>

#define MAX_OPTIONS 64

typedef struct
{
  char *name; /* UTF-8 */
  gboolean is_vote;
} Option;

static void
free_option (gpointer user)
{
  g_free (((Option *) user)->name);
  g_free (user);
}

/* VoteOptionExtras: the names again in UTF-16, each twice, in front of which stands a count of characters. */
static void
read_wide_names (const guint8 *data, gsize at, gsize end, GPtrArray *options)
{
  if (end - at < 2 || data[at] != 4 || data[at + 1] != 1)
    return;
  at += 2;
  for (guint i = 0; i < options->len; i++)
    for (guint twice = 0; twice < 2; twice++)
      {
        Option *option = g_ptr_array_index (options, i);
        gsize n;

        if (at >= end || (n = (gsize) data[at] * 2) >= end - at)
          return;
        if (twice == 0 && n > 0)
          {
            g_free (option->name);
            option->name = ist_code_page_from_utf16 ((const char *) data + at + 1, n);
          }
        at += n + 1;
      }
}

/* The options of PidLidVerbStream: those of verb type 4 are votes, the others reply and forward. */
static GPtrArray *
read_options (const IstTnef *tnef)
{
  const IstMapiProp *prop = ist_mapi_props_find_lid (tnef->props, ist_mapi_set_common, 0x8520);
  const guint8 *data = (const guint8 *) ist_body_data (ist_mapi_props_body (tnef->props), NULL);
  g_autoptr (GPtrArray) options = g_ptr_array_new_with_free_func (free_option);
  IstMapiValue value;
  gsize at, end;

  if (!ist_mapi_prop_range (tnef->props, prop, 0, &value) || value.size_bytes < 6
      || prop->type != IST_MAPI_BINARY || data[value.offset] != 2 || data[value.offset + 1] != 1)
    return g_steal_pointer (&options);
  at = value.offset + 6;
  end = value.offset + value.size_bytes;
  for (guint i = 0; i < MIN (data[value.offset + 2], MAX_OPTIONS) && end - at >= 5; i++)
    {
      gboolean is_vote = data[at] == 4 && data[at + 1] == 0;
      gsize name = at + 5, name_bytes = data[at + 4];
      Option *option;

      at += 4;
      /* Name, class, an internal text, the name again: each a count and bytes. */
      for (guint text = 0; text < 4; text++)
        {
          if (at >= end || data[at] >= end - at)
            return g_steal_pointer (&options);
          at += (gsize) data[at] + 1;
        }
      option = g_new0 (Option, 1);
      option->is_vote = is_vote;
      option->name = ist_code_page_to_utf8 ((const char *) data + name, name_bytes, tnef->code_page);
      g_ptr_array_add (options, option);
      at += MIN (29, end - at);
    }
  read_wide_names (data, at, end, options);
  return g_steal_pointer (&options);
}

static void
add_choice (GString *text, GString *html, const char *vote, const char *subject, const char *to)
{
  g_autofree char *whole = g_strdup_printf ("%s: %s", vote, subject != NULL ? subject : "");
  g_autofree char *quoted = g_uri_escape_string (whole, NULL, FALSE);
  g_autofree char *escaped = ist_tnef_text_escape (vote);
  g_autofree char *address = to != NULL ? g_uri_escape_string (to, "@", FALSE) : NULL;

  if (address == NULL)
    {
      g_string_append_printf (text, "* %s\n", vote);
      g_string_append_printf (html, "<li>%s</li>", escaped);
      return;
    }
  g_string_append_printf (text, "* %s <mailto:%s?subject=%s>\n", vote, address, quoted);
  g_string_append_printf (html, "<li><a href=\"mailto:%s?subject=%s\">%s</a></li>", address, quoted, escaped);
}

void
ist_tnef_vote_add (const IstTnef *tnef, IstTnefParts *parts, const IstTnefRun *run, const IstMessage *head)
{
  g_autoptr (GPtrArray) options = read_options (tnef);
  g_autofree char *to = ist_tnef_items_address (head, "Reply-To");
  g_autofree char *subject = ist_tnef_items_subject (tnef, head);
  const char *language, *choose, *says;
  GString *text, *html;
  guint n = 0;

  for (guint i = 0; i < options->len; i++)
    n += ((Option *) g_ptr_array_index (options, i))->is_vote;
  if (n == 0)
    return;
  if (to == NULL)
    to = ist_tnef_items_address (head, "From");
  language = run->convert != NULL ? ist_convert_language (run->convert) : NULL;
  choose = ist_catalog_raw (language, IST_TEXT_VOTE_CHOICES);
  says = ist_catalog_raw (language, IST_TEXT_VOTE_NOT_COUNTED);
  text = g_string_new (NULL);
  html = g_string_new (NULL);
  g_string_append_printf (text, "\n--\n%s\n", choose);
  g_string_append_printf (html, "<hr><p>%s</p><ul>", choose);
  for (guint i = 0; i < options->len; i++)
    {
      const Option *option = g_ptr_array_index (options, i);

      if (option->is_vote)
        add_choice (text, html, option->name, subject, to);
    }
  g_string_append_printf (text, "%s\n", says);
  g_string_append_printf (html, "</ul><p>%s</p>", says);
  parts->extra_text = g_string_free (text, FALSE);
  parts->extra_html = g_string_free (html, FALSE);
}
