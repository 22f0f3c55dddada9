/*
 * CD records: any stream gives a tree; both its renderings are valid UTF-8, the tags of the HTML are balanced and
 * nothing that could run is in them. The first byte says where the input is cut into two items; the rest of each is
 * also $Links and $Fonts.
 */
#include "tests/fuzz/fuzz.h"

#include "convert/format/cd-records.h"
#include "convert/format/lmbcs.h"
#include "convert/format/rich-html.h"
#include "convert/format/rich-text.h"

#define MAX_OPEN 4096

static gboolean
is_void (const char *name)
{
  return strcmp (name, "br") == 0 || strcmp (name, "hr") == 0 || strcmp (name, "img") == 0
         || strcmp (name, "meta") == 0;
}

static void
check_tags (const char *html)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_free);

  for (const char *p = strchr (html + 1, '<'); p != NULL; p = strchr (p, '<'))
    {
      gboolean end = p[1] == '/';
      const char *name_at = p + (end ? 2 : 1);
      g_autofree char *name
          = g_strndup (name_at, strspn (name_at, "abcdefghijklmnopqrstuvwxyz123456"));

      if (*name == '\0' || strcmp (name, "script") == 0)
        FUZZ_FAIL ("tag: %.60s\n", p);
      p = strchr (p, '>');
      g_assert_nonnull (p);
      if (end && (open->len == 0 || strcmp (g_ptr_array_index (open, open->len - 1), name) != 0))
        FUZZ_FAIL ("</%s> closes nothing\n", name);
      if (end)
        g_ptr_array_set_size (open, (gint) open->len - 1);
      else if (!is_void (name))
        g_ptr_array_add (open, g_steal_pointer (&name));
      g_assert_cmpuint (open->len, <, MAX_OPEN);
    }
  g_assert_cmpuint (open->len, ==, 0);
}

static char *
href (gpointer user, const IstDocLink *link)
{
  return link->anchor != NULL ? g_strdup (link->anchor)
                              : g_strconcat ("notes:///", link->title, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  IstRichHtmlOptions options = { .href = href };
  IstCdInput input = { chunks, NULL, NULL, ist_lmbcs_to_utf8 };
  g_auto (IstCdReport) report = { 0 };
  g_autoptr (IstRich) rich = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *html = NULL;
  g_autofree char *text = NULL;
  gsize cut = size > 0 ? MIN (data[0], size - 1) : 0;

  if (size == 0)
    return 0;
  g_ptr_array_add (chunks, g_bytes_new (data + 1, cut));
  g_ptr_array_add (chunks, g_bytes_new (data + 1 + cut, size - 1 - cut));
  input.links = g_ptr_array_index (chunks, 0);
  input.fonts = g_ptr_array_index (chunks, 1);
  rich = ist_cd_read (&input, &report);
  html = ist_rich_to_html (rich, &options, &parts);
  text = ist_rich_to_text (rich, &options);
  g_assert_true (g_utf8_validate (html, -1, NULL));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  check_tags (html);
  return 0;
}
