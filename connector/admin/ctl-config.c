#include "config.h"

#include "connector/admin/ctl.h"
#include "connector/settings.h"
#include "convert/pipeline.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

int
ist_ctl_version (const IstCtl *ctl, int argc, char **argv)
{
  printf ("%s\n", PACKAGE_STRING);
  return IST_CTL_OK;
}

static int
reference (gboolean man)
{
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autofree char *text = ist_settings_reference (tables, man);

  fputs (text, stdout);
  return IST_CTL_OK;
}

static int
show (const IstCtl *ctl, gboolean all)
{
  g_autoptr (IstSettings) settings = ist_ctl_settings (ctl);
  g_autofree char *text = NULL;

  if (settings == NULL)
    return IST_CTL_FAILED;
  text = ist_settings_show (settings, all);
  fputs (text, stdout);
  return IST_CTL_OK;
}

static int
check (const IstCtl *ctl)
{
  g_autoptr (IstSettings) settings = ist_ctl_settings (ctl);

  if (settings == NULL)
    return IST_CTL_NO;
  printf ("the configuration is good\n");
  return IST_CTL_OK;
}

int
ist_ctl_config (const IstCtl *ctl, int argc, char **argv)
{
  const char *what = argc > 1 ? argv[1] : "";
  const char *more = argc > 2 ? argv[2] : "";

  if (strcmp (what, "check") == 0)
    return check (ctl);
  if (strcmp (what, "show") == 0)
    return show (ctl, strcmp (more, "--all") == 0);
  if (strcmp (what, "reference") == 0)
    return reference (strcmp (more, "--man") == 0);
  fprintf (stderr, "isthmusctl config check|show [--all]|reference [--man]\n");
  return IST_CTL_USAGE;
}

static json_t *
transform_json (const IstTransform *t, gboolean on)
{
  return json_pack ("{s:s,s:b,s:s,s:s}", "name", t->name, "on", on, "summary", t->summary, "source",
                    t->source);
}

/* Without a configuration file the defaults are shown. */
int
ist_ctl_transforms (const IstCtl *ctl, int argc, char **argv)
{
  g_autoptr (IstSettings) settings = NULL;
  json_t *list = json_array ();

  if (ctl->config_given || g_file_test (ctl->config_path, G_FILE_TEST_EXISTS))
    {
      settings = ist_ctl_settings (ctl);
      if (settings == NULL)
        {
          json_decref (list);
          return IST_CTL_FAILED;
        }
    }
  for (guint i = 0; i < ist_pipeline_count (); i++)
    {
      const IstTransform *t = ist_pipeline_get (i);
      gboolean on = ist_pipeline_is_on (i, settings);

      if (ctl->json)
        json_array_append_new (list, transform_json (t, on));
      else
        printf ("%-20s %-3s  %s to %s\n    %s\n    source: %s\n", t->name, on ? "on" : "off",
                t->from == IST_SIDE_NONE ? "any side" : ist_side_name (t->from),
                t->to == IST_SIDE_NONE ? "any other" : ist_side_name (t->to), t->summary, t->source);
    }
  if (ctl->json)
    json_dumpf (list, stdout, JSON_INDENT (2));
  json_decref (list);
  return IST_CTL_OK;
}
