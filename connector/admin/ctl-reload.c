#include "connector/admin/ctl.h"

#include <stdio.h>

static void
print_list (FILE *to, const json_t *list, const char *after)
{
  gsize i;
  json_t *line;

  json_array_foreach ((json_t *) list, i, line)
    fprintf (to, "%s%s\n", json_string_value (line), after);
}

int
ist_ctl_reload (IstCtl *ctl, int argc, char **argv)
{
  guint status = 0;
  json_t *answer;
  gboolean done, errors;
  int code;

  if (!ist_ctl_parse (ctl, NULL, &argc, &argv) || argc != 1)
    return argc != 1 ? ist_ctl_usage (ctl, "reload") : IST_CTL_USAGE;
  answer = ist_ctl_call (ctl, "POST", "/v1/reload", NULL, FALSE, &status, &code);
  if (answer == NULL)
    return code;
  if (status != 200 && status != 409)
    return ist_ctl_refused (ctl, answer, status);
  done = json_is_true (json_object_get (answer, "reloaded"));
  errors = json_array_size (json_object_get (answer, "errors")) > 0;
  if (ctl->json)
    {
      ist_ctl_print_json (answer);
      return done && !errors ? IST_CTL_OK : IST_CTL_FAILED;
    }
  print_list (stderr, json_object_get (answer, "errors"), "");
  if (done)
    printf ("the configuration is in force, generation %" G_GINT64_FORMAT "\n",
            ist_ctl_number (answer, "generation"));
  else
    fprintf (stderr, "isthmusctl: nothing was changed; correct the above and reload again\n");
  print_list (stdout, json_object_get (answer, "waiting_for_restart"),
              " waits for a restart: systemctl restart isthmus");
  json_decref (answer);
  return done && !errors ? IST_CTL_OK : IST_CTL_FAILED;
}
