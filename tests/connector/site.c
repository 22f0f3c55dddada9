#include "tests/connector/site.h"

#include "base/http-client.h"
#include "routing/smtp/client.h"
#include "tests/harness/harness.h"

#include <gio/gio.h>
#include <string.h>

static const char people_domino[] = "address,aliases,display-name,notes-name,groups,kind\n"
                                    "anna@acme.example,,Anna Berg,CN=Anna Berg/O=Acme,,person\n";
static const char people_exchange[] = "address,aliases,display-name,legacy-dn,kind\n"
                                      "bob@acme.example,,Bob Miller,,person\n"
                                      "carl@acme.example,,Carl Diaz,,person\n";

void
ist_site_write (IstSite *site, const char *admin, const char *more)
{
  g_autofree char *text = g_strdup_printf (
      "[connector]\nhostname = isthmus.acme.example\nqueue-directory = queue\n"
      "directory-database = directory.db\n\n"
      "[log]\nfile = log/isthmus.log\n\n[admin]\nsocket = admin.sock\n%s\n"
      "[side domino]\nrelay = domino\n\n[side exchange]\nrelay = exchange\n\n[side internet]\nrelay = dead\n\n"
      "[domain acme.example]\ntype = shared\n\n"
      "[listener in]\naddress = 127.0.0.1:0\n\n"
      "[peer domino]\nside = domino\naddresses = 127.0.0.1\nrelay-internet = yes\n\n"
      "[relay domino]\nhosts = 127.0.0.1:1\nhold = yes\n\n[relay exchange]\nhosts = 127.0.0.1:1\nhold = yes\n\n"
      "[relay dead]\nhosts = 127.0.0.1:1\n\n"
      "[directory domino]\nside = domino\nfile = domino.csv\n\n"
      "[directory exchange]\nside = exchange\nfile = exchange.csv\n\n%s",
      admin, more);

  IST_ASSERT (g_file_set_contents (site->config, text, -1, NULL));
}

IstSite *
ist_site_start (const char *admin)
{
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  const IstInstanceOptions options = { FALSE };
  IstSite *site = g_new0 (IstSite, 1);
  g_autofree char *domino = NULL;
  g_autofree char *exchange = NULL;
  IstSettings *settings;

  site->dir = ist_test_dir ();
  site->config = g_build_filename (site->dir, "isthmus.conf", NULL);
  site->socket = g_build_filename (site->dir, "admin.sock", NULL);
  site->ctl = g_build_filename (g_getenv ("ISTHMUS_BUILDDIR") != NULL ? g_getenv ("ISTHMUS_BUILDDIR") : ".",
                                "isthmusctl", NULL);
  domino = g_build_filename (site->dir, "domino.csv", NULL);
  exchange = g_build_filename (site->dir, "exchange.csv", NULL);
  g_file_set_contents (domino, people_domino, -1, NULL);
  g_file_set_contents (exchange, people_exchange, -1, NULL);
  ist_site_write (site, admin, "");
  settings = ist_settings_load (site->config, tables, errors);
  site->instance = settings != NULL ? ist_instance_new (settings, &options, errors) : NULL;
  for (guint i = 0; i < errors->len; i++)
    ist_note ("%s", (char *) g_ptr_array_index (errors, i));
  if (IST_ASSERT (site->instance != NULL) && ist_instance_start (site->instance, &error))
    return site;
  IST_ASSERT_NO_ERROR (error);
  ist_site_stop (site);
  return NULL;
}

void
ist_site_stop (IstSite *site)
{
  if (site->instance != NULL)
    ist_instance_stop (site->instance);
  ist_instance_free (site->instance);
  g_free (site->dir);
  g_free (site->config);
  g_free (site->socket);
  g_free (site->ctl);
  g_free (site);
}

