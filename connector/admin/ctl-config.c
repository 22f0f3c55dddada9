#include "connector/admin/ctl.h"
#include "connector/settings.h"

#include <stdio.h>
#include <string.h>

static json_t *
lines_json (const GPtrArray *lines)
{
  json_t *list = json_array ();

  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (g_ptr_array_index (lines, i), -1);

      json_array_append_new (list, json_string (valid));
    }
  return list;
}

static int
check (const IstCtl *ctl)
{
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (IstSettings) settings = ist_settings_load (ist_ctl_config_path (ctl), tables, errors);

  if (ctl->json)
    ist_ctl_print_json (json_pack ("{s:s,s:b,s:o}", "file", ist_ctl_config_path (ctl), "good",
                                   settings != NULL, "errors", lines_json (errors)));
  else if (settings != NULL)
    printf ("%s is good\n", ist_ctl_config_path (ctl));
  for (guint i = 0; !ctl->json && i < errors->len; i++)
    fprintf (stderr, "%s\n", (char *) g_ptr_array_index (errors, i));
  return settings != NULL ? IST_CTL_OK : IST_CTL_NO;
}

static int
show (const IstCtl *ctl, gboolean all)
{
  g_autoptr (IstSettings) settings = ist_ctl_settings (ctl);
  g_autofree char *text = NULL;

  if (settings == NULL)
    return IST_CTL_FAILED;
  if (ctl->json)
    {
      ist_ctl_print_json (ist_settings_show_json (settings, all));
      return IST_CTL_OK;
    }
  text = ist_settings_show (settings, all);
  fputs (text, stdout);
  return IST_CTL_OK;
}

static int
reference (const IstCtl *ctl, gboolean man)
{
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autofree char *text = NULL;

  if (ctl->json)
    {
      ist_ctl_print_json (ist_settings_reference_json (tables));
      return IST_CTL_OK;
    }
  text = ist_settings_reference (tables, man);
  fputs (text, stdout);
  return IST_CTL_OK;
}

int
ist_ctl_config (IstCtl *ctl, int argc, char **argv)
{
  gboolean all = FALSE, man = FALSE;
  const GOptionEntry entries[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &all, NULL, NULL },
    { "man", 0, 0, G_OPTION_ARG_NONE, &man, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  if (!ist_ctl_parse (ctl, entries, &argc, &argv))
    return IST_CTL_USAGE;
  if (argc == 2 && strcmp (argv[1], "check") == 0)
    return check (ctl);
  if (argc == 2 && strcmp (argv[1], "show") == 0)
    return show (ctl, all);
  if (argc == 2 && strcmp (argv[1], "reference") == 0)
    return reference (ctl, man);
  return ist_ctl_usage (ctl, "config");
}
