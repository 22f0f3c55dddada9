#include "connector/admin/ctl.h"

#include "connector/settings.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_CONFIG ISTHMUS_SYSCONFDIR "/isthmus/isthmus.conf"

static void
ctl_clear (IstCtl *ctl)
{
  g_free (ctl->config);
  g_free (ctl->socket);
  g_free (ctl->token_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IstCtl, ctl_clear)

/* ---- parsing ---- */

static gboolean
parse (IstCtl *ctl, const GOptionEntry *entries, gboolean only_before_verb, int *argc, char ***argv)
{
  const GOptionEntry common[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &ctl->config, NULL, NULL },
    { "socket", 's', 0, G_OPTION_ARG_FILENAME, &ctl->socket, NULL, NULL },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &ctl->token_file, NULL, NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &ctl->json, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_strict_posix (context, only_before_verb);
  g_option_context_add_main_entries (context, common, NULL);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  ist_ctl_fail (ctl, IST_CTL_USAGE, "%s", error->message);
  return FALSE;
}

gboolean
ist_ctl_parse (IstCtl *ctl, const GOptionEntry *entries, int *argc, char ***argv)
{
  return parse (ctl, entries, FALSE, argc, argv);
}

int
ist_ctl_usage (const IstCtl *ctl, const char *verb)
{
  for (const IstCtlVerb *v = ist_ctl_verbs; v->verb != NULL; v++)
    if (strcmp (v->verb, verb) == 0)
      return ist_ctl_fail (ctl, IST_CTL_USAGE, "that is not how \"%s\" is used:\n%s", verb, v->usage);
  return ist_ctl_fail (ctl, IST_CTL_USAGE, "there is no verb \"%s\"; see isthmusctl help", verb);
}

/* ---- failing ---- */

int
ist_ctl_fail (const IstCtl *ctl, int code, const char *format, ...)
{
  static const char *const names[] = { "ok", "no", "usage", "unreachable", "failed" };
  g_autofree char *text = NULL;
  g_autofree char *valid = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  valid = g_utf8_make_valid (text, -1);
  fprintf (stderr, "isthmusctl: %s\n", text);
  if (ctl->json)
    ist_ctl_print_json (json_pack ("{s:{s:s,s:s}}", "error", "code", names[code], "text", valid));
  return code;
}

void
ist_ctl_print_json (json_t *json)
{
  json_dumpf (json, stdout, JSON_INDENT (2) | JSON_ENCODE_ANY);
  fputc ('\n', stdout);
  fflush (stdout);
  json_decref (json);
}

/* ---- the configuration ---- */

const char *
ist_ctl_config_path (const IstCtl *ctl)
{
  return ctl->config != NULL ? ctl->config : DEFAULT_CONFIG;
}

IstSettings *
ist_ctl_settings (const IstCtl *ctl)
{
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  IstSettings *settings = ist_settings_load (ist_ctl_config_path (ctl), tables, errors);
  g_autofree char *all = NULL;

  if (settings != NULL)
    return settings;
  g_ptr_array_add (errors, NULL);
  all = g_strjoinv ("\n", (char **) errors->pdata);
  ist_ctl_fail (ctl, IST_CTL_FAILED, "the configuration is wrong:\n%s", all);
  return NULL;
}

/* ---- running ---- */

static gboolean
asks_for_help (int argc, char **argv)
{
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    if (strcmp (argv[i], "--help") == 0 || strcmp (argv[i], "-h") == 0)
      return TRUE;
  return FALSE;
}

static int
run_verb (IstCtl *ctl, int argc, char **argv)
{
  char *help[] = { (char *) "help", argv[0], NULL };

  for (const IstCtlVerb *v = ist_ctl_verbs; v->verb != NULL; v++)
    {
      if (strcmp (argv[0], v->verb) != 0)
        continue;
      return asks_for_help (argc, argv) ? ist_ctl_help (ctl, 2, help) : v->run (ctl, argc, argv);
    }
  if (strcmp (argv[0], "--help") == 0 || strcmp (argv[0], "-h") == 0)
    return ist_ctl_help (ctl, 1, help);
  if (strcmp (argv[0], "--version") == 0)
    return ist_ctl_version (ctl, 1, argv);
  return ist_ctl_fail (ctl, IST_CTL_USAGE, "there is no verb \"%s\"; see isthmusctl help", argv[0]);
}

/* The option parser takes strings out of its array: it gets one of its own. */
int
ist_ctl_run (const IstCtl *common, int argc, char **argv)
{
  g_auto (IstCtl) ctl = { g_strdup (common->config), g_strdup (common->socket),
                          g_strdup (common->token_file), common->json };
  g_autofree char **words = g_new0 (char *, (gsize) argc + 1);
  gboolean plain = argc > 1 && strcmp (argv[1], "--help") != 0 && strcmp (argv[1], "-h") != 0
                   && strcmp (argv[1], "--version") != 0;

  memcpy (words, argv, (gsize) argc * sizeof *words);
  if (plain && !parse (&ctl, NULL, TRUE, &argc, &words))
    return IST_CTL_USAGE;
  if (argc < 2)
    return ist_ctl_interactive (&ctl);
  return run_verb (&ctl, argc - 1, words + 1);
}
