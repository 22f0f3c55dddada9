#include "connector/admin/ctl.h"
#include "connector/admin/shapes.h"

#include <stdio.h>
#include <string.h>

/* Without a daemon: as the configuration says, and without one the defaults. */
static json_t *
offline (const IstCtl *ctl, const char *profile, int *code)
{
  g_autoptr (IstSettings) settings = NULL;
  json_t *answer;

  *code = IST_CTL_FAILED;
  if (ctl->config != NULL || g_file_test (ist_ctl_config_path (ctl), G_FILE_TEST_EXISTS))
    {
      settings = ist_ctl_settings (ctl);
      if (settings == NULL)
        return NULL;
    }
  answer = ist_shape_transforms (settings, profile);
  if (answer == NULL)
    *code = ist_ctl_fail (ctl, IST_CTL_NO, "there is no group [convert %s] in %s", profile, ist_ctl_config_path (ctl));
  return answer;
}

int
ist_ctl_transforms (IstCtl *ctl, int argc, char **argv)
{
  g_autofree char *profile = NULL;
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_STRING, &profile, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GString) path = g_string_new ("/v1/transforms");
  guint status = 0;
  json_t *answer, *t;
  gsize i;
  int code;

  if (!ist_ctl_parse (ctl, entries, &argc, &argv))
    return IST_CTL_USAGE;
  if (argc != 1)
    return ist_ctl_usage (ctl, "transforms");
  ist_ctl_param (path, "profile", profile);
  answer = ist_ctl_call (ctl, "GET", path->str, NULL, TRUE, &status, &code);
  if (answer != NULL && status == 404 && profile != NULL)
    return ist_ctl_refused (ctl, answer, status);
  if (answer == NULL || status != 200)
    {
      json_decref (answer);
      answer = offline (ctl, profile, &code);
    }
  if (answer == NULL)
    return code;
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
