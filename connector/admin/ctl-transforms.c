#include "connector/admin/ctl.h"
#include "connector/admin/shapes.h"

#include <stdio.h>
#include <string.h>

/* Without a daemon: as the configuration says, and without one the defaults. */
static json_t *
offline (const IstCtl *ctl)
{
  g_autoptr (IstSettings) settings = NULL;

  if (ctl->config != NULL || g_file_test (ist_ctl_config_path (ctl), G_FILE_TEST_EXISTS))
    {
      settings = ist_ctl_settings (ctl);
      if (settings == NULL)
        return NULL;
    }
  return json_pack ("{s:o}", "transforms", ist_shape_transforms (settings));
}

int
ist_ctl_transforms (IstCtl *ctl, int argc, char **argv)
{
  guint status = 0;
  json_t *answer, *t;
  gsize i;
  int code;

  if (!ist_ctl_parse (ctl, NULL, &argc, &argv) || argc != 1)
    return argc != 1 ? ist_ctl_usage (ctl, "transforms") : IST_CTL_USAGE;
  answer = ist_ctl_call (ctl, "GET", "/v1/transforms", NULL, TRUE, &status, &code);
  if (answer == NULL || status != 200)
    {
      json_decref (answer);
      answer = offline (ctl);
    }
  if (answer == NULL)
    return IST_CTL_FAILED;
  if (ctl->json)
    {
      ist_ctl_print_json (answer);
      return IST_CTL_OK;
    }
  json_array_foreach (json_object_get (answer, "transforms"), i, t)
    printf ("%-20s %-3s  from %s to %s\n    %s\n    source: %s\n", ist_ctl_text (t, "name"),
            json_is_true (json_object_get (t, "on")) ? "on" : "off", ist_ctl_text (t, "from"),
            ist_ctl_text (t, "to"), ist_ctl_text (t, "summary"), ist_ctl_text (t, "source"));
  json_decref (answer);
  return IST_CTL_OK;
}
