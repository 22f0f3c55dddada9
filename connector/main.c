/*
 * connector/main.c - isthmusd: reads the configuration, runs one instance until it is told to stop.
 */
#include "config.h"

#include "connector/instance.h"
#include "connector/service/notify.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_CONFIG ISTHMUS_SYSCONFDIR "/isthmus/isthmus.conf"

typedef struct
{
  IstInstance *instance;
  GMainLoop *loop;
} Daemon;

static void
print_lines (GPtrArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    fprintf (stderr, "%s\n", (char *) g_ptr_array_index (lines, i));
}

static gboolean
on_stop (gpointer user)
{
  Daemon *self = user;

  g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_reload (gpointer user)
{
  Daemon *self = user;
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) waiting = NULL;

  ist_service_notify ("RELOADING=1");
  ist_instance_reload (self->instance, errors, &waiting);
  print_lines (errors);
  for (guint i = 0; waiting != NULL && waiting[i] != NULL; i++)
    fprintf (stderr, "%s waits for a restart\n", waiting[i]);
  ist_service_notify ("READY=1");
  return G_SOURCE_CONTINUE;
}

static int
run (IstSettings *settings, gboolean foreground)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  IstInstanceOptions options = { .log_to_stderr = foreground };
  g_autoptr (IstInstance) instance = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  Daemon daemon = { NULL, loop };

  ist_service_prepare ();
  instance = ist_instance_new (settings, &options, errors);
  if (instance == NULL || !ist_instance_start (instance, &error))
    {
      print_lines (errors);
      if (error != NULL)
        fprintf (stderr, "%s\n", error->message);
      if (instance != NULL)
        ist_instance_stop (instance);
      return 4;
    }
  daemon.instance = instance;
  ist_service_watch (on_stop, on_reload, &daemon);
  ist_service_notify ("READY=1");
  g_main_loop_run (loop);
  ist_service_notify ("STOPPING=1");
  ist_instance_stop (instance);
  return 0;
}

int
main (int argc, char **argv)
{
  g_autofree char *config = NULL;
  gboolean foreground = FALSE, check = FALSE, version = FALSE;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &config, "Configuration (" DEFAULT_CONFIG ")", "FILE" },
    { "foreground", 'f', 0, G_OPTION_ARG_NONE, &foreground, "Write events to the terminal too", NULL },
    { "check", 0, 0, G_OPTION_ARG_NONE, &check, "Only check the configuration", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- mail connector between Domino and Exchange");
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GError) error = NULL;
  IstSettings *settings;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      fprintf (stderr, "isthmusd: %s; see isthmusd --help\n",
               error != NULL ? error->message : "unexpected argument");
      return 2;
    }
  if (version)
    {
      printf ("%s\n", PACKAGE_STRING);
      return 0;
    }
  settings = ist_settings_load (config != NULL ? config : DEFAULT_CONFIG, tables, errors);
  if (settings == NULL)
    {
      print_lines (errors);
      return 4;
    }
  if (!check)
    return run (settings, foreground);
  ist_settings_unref (settings);
  printf ("the configuration is good\n");
  return 0;
}