char *
ist_site_send (IstSite *site, const char *from, const char *to, const char *message_id)
{
  g_autofree char *text = g_strdup_printf ("From: <%s>\r\nTo: <%s>\r\nSubject: test\r\nMessage-ID: <%s>\r\n"
                                           "Date: Tue, 24 Nov 2026 09:00:00 +0000\r\n\r\nHello\r\n",
                                           from, to, message_id);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_auto (IstReply) reply = { 0 };
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;
  IstClientFailure failure;
  gboolean sent_dot;
  const IstClientOptions options = {
    .address = "127.0.0.1",
    .port = ist_instance_port (site->instance, "in"),
    .host = "127.0.0.1",
    .helo = "domino.acme.example",
    .connect_timeout_secs = 20,
    .command_timeout_secs = 20,
    .data_timeout_secs = 20,
    .dot_timeout_secs = 20,
    .quit_timeout_secs = 5,
  };
  g_autoptr (IstClient) client = ist_client_open (&options, &failure, &reply, &note, &error);
  IstClientRcpt rcpt = { .address = to };
  const IstClientMail mail = { .sender = from, .message = message, .rcpts = &rcpt, .n_rcpts = 1 };
  const char *id;
  char *queue_id;

  if (client == NULL || !ist_client_send (client, &mail, &failure, &sent_dot, &error))
    {
      IST_ASSERT_NO_ERROR (error);
      return g_strdup ("");
    }
  id = rcpt.reply.text != NULL ? strstr (rcpt.reply.text, "queued as ") : NULL;
  if (!IST_ASSERT (id != NULL))
    ist_note ("%u %s", rcpt.reply.code, rcpt.reply.text);
  queue_id = id != NULL ? g_strndup (id + 10, strcspn (id + 10, " \r\n")) : g_strdup ("");
  ist_reply_clear (&rcpt.reply);
  return queue_id;
}

json_t *
ist_site_ask (const IstSite *site, const char *method, const char *path, const char *body, guint *status)
{
  const IstHttpTarget target = { .unix_path = site->socket };
  g_auto (IstHttpAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *data;

  *status = 0;
  if (!ist_http_call (&target, method, path, body, &answer, &error))
    {
      IST_ASSERT_NO_ERROR (error);
      return NULL;
    }
  *status = answer.status;
  data = g_bytes_get_data (answer.body, &size);
  return json_loadb (data != NULL ? data : "", size, 0, NULL);
}

json_t *
ist_site_get (const IstSite *site, const char *path)
{
  guint status;
  json_t *json = ist_site_ask (site, "GET", path, NULL, &status);

  IST_ASSERT_INT (status, 200);
  return json;
}

const char *
ist_json_str (const json_t *object, const char *key)
{
  return json_string_value (json_object_get (object, key));
}

gint64
ist_json_int (const json_t *object, const char *key)
{
  return json_integer_value (json_object_get (object, key));
}

/* `words` begin with the program and its --config, and are NULL-ended. The input is a file: a program may end before
 * it has read all of a pipe. */
static int
run (const IstSite *site, const GPtrArray *words, const char *input, char **out, char **err)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *file = g_build_filename (site->dir, "ctl-input", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *got = NULL;
  g_autofree char *complaints = NULL;
  g_autoptr (GError) error = NULL;

  if (!IST_ASSERT (g_file_set_contents (file, input != NULL ? input : "", -1, NULL)))
    return -1;
  g_subprocess_launcher_set_stdin_file_path (launcher, file);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) words->pdata, &error);
  if (!IST_ASSERT_NO_ERROR (error))
    return -1;
  if (!g_subprocess_communicate_utf8 (process, NULL, NULL, &got, &complaints, &error))
    {
      IST_ASSERT_NO_ERROR (error);
      return -1;
    }
  if (out != NULL)
    *out = g_steal_pointer (&got);
  if (err != NULL)
    *err = g_steal_pointer (&complaints);
  return g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
}

static GPtrArray *
first_words (IstSite *site)
{
  GPtrArray *words = g_ptr_array_new ();

  g_ptr_array_add (words, site->ctl);
  g_ptr_array_add (words, (gpointer) "--config");
  g_ptr_array_add (words, site->config);
  return words;
}

int
ist_site_ctl (IstSite *site, const char *input, char **out, char **err, ...)
{
  g_autoptr (GPtrArray) words = first_words (site);
  const char *word;
  va_list args;

  va_start (args, err);
  while ((word = va_arg (args, const char *)) != NULL)
    g_ptr_array_add (words, (gpointer) word);
  va_end (args);
  g_ptr_array_add (words, NULL);
  return run (site, words, input, out, err);
}

int
ist_site_ctl_line (IstSite *site, const char *line, const char *id, char **out, char **err)
{
  g_autoptr (GPtrArray) words = first_words (site);
  g_auto (GStrv) parts = g_strsplit (line, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    g_ptr_array_add (words, strcmp (parts[i], "ID") == 0 ? (gpointer) id : parts[i]);
  g_ptr_array_add (words, NULL);
  return run (site, words, NULL, out, err);
}

gboolean
ist_site_wait (gboolean (*what) (gpointer user), gpointer user)
{
  for (guint i = 0; i < 400; i++)
    {
      if (what (user))
        return TRUE;
      g_usleep (50000);
    }
  return FALSE;
}
