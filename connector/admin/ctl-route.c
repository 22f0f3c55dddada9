#include "connector/admin/ctl.h"
#include "connector/admin/shapes.h"
#include "dirsync/mirror.h"
#include "routing/settings.h"

#include <stdio.h>
#include <string.h>

static json_t *
offline (const IstCtl *ctl, const char *from, const char *to, IstSide side)
{
  g_autoptr (IstSettings) settings = ist_ctl_settings (ctl);
  const IstConnectorSettings *connector;
  g_autoptr (IstMirror) mirror = NULL;
  g_autoptr (IstRouter) router = NULL;
  g_autoptr (GError) error = NULL;

  if (settings == NULL)
    return NULL;
  connector = ist_settings_get (settings, "connector", NULL);
  mirror = ist_mirror_open (connector->directory_database, &error);
  if (mirror == NULL)
    {
      ist_ctl_fail (ctl, IST_CTL_FAILED, "%s", error->message);
      return NULL;
    }
  fprintf (stderr, "no daemon answers: worked out from %s\n", ist_ctl_config_path (ctl));
  router = ist_router_new (settings, ist_mirror_directory (mirror), 1);
  return ist_shape_route (router, settings, ist_mirror_directory (mirror), from, to, side);
}

static json_t *
ask (const IstCtl *ctl, const char *from, const char *to, const char *side, int *code)
{
  g_autoptr (GString) path = g_string_new ("/v1/route");
  guint status = 0;
  json_t *answer;

  ist_ctl_param (path, "from", from);
  ist_ctl_param (path, "to", to);
  ist_ctl_param (path, "side", side);
  answer = ist_ctl_call (ctl, "GET", path->str, NULL, ctl->socket == NULL, &status, code);
  if (answer == NULL && ctl->socket == NULL && *code == IST_CTL_UNREACHABLE)
    {
      answer = offline (ctl, from, to, side != NULL ? ist_side_from_name (side) : IST_SIDE_NONE);
      *code = IST_CTL_FAILED;
      return answer;
    }
  if (answer == NULL || status == 200)
    return answer;
  *code = ist_ctl_refused (ctl, answer, status);
  return NULL;
}

static void
print_words (const char *label, const json_t *list)
{
  gsize i;
  json_t *word;

  if (json_array_size (list) == 0)
    return;
  printf ("%-10s", label);
  json_array_foreach ((json_t *) list, i, word)
    printf ("%s%s", i > 0 ? ", " : "", json_string_value (word));
  printf ("\n");
}

static void
print_route (const json_t *route)
{
  const json_t *envelope = json_object_get (route, "envelope");
  const json_t *rewriting = json_object_get (route, "rewriting");
  const char *profile;
  gsize i;
  json_t *step;

  printf ("from side %s\n", ist_ctl_text (route, "origin"));
  json_array_foreach (json_object_get (route, "steps"), i, step)
    printf ("  %s\n", json_string_value (step));
  printf ("%-10s%s\n", "action", ist_ctl_text (route, "action"));
  if (ist_ctl_text (route, "rule")[0] != '\0')
    printf ("%-10s%s\n", "rule", ist_ctl_text (route, "rule"));
  if (ist_ctl_text (route, "reply")[0] != '\0')
    {
      printf ("%-10s%s\n", "reply", ist_ctl_text (route, "reply"));
      return;
    }
  printf ("%-10s%s\n%-10s%s\n", "side", ist_ctl_text (route, "side"), "relay", ist_ctl_text (route, "relay"));
  print_words ("hosts", json_object_get (route, "hosts"));
  printf ("%-10s%s\n", "tls", ist_ctl_text (route, "tls"));
  printf ("%-10s<%s> to <%s>\n", "envelope", ist_ctl_text (envelope, "sender"),
          ist_ctl_text (envelope, "recipient"));
  profile = ist_ctl_text (route, "profile");
  printf ("%-10s[convert%s%s]%s\n", "profile", profile[0] != '\0' ? " " : "", profile,
          strcmp (ist_ctl_text (route, "side"), "internet") == 0
              ? "; towards the Internet no Notes copy and no notes: address leaves"
              : "");
  print_words ("rewriting", json_object_get (rewriting, "steps"));
  if (ist_ctl_text (rewriting, "pilot")[0] != '\0')
    printf ("%-10sonly for members of %s\n", "pilot", ist_ctl_text (rewriting, "pilot"));
  if (json_is_true (json_object_get (route, "report_only")))
    printf ("nothing is converted: the log says what would be\n");
  if (json_is_false (json_object_get (route, "final_known")))
    printf ("a rule on size or header may still change this when the message comes\n");
}

int
ist_ctl_route (IstCtl *ctl, int argc, char **argv)
{
  g_autofree char *side = NULL;
  const GOptionEntry entries[] = {
    { "side", 0, 0, G_OPTION_ARG_STRING, &side, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  json_t *route;
  gboolean refused;
  int code;

  if (!ist_ctl_parse (ctl, entries, &argc, &argv))
    return IST_CTL_USAGE;
  if (argc != 4 || strcmp (argv[1], "explain") != 0
      || (side != NULL && ist_side_from_name (side) == IST_SIDE_NONE))
    return ist_ctl_usage (ctl, "route");
  route = ask (ctl, strcmp (argv[2], "<>") == 0 ? "" : argv[2], argv[3], side, &code);
  if (route == NULL)
    return code;
  refused = strcmp (ist_ctl_text (route, "action"), "refuse") == 0;
  if (ctl->json)
    ist_ctl_print_json (route);
  else
    {
      print_route (route);
      json_decref (route);
    }
  return refused ? IST_CTL_NO : IST_CTL_OK;
}
