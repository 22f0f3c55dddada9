/*
 * tests/connector/test-admin-access.c - the admin API: a reload and its answer, and who may ask at all.
 */
#include "base/http-client.h"
#include "connector/admin/admin.h"
#include "tests/connector/site.h"
#include "tests/harness/harness.h"

#include <glib/gstdio.h>
#include <string.h>

/* ---- reload ---- */

static json_t *
reload (const IstSite *site, guint want)
{
  guint status;
  json_t *answer = ist_site_ask (site, "POST", "/v1/reload", NULL, &status);

  IST_ASSERT_INT (status, want);
  return answer;
}

static void
test_reload_wrong (void)
{
  IstSite *site = ist_site_start ("");
  json_t *before = ist_site_get (site, "/v1/status");
  json_t *answer, *after, *errors;
  gint64 generation = ist_json_int (json_object_get (before, "configuration"), "generation");

  ist_site_write (site, "", "[relay more]\nhosts = 127.0.0.1:1\nretyr = 5\n\n[listner x]\n");
  answer = reload (site, 409);
  errors = json_object_get (answer, "errors");
  IST_ASSERT (json_is_false (json_object_get (answer, "reloaded")));
  IST_ASSERT_INT (json_array_size (errors), 2);
  for (gsize i = 0; i < json_array_size (errors); i++)
    {
      const char *line = json_string_value (json_array_get (errors, i));

      ist_row ("%s", line);
      IST_ASSERT (g_str_has_prefix (line, site->config));
      IST_ASSERT (g_ascii_isdigit (line[strlen (site->config) + 1]));
    }
  after = ist_site_get (site, "/v1/status");
  IST_ASSERT_INT (ist_json_int (json_object_get (after, "configuration"), "generation"), generation);
  json_decref (before);
  json_decref (answer);
  json_decref (after);
  ist_site_stop (site);
}

/* What waits for a restart waits until there is one, also over a second reload. */
static void
test_reload_waiting (void)
{
  IstSite *site = ist_site_start ("");

  ist_site_write (site, "socket-group = root\n", "[relay more]\nhosts = 127.0.0.1:1\n");
  for (guint i = 0; i < 2; i++)
    {
      json_t *answer = reload (site, 200);
      json_t *waiting = json_object_get (answer, "waiting_for_restart");
      json_t *status = ist_site_get (site, "/v1/status");
      json_t *shown = json_object_get (json_object_get (status, "configuration"), "waiting_for_restart");

      ist_row ("reload %u", i + 1);
      IST_ASSERT (json_is_true (json_object_get (answer, "reloaded")));
      IST_ASSERT_INT (json_array_size (waiting), 1);
      IST_ASSERT_STR (json_string_value (json_array_get (waiting, 0)), "[admin] socket-group");
      IST_ASSERT (json_equal (waiting, shown));
      json_decref (answer);
      json_decref (status);
    }
  ist_site_write (site, "", "");
  {
    json_t *answer = reload (site, 200);

    IST_ASSERT_INT (json_array_size (json_object_get (answer, "waiting_for_restart")), 0);
    json_decref (answer);
  }
  ist_site_stop (site);
}

/* ---- who may ---- */

#define TOKEN "0123456789abcdef0123456789abcdef"

static void
test_token (void)
{
  static const struct
  {
    const char *name, *token;
    guint status;
  } rows[] = {
    { "none", NULL, 401 },
    { "empty", "", 401 },
    { "wrong", "0123456789abcdef0123456789abcdeF", 401 },
    { "beginning", "0123456789abcdef", 401 },
    { "longer", TOKEN "0", 401 },
    { "right", TOKEN, 200 },
  };
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *file = g_build_filename (dir, "token", NULL);
  g_autofree char *lines = g_strdup_printf ("tcp = 127.0.0.1:0\ntoken-file = %s\n", file);
  g_autofree char *endpoint = NULL;
  g_autofree char *refused = NULL;
  IstSite *site;

  g_file_set_contents_full (file, TOKEN "\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
  site = ist_site_start (lines);
  if (site == NULL)
    return;
  endpoint = g_strdup_printf ("127.0.0.1:%u", ist_admin_port (site->instance->admin));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const IstHttpTarget target = { .endpoint = endpoint, .token = rows[i].token };
      g_auto (IstHttpAnswer) answer = { 0 };

      ist_row ("%s", rows[i].name);
      IST_ASSERT (ist_http_call (&target, "GET", "/v1/status", NULL, &answer, NULL));
      IST_ASSERT_INT (answer.status, rows[i].status);
    }
  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, &refused, "--socket", endpoint, "reload", NULL), 4);
  IST_ASSERT (strstr (refused, "add --token-file") != NULL);
  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, NULL, "--socket", endpoint, "--token-file", file, "queue", NULL), 0);
  ist_site_stop (site);
}

