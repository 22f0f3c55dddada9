/*
 * connector/admin/ctl.c - isthmusctl: finds the verb and runs it.
 */
#include "connector/admin/ctl.h"

#include "connector/settings.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_CONFIG ISTHMUS_SYSCONFDIR "/isthmus/isthmus.conf"

const IstCtlVerb ist_ctl_verbs[] = {
  { "config", ist_ctl_config, "config check|show [--all]|reference",
    "checks the configuration, shows what is in force, explains every key" },
  { "convert", ist_ctl_convert,
    "convert --direction domino-to-exchange|exchange-to-domino [--directory FILE] [--report json] < in > out",
    "rewrites and converts one message offline; the changes are told on stderr" },
  { "help", ist_ctl_help, "help [VERB]", "explains a verb" },
  { "log", ist_ctl_log, "log [--follow]", "prints the event log" },
  { "route", ist_ctl_route, "route explain FROM TO [--side SIDE]",
    "says which way a message would go, and why" },
  { "trace", ist_ctl_trace, "trace MESSAGE-ID|QUEUE-ID|ADDRESS",
    "tells a message's story from the log files" },
  { "transforms", ist_ctl_transforms, "transforms", "lists the transforms and their state" },
  { "version", ist_ctl_version, "version", "prints the version" },
  { NULL, NULL, NULL, NULL },
};

IstSettings *
ist_ctl_settings (const IstCtl *ctl)
{
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  IstSettings *settings = ist_settings_load (ctl->config_path, tables, errors);

  for (guint i = 0; i < errors->len; i++)
    fprintf (stderr, "%s\n", (char *) g_ptr_array_index (errors, i));
  return settings;
}

int
ist_ctl_help (const IstCtl *ctl, int argc, char **argv)
{
  for (const IstCtlVerb *v = ist_ctl_verbs; v->verb != NULL; v++)
    if (argc < 2 || strcmp (argv[1], v->verb) == 0)
      printf ("isthmusctl %s\n    %s\n", v->usage, v->summary);
  return IST_CTL_OK;
}

int
main (int argc, char **argv)
{
  g_autofree char *config = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &config, "Configuration (" DEFAULT_CONFIG ")", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Answer in JSON", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("VERB - administer Isthmus");
  g_autoptr (GError) error = NULL;
  IstCtl ctl = { 0 };

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "isthmusctl: %s\n", error->message);
      return IST_CTL_USAGE;
    }
  ctl.config_path = config != NULL ? config : DEFAULT_CONFIG;
  ctl.config_given = config != NULL;
  ctl.json = json;
  if (argc < 2)
    {
      ist_ctl_help (&ctl, 1, argv);
      return IST_CTL_USAGE;
    }
  for (const IstCtlVerb *v = ist_ctl_verbs; v->verb != NULL; v++)
    if (strcmp (argv[1], v->verb) == 0)
      return v->run (&ctl, argc - 1, argv + 1);
  fprintf (stderr, "isthmusctl: there is no verb \"%s\"; see isthmusctl help\n", argv[1]);
  return IST_CTL_USAGE;
}
