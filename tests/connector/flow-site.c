#include "tests/connector/flow-site.h"

#include "connector/settings.h"
#include "tests/harness/harness.h"

#include <gio/gio.h>
#include <string.h>

#define SITE                                                                                       \
  "hostname = mx.example\nqueue-directory = queue\ndirectory-database = directory.db\n"           \
  "min-free = 1M\n"
#define GROUPS                                                                                     \
  "\n[log]\nfile = isthmus.log\n[admin]\nsocket = admin.sock\n"                                    \
  "[domain d.example]\ntype = own\nside = domino\ncheck-recipients = no\n"                         \
  "[domain x.example]\ntype = own\nside = exchange\ncheck-recipients = no\n"                       \
  "[side domino]\nrelay = domino\n[side internet]\nrelay = internet\n"                             \
  "[side exchange]\nrelay = exchange\nmax-message-size = 20000\ntenant-domains = acme.example\n"

IstFlowSite *
ist_flow_site_new (const char *more)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  IstFlowSite *self = g_new0 (IstFlowSite, 1);
  gsize keys = strcspn (more, "[");
  IstInstanceOptions options = { .log_to_stderr = FALSE };
  g_autofree char *text
      = g_strdup_printf ("[connector]\n" SITE "%.*s" GROUPS "%s", (int) keys, more, more + keys);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  IstSettings *settings;

  self->dir = ist_test_dir ();
  path = g_build_filename (self->dir, "isthmus.conf", NULL);
  g_file_set_contents (path, text, -1, NULL);
  settings = ist_settings_load (path, tables, errors);
  if (settings != NULL)
    self->instance = ist_instance_new (settings, &options, errors);
  for (guint i = 0; i < errors->len; i++)
    ist_note ("%s", (const char *) g_ptr_array_index (errors, i));
  if (IST_ASSERT (self->instance != NULL) && ist_instance_start (self->instance, &error))
    return self;
  IST_ASSERT_NO_ERROR (error);
  ist_flow_site_free (self);
  return NULL;
}

void
ist_flow_site_free (IstFlowSite *self)
{
  if (self == NULL)
    return;
  if (self->instance != NULL)
    {
      ist_instance_stop (self->instance);
      ist_instance_free (self->instance);
    }
  g_free (self->dir);
  g_free (self);
}

GSocket *
ist_flow_site_connect (IstFlowSite *self, const char *listener)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (
      "127.0.0.1", ist_instance_port (self->instance, listener));
  GSocket *socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_socket_set_timeout (socket, 30);
  IST_ASSERT (g_socket_connect (socket, address, NULL, NULL));
  return socket;
}

char *
ist_flow_site_talk (IstFlowSite *self, const char *listener, const char *input)
{
  g_autoptr (GSocket) socket = ist_flow_site_connect (self, listener);
  GString *out = g_string_new (NULL);
  gsize size = strlen (input);
  char block[4096];
  gssize n;

  for (gsize at = 0; at < size; at += (gsize) n)
    if ((n = g_socket_send (socket, input + at, size - at, NULL, NULL)) <= 0)
      break;
  g_socket_shutdown (socket, FALSE, TRUE, NULL);
  while ((n = g_socket_receive (socket, block, sizeof block, NULL, NULL)) > 0)
    g_string_append_len (out, block, n);
  return g_string_free (out, FALSE);
}

char *
ist_flow_site_codes (const char *answers)
{
  g_auto (GStrv) lines = g_strsplit (answers, "\r\n", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strlen (lines[i]) > 3 && lines[i][3] == ' ')
      g_string_append_printf (out, "%s%.3s", out->len > 0 ? " " : "", lines[i]);
  return g_string_free (out, FALSE);
}

char *
ist_flow_site_log (IstFlowSite *self)
{
  g_autofree char *path = g_build_filename (self->dir, "isthmus.log", NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : g_strdup ("");
}

guint
ist_flow_site_count (IstFlowSite *self, const char *words)
{
  g_autofree char *log = ist_flow_site_log (self);
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    n += strstr (lines[i], words) != NULL;
  return n;
}

gboolean
ist_flow_site_wait (IstFlowSite *self, const char *words, guint n)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (ist_flow_site_count (self, words) < n)
    {
      if (g_get_monotonic_time () > until)
        return FALSE;
      g_usleep (20000);
    }
  return TRUE;
}
