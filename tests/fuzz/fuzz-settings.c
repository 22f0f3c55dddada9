/*
 * The configuration file: a bad one is refused with a line for each mistake, a good one is shown as it was read.
 */
#include "tests/fuzz/fuzz.h"

#include "connector/settings.h"

static void
check_errors (const GPtrArray *errors)
{
  g_assert_cmpuint (errors->len, >, 0);
  for (guint i = 0; i < errors->len; i++)
    g_assert_true (g_str_has_prefix (g_ptr_array_index (errors, i), "fuzz.conf"));
}

static void
check_shown (const IstSettings *settings, const IstSettingGroup *const *tables)
{
  g_autofree char *shown = ist_settings_show (settings, FALSE);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (IstSettings) again = ist_settings_parse (shown, "shown", "/", tables, errors);

  if (again == NULL)
    FUZZ_FAIL ("%s\n%s", (char *) g_ptr_array_index (errors, 0), shown);
  for (int a = IST_APPLIES_AT_ONCE; a <= IST_APPLIES_RESTART; a++)
    {
      g_auto (GStrv) diff = ist_settings_diff (settings, again, (IstApplies) a);

      if (diff[0] != NULL)
        FUZZ_FAIL ("%s differs in\n%s", diff[0], shown);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (IstSettings) settings = ist_settings_parse (text, "fuzz.conf", "/", tables, errors);

  if (settings == NULL)
    check_errors (errors);
  else
    check_shown (settings, tables);
  return 0;
}
