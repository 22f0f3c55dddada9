#include "tests/routing/routing-settings.h"

#include "tests/harness/harness.h"

/* What [convert] says is not known here: only that there are profiles. */
static const IstSettingRow no_rows[] = { { .key = NULL } };
static const IstSettingGroup convert_group = {
  .kind = "convert", .profiles = TRUE, .struct_size = sizeof (IstGroup), .rows = no_rows, .sentence = "Profiles.",
};

/* g_free() the array. */
static const IstSettingGroup **
all_tables (void)
{
  GPtrArray *all = g_ptr_array_new ();

  for (guint i = 0; ist_routing_setting_groups[i] != NULL; i++)
    g_ptr_array_add (all, (gpointer) ist_routing_setting_groups[i]);
  g_ptr_array_add (all, (gpointer) &convert_group);
  g_ptr_array_add (all, NULL);
  return (const IstSettingGroup **) g_ptr_array_free (all, FALSE);
}

IstSettings *
ist_test_settings (const char *text, const char *more)
{
  g_autofree char *all = g_strconcat (text, more, NULL);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autofree const IstSettingGroup **tables = all_tables ();
  IstSettings *settings = ist_settings_parse (all, "test.conf", ".", tables, errors);

  for (guint i = 0; i < errors->len; i++)
    ist_note ("%s", (char *) g_ptr_array_index (errors, i));
  IST_ASSERT (settings != NULL);
  return settings;
}
