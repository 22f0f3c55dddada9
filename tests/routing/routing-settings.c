#include "tests/routing/routing-settings.h"

#include "tests/harness/harness.h"

IstSettings *
ist_test_settings (const char *text, const char *more)
{
  g_autofree char *all = g_strconcat (text, more, NULL);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  IstSettings *settings
      = ist_settings_parse (all, "test.conf", ".", ist_routing_setting_groups, errors);

  for (guint i = 0; i < errors->len; i++)
    ist_note ("%s", (char *) g_ptr_array_index (errors, i));
  IST_ASSERT (settings != NULL);
  return settings;
}