static void
test_socket_mode (void)
{
  IstSite *site = ist_site_start ("");
  GStatBuf info;

  IST_ASSERT_INT (g_stat (site->socket, &info) == 0 ? info.st_mode & 07777 : 0, 0660);
  ist_site_stop (site);
}

/* What is wrong about [admin] is an error before anything listens. */
static void
test_wrong_settings (void)
{
  static const struct
  {
    const char *name, *lines, *says;
  } rows[] = {
    { "all addresses", "[admin]\ntcp = 0.0.0.0:8025\ntoken-file = t\n", "is not a loopback address" },
    { "an outer address", "[admin]\ntcp = 192.0.2.1:8025\ntoken-file = t\n", "is not a loopback address" },
    { "all IPv6 addresses", "[admin]\ntcp = [::]:8025\ntoken-file = t\n", "is not a loopback address" },
    { "no token", "[admin]\ntcp = 127.0.0.1:8025\n", "token-file" },
    { "IPv6 loopback", "[admin]\ntcp = [::1]:8025\ntoken-file = t\n", NULL },
    { "another loopback address", "[admin]\ntcp = 127.0.0.2:8025\ntoken-file = t\n", NULL },
  };
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *conf = g_strconcat ("[connector]\nhostname = a.example\n", rows[i].lines, NULL);
      g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (IstSettings) settings = ist_settings_parse (conf, "test.conf", ".", tables, errors);
      const char *line = errors->len > 0 ? g_ptr_array_index (errors, 0) : NULL;

      ist_row ("%s", rows[i].name);
      IST_ASSERT ((settings == NULL) == (rows[i].says != NULL));
      if (rows[i].says != NULL && IST_ASSERT (line != NULL) && strstr (line, rows[i].says) == NULL)
        IST_ASSERT_STR (line, rows[i].says);
    }
}

/* A token that everybody may read, or that is too short to be one, is no token. */
static void
test_wrong_token_file (void)
{
  static const struct
  {
    const char *name, *token;
    int mode;
  } rows[] = { { "readable by all", TOKEN "\n", 0644 }, { "short", "secret\n", 0600 }, { "empty", "", 0600 } };
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  const IstInstanceOptions options = { FALSE };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *dir = ist_test_dir ();
      g_autofree char *file = g_build_filename (dir, "token", NULL);
      g_autofree char *conf = g_strdup (
          "[connector]\nhostname = a.example\nqueue-directory = queue\ndirectory-database = d.db\n"
          "[log]\nfile = log\n[admin]\nsocket = admin.sock\ntcp = 127.0.0.1:0\ntoken-file = token\n");
      g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GError) error = NULL;
      g_autoptr (IstInstance) instance = NULL;

      ist_row ("%s", rows[i].name);
      g_file_set_contents_full (file, rows[i].token, -1, G_FILE_SET_CONTENTS_NONE, rows[i].mode, NULL);
      g_chmod (file, rows[i].mode);
      instance = ist_instance_new (ist_settings_parse (conf, "test.conf", dir, tables, errors), &options, errors);
      if (!IST_ASSERT (instance != NULL))
        continue;
      IST_ASSERT (!ist_instance_start (instance, &error));
      IST_ASSERT (error != NULL && strstr (error->message, "token-file") != NULL);
      IST_ASSERT (error != NULL && strstr (error->message, "secret\n") == NULL);
      ist_instance_stop (instance);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "reload-wrong", test_reload_wrong },
    { "reload-waiting", test_reload_waiting },
    { "token", test_token },
    { "socket-mode", test_socket_mode },
    { "wrong-settings", test_wrong_settings },
    { "wrong-token-file", test_wrong_token_file },
    { NULL, NULL },
  };

  return ist_test_main ("admin-access", tests);
}
