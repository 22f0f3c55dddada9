/*
 * tests/connector/test-admin.c - the admin API of a running instance, over its sockets.
 */
#include "base/http-client.h"
#include "connector/admin/admin.h"
#include "tests/connector/site.h"
#include "tests/harness/harness.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

/* One request over the Unix socket; the JSON is the caller's, NULL when the answer is none. */
static json_t *
ask (const IstSite *site, const char *method, const char *path, const char *body, guint *status)
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

static json_t *
get (const IstSite *site, const char *path)
{
  guint status;
  json_t *json = ask (site, "GET", path, NULL, &status);

  IST_ASSERT_INT (status, 200);
  return json;
}

static const char *
text (const json_t *object, const char *key)
{
  return json_string_value (json_object_get (object, key));
}

static gint64
number (const json_t *object, const char *key)
{
  return json_integer_value (json_object_get (object, key));
}

/* ---- looking ---- */

static void
test_status (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = site != NULL ? ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a") : NULL;
  static const struct
  {
    const char *key;
    json_type type;
  } shape[] = {
    { "version", JSON_STRING },   { "hostname", JSON_STRING },  { "started", JSON_STRING },
    { "uptime_secs", JSON_INTEGER }, { "configuration", JSON_OBJECT }, { "sessions", JSON_INTEGER },
    { "deliveries", JSON_INTEGER }, { "counters", JSON_OBJECT },  { "queue", JSON_OBJECT },
    { "hosts", JSON_ARRAY },      { "directory", JSON_OBJECT },
  };
  json_t *status, *relay;

  if (site == NULL)
    return;
  status = get (site, "/v1/status");
  for (gsize i = 0; i < G_N_ELEMENTS (shape); i++)
    {
      ist_row ("%s", shape[i].key);
      IST_ASSERT_INT (json_typeof (json_object_get (status, shape[i].key)), shape[i].type);
    }
  IST_ASSERT_STR (text (status, "hostname"), "isthmus.acme.example");
  IST_ASSERT_INT (number (json_object_get (status, "counters"), "received"), 1);
  IST_ASSERT_INT (number (json_object_get (status, "directory"), "objects"), 3);
  IST_ASSERT_INT (number (json_object_get (status, "queue"), "messages"), 1);
  relay = json_array_get (json_object_get (json_object_get (status, "queue"), "relays"), 0);
  IST_ASSERT_STR (text (relay, "relay"), "exchange");
  IST_ASSERT_INT (number (relay, "held"), 1);
  json_decref (status);
  ist_site_stop (site);
}

static void
test_queue (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *first = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  g_autofree char *second = ist_site_send (site, "anna@acme.example", "carl@acme.example", "2@a");
  g_autofree char *show = g_strconcat ("/v1/queue/messages/", first, NULL);
  g_autofree char *next = g_strconcat ("/v1/queue/messages?after=", first, NULL);
  const struct
  {
    const char *name, *path;
    gsize n;
  } rows[] = {
    { "all", "/v1/queue/messages", 2 },
    { "page", "/v1/queue/messages?limit=1", 1 },
    { "after", next, 1 },
    { "address", "/v1/queue/messages?address=CARL", 1 },
    { "relay", "/v1/queue/messages?relay=domino", 0 },
    { "state", "/v1/queue/messages?state=held", 2 },
    { "other state", "/v1/queue/messages?state=dead", 0 },
    { "message-id", "/v1/queue/messages?message-id=%3C1%40a%3E", 1 },
    { "unknown id", "/v1/queue/messages?queue-id=NOSUCH", 0 },
  };
  json_t *message, *recipient;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      json_t *list = get (site, rows[i].path);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (json_array_size (json_object_get (list, "messages")), rows[i].n);
      json_decref (list);
    }
  message = get (site, show);
  recipient = json_array_get (json_object_get (message, "recipients"), 0);
  IST_ASSERT_STR (text (message, "queue_id"), first);
  IST_ASSERT_STR (text (message, "sender"), "anna@acme.example");
  IST_ASSERT_STR (text (message, "origin"), "domino");
  IST_ASSERT_STR (text (message, "message_id"), "<1@a>");
  IST_ASSERT_STR (text (recipient, "address"), "bob@acme.example");
  IST_ASSERT_STR (text (recipient, "state"), "held");
  IST_ASSERT_STR (text (recipient, "relay"), "exchange");
  json_decref (message);
  ist_site_stop (site);
}

static void
test_export (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  g_autofree char *path = g_strconcat ("/v1/queue/messages/", id, "/eml", NULL);
  const IstHttpTarget target = { .unix_path = site->socket };
  g_auto (IstHttpAnswer) answer = { 0 };
  g_autofree char *mail = NULL;
  gsize size;

  IST_ASSERT (ist_http_call (&target, "GET", path, NULL, &answer, NULL));
  IST_ASSERT_INT (answer.status, 200);
  mail = g_strndup (g_bytes_get_data (answer.body, &size), g_bytes_get_size (answer.body));
  IST_ASSERT (g_str_has_prefix (mail, "Received: "));
  IST_ASSERT (g_str_has_suffix (mail, "\r\n\r\nHello\r\n"));
  ist_site_stop (site);
}

static void
test_wrong_requests (void)
{
  static const struct
  {
    const char *name, *method, *path, *body;
    guint status;
    const char *code;
  } rows[] = {
    { "no such path", "GET", "/v1/none", NULL, 404, "refused" },
    { "root", "GET", "/", NULL, 404, "refused" },
    { "method", "POST", "/v1/status", "{}", 405, "refused" },
    { "no such message", "GET", "/v1/queue/messages/NOSUCH", NULL, 404, "refused" },
    { "message path that leads elsewhere", "GET", "/v1/queue/messages/..%2f..%2fetc%2fpasswd", NULL, 400, "refused" },
    { "state", "GET", "/v1/queue/messages?state=gone", NULL, 400, "usage" },
    { "limit", "GET", "/v1/queue/messages?limit=-1", NULL, 400, "usage" },
    { "no body", "POST", "/v1/queue/act", NULL, 400, "usage" },
    { "body that is no JSON", "POST", "/v1/queue/act", "{", 400, "usage" },
    { "body that is no object", "POST", "/v1/queue/act", "[1]", 400, "usage" },
    { "action", "POST", "/v1/queue/act", "{\"action\":\"burn\"}", 400, "usage" },
    { "whole queue by accident", "POST", "/v1/queue/act", "{\"action\":\"delete\"}", 400, "usage" },
    { "empty filter", "POST", "/v1/queue/act", "{\"action\":\"delete\",\"filter\":{\"relay\":\"\"}}", 400, "usage" },
    { "redirect to nobody", "POST", "/v1/queue/act",
      "{\"action\":\"redirect\",\"filter\":{\"relay\":\"exchange\"}}", 400, "usage" },
    { "trace of nothing", "GET", "/v1/trace", NULL, 400, "usage" },
    { "trace of the unknown", "GET", "/v1/trace?what=nobody@nowhere.example", NULL, 404, "refused" },
    { "route to nobody", "GET", "/v1/route?from=a@b.example", NULL, 400, "usage" },
    { "route from no side", "GET", "/v1/route?to=a@b.example&side=moon", NULL, 400, "usage" },
  };
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  json_t *queue;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint status;
      json_t *answer = ask (site, rows[i].method, rows[i].path, rows[i].body, &status);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (status, rows[i].status);
      IST_ASSERT_STR (text (json_object_get (answer, "error"), "code"), rows[i].code);
      IST_ASSERT (text (json_object_get (answer, "error"), "text") != NULL);
      json_decref (answer);
    }
  queue = get (site, "/v1/queue");
  IST_ASSERT_INT (number (queue, "messages"), 1);
  json_decref (queue);
  ist_site_stop (site);
}

/* ---- acting ---- */

/* What a deliverer has out at this moment is left alone and counted as busy: asked again. */
static void
act (const IstSite *site, const char *body, guint want_status, gint64 want_changed)
{
  json_t *answer = NULL;
  guint status;

  for (guint i = 0; i < 400; i++)
    {
      json_decref (answer);
      answer = ask (site, "POST", "/v1/queue/act", body, &status);
      if (number (answer, "busy") == 0)
        break;
      g_usleep (50000);
    }
  IST_ASSERT_INT (status, want_status);
  if (want_status == 200)
    IST_ASSERT_INT (number (answer, "changed"), want_changed);
  json_decref (answer);
}

static json_t *
first_recipient (const IstSite *site, const char *id, json_t **message)
{
  g_autofree char *path = g_strconcat ("/v1/queue/messages/", id, NULL);

  *message = get (site, path);
  return json_array_get (json_object_get (*message, "recipients"), 0);
}

static void
test_actions (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  g_autofree char *other = ist_site_send (site, "anna@acme.example", "carl@acme.example", "2@a");
  g_autofree char *hold = g_strdup_printf (
      "{\"action\":\"hold\",\"reason\":\"look at it\",\"filter\":{\"queue-id\":\"%s\"}}", id);
  json_t *message, *count;
  guint status;

  act (site, hold, 200, 1);
  IST_ASSERT_STR (text (first_recipient (site, id, &message), "hold_reason"), "look at it");
  json_decref (message);
  count = ask (site, "POST", "/v1/queue/act", "{\"action\":\"delete\",\"dry_run\":true,\"all\":true}", &status);
  IST_ASSERT_INT (number (count, "messages"), 2);
  IST_ASSERT_INT (number (count, "recipients"), 2);
  json_decref (count);
  act (site, "{\"action\":\"redirect\",\"address\":\"nobody@acme.example\",\"filter\":{\"address\":\"bob@\"}}", 409, 0);
  act (site, "{\"action\":\"redirect\",\"address\":\"carl@acme.example\",\"filter\":{\"address\":\"bob@\"}}", 200, 1);
  IST_ASSERT_STR (text (first_recipient (site, id, &message), "address"), "carl@acme.example");
  json_decref (message);
  /* The new address is asked of the router: it lives on another side and goes another way. */
  act (site, "{\"action\":\"redirect\",\"address\":\"x@else.example\",\"filter\":{\"message-id\":\"<1@a>\"}}", 200, 1);
  IST_ASSERT_STR (text (first_recipient (site, id, &message), "relay"), "dead");
  IST_ASSERT_STR (text (first_recipient (site, id, &message), "side"), "internet");
  json_decref (message);
  act (site, "{\"action\":\"delete\",\"filter\":{\"message-id\":\"<2@a>\"}}", 200, 1);
  act (site, "{\"action\":\"delete\",\"filter\":{\"message-id\":\"<2@a>\"}}", 200, 0);
  act (site, "{\"action\":\"delete\",\"filter\":{\"queue-id\":\"NOSUCH\"}}", 200, 0);
  count = get (site, "/v1/queue");
  IST_ASSERT_INT (number (count, "messages"), 1);
  json_decref (count);
  ist_site_stop (site);
}

typedef struct
{
  const IstSite *site;
  const char *id;
  gint64 attempts;
} Attempts;

static gboolean
has_attempts (gpointer user)
{
  const Attempts *self = user;
  json_t *message;
  json_t *recipient = first_recipient (self->site, self->id, &message);
  gboolean yes = number (recipient, "attempts") >= self->attempts
                 && strcmp (text (recipient, "state"), "queued") == 0;

  json_decref (message);
  return yes;
}

/* A released message is tried; the host's trouble is seen in the status. */
static void
test_release_and_hosts (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "x@else.example", "1@a");
  Attempts first = { site, id, 1 };
  json_t *status, *host;

  IST_ASSERT (ist_site_wait (has_attempts, &first));
  status = get (site, "/v1/status");
  host = json_array_get (json_object_get (status, "hosts"), 0);
  IST_ASSERT_STR (text (host, "address"), "127.0.0.1");
  IST_ASSERT (json_is_false (json_object_get (host, "alive")));
  IST_ASSERT (text (host, "trouble") != NULL);
  json_decref (status);
  act (site, "{\"action\":\"hold\",\"filter\":{\"relay\":\"dead\"}}", 200, 1);
  act (site, "{\"action\":\"release\",\"filter\":{\"relay\":\"dead\"}}", 200, 1);
  act (site, "{\"action\":\"retry\",\"filter\":{\"relay\":\"dead\"}}", 200, 1);
  ist_site_stop (site);
}

/* ---- trace, route, log, metrics ---- */

static gboolean
has_event (const json_t *story, const char *name)
{
  const json_t *events = json_object_get (story, "events");

  for (gsize i = 0; i < json_array_size (events); i++)
    if (g_strcmp0 (text (json_array_get (events, i), "event"), name) == 0)
      return TRUE;
  return FALSE;
}

static void
test_trace (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "one@a");
  g_autofree char *other = ist_site_send (site, "x@acme.example", "carl@acme.example", "two@a");
  g_autofree char *by_id = g_strconcat ("/v1/trace?what=", id, NULL);
  const struct
  {
    const char *name, *path;
  } rows[] = {
    { "queue id", by_id },
    { "Message-ID", "/v1/trace?what=one%40a" },
    { "Message-ID in brackets", "/v1/trace?what=%3Cone%40a%3E" },
    { "sender", "/v1/trace?what=ANNA%40acme.example" },
    { "recipient", "/v1/trace?what=bob%40acme.example" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      json_t *story = get (site, rows[i].path);
      json_t *messages = json_object_get (story, "messages");

      ist_row ("%s", rows[i].name);
      IST_ASSERT (has_event (story, "received"));
      IST_ASSERT (has_event (story, "routed"));
      IST_ASSERT_INT (json_array_size (messages), 1);
      IST_ASSERT_STR (text (json_array_get (messages, 0), "queue_id"), id);
      IST_ASSERT (json_is_false (json_object_get (story, "truncated")));
      json_decref (story);
    }
  ist_site_stop (site);
}

/* The story goes on over a rotated file. */
static void
test_trace_rotated (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *old = g_build_filename (site->dir, "log", "isthmus.log.20260101-000000.000", NULL);
  json_t *story;

  g_file_set_contents (old,
                       "{\"time\":\"2026-01-01T00:00:00.000000Z\",\"event\":\"received\",\"queue_id\":\"OLD1\","
                       "\"message_id\":\"<old@a>\"}\n"
                       "{\"time\":\"2026-01-01T00:00:01.000000Z\",\"event\":\"reported\",\"queue_id\":\"OLD1\","
                       "\"report_id\":\"OLD2\"}\n"
                       "{\"time\":\"2026-01-01T00:00:02.000000Z\",\"event\":\"delivered\",\"queue_id\":\"OLD2\"}\n"
                       "{\"time\":\"2026-01-01T00:00:03.000000Z\",\"event\":\"delivered\",\"queue_id\":\"OLD3\"}\n",
                       -1, NULL);
  story = get (site, "/v1/trace?what=old%40a");
  IST_ASSERT_INT (json_array_size (json_object_get (story, "events")), 3);
  IST_ASSERT (has_event (story, "reported"));
  json_decref (story);
  ist_site_stop (site);
}

static void
test_route (void)
{
  IstSite *site = ist_site_start ("");
  static const struct
  {
    const char *name, *path, *origin, *action, *relay;
  } rows[] = {
    { "across", "/v1/route?from=anna@acme.example&to=bob@acme.example", "domino", "relay", "exchange" },
    { "back", "/v1/route?from=anna@acme.example&to=bob@acme.example&side=internet", "internet", "relay",
      "exchange" },
    { "unknown", "/v1/route?from=anna@acme.example&to=nobody@acme.example", "domino", "refuse", NULL },
    { "null sender", "/v1/route?to=bob@acme.example", "internet", "relay", "exchange" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      json_t *route = get (site, rows[i].path);
      const char *action = text (route, "action");

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (text (route, "origin"), rows[i].origin);
      IST_ASSERT_STR (g_strcmp0 (action, "hold") == 0 ? "relay" : action, rows[i].action);
      IST_ASSERT_STR (text (route, "relay"), rows[i].relay);
      IST_ASSERT (json_array_size (json_object_get (route, "steps")) > 0);
      json_decref (route);
    }
  ist_site_stop (site);
}

static gpointer
write_later (gpointer data)
{
  IstSite *site = data;

  g_usleep (400000);
  ist_log (site->instance->log, IST_LOG_INFO, "test", "later", NULL, NULL, NULL);
  return NULL;
}

static void
test_log (void)
{
  IstSite *site = ist_site_start ("");
  json_t *answer = get (site, "/v1/log?limit=2000");
  gint64 after = number (answer, "after");
  g_autofree char *none = g_strdup_printf ("/v1/log?after=%" G_GINT64_FORMAT, after);
  g_autofree char *wait = g_strdup_printf ("/v1/log?wait=30&after=%" G_GINT64_FORMAT, after);
  GThread *thread;

  IST_ASSERT (has_event (answer, "started"));
  json_decref (answer);
  answer = get (site, none);
  IST_ASSERT_INT (json_array_size (json_object_get (answer, "events")), 0);
  json_decref (answer);
  thread = g_thread_new ("later", write_later, site);
  answer = get (site, wait);
  IST_ASSERT (has_event (answer, "later"));
  json_decref (answer);
  g_thread_join (thread);
  ist_site_stop (site);
}

/* The form that OpenMetrics 1.0 demands: TYPE and HELP before samples, counters end in _total, EOF last. */
static void
test_metrics (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  const IstHttpTarget target = { .unix_path = site->socket };
  g_auto (IstHttpAnswer) answer = { 0 };
  g_autofree char *all = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *family = g_strdup ("");

  IST_ASSERT (ist_http_call (&target, "GET", "/metrics", NULL, &answer, NULL));
  all = g_strndup (g_bytes_get_data (answer.body, NULL), g_bytes_get_size (answer.body));
  IST_ASSERT (g_str_has_suffix (all, "\n# EOF\n"));
  IST_ASSERT (strstr (all, "\nisthmus_received_total 1\n") != NULL);
  IST_ASSERT (strstr (all, "\nisthmus_queue_recipients{relay=\"exchange\",state=\"held\"} 1\n") != NULL);
  lines = g_strsplit (all, "\n", -1);
  for (guint i = 0; lines[i] != NULL && strcmp (lines[i], "# EOF") != 0; i++)
    {
      ist_row ("%s", lines[i]);
      if (g_str_has_prefix (lines[i], "# TYPE "))
        {
          g_free (family);
          family = g_strndup (lines[i] + 7, strcspn (lines[i] + 7, " "));
        }
      else if (!g_str_has_prefix (lines[i], "# HELP "))
        IST_ASSERT (g_str_has_prefix (lines[i], family));
    }
  ist_site_stop (site);
}

/* ---- reload ---- */

static json_t *
reload (const IstSite *site, guint want)
{
  guint status;
  json_t *answer = ask (site, "POST", "/v1/reload", NULL, &status);

  IST_ASSERT_INT (status, want);
  return answer;
}

static void
test_reload_wrong (void)
{
  IstSite *site = ist_site_start ("");
  json_t *before = get (site, "/v1/status");
  json_t *answer, *after, *errors;
  gint64 generation = number (json_object_get (before, "configuration"), "generation");

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
  after = get (site, "/v1/status");
  IST_ASSERT_INT (number (json_object_get (after, "configuration"), "generation"), generation);
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
      json_t *status = get (site, "/v1/status");
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
    { "status", test_status },
    { "queue", test_queue },
    { "export", test_export },
    { "wrong-requests", test_wrong_requests },
    { "actions", test_actions },
    { "release-and-hosts", test_release_and_hosts },
    { "trace", test_trace },
    { "trace-rotated", test_trace_rotated },
    { "route", test_route },
    { "log", test_log },
    { "metrics", test_metrics },
    { "reload-wrong", test_reload_wrong },
    { "reload-waiting", test_reload_waiting },
    { "token", test_token },
    { "socket-mode", test_socket_mode },
    { "wrong-settings", test_wrong_settings },
    { "wrong-token-file", test_wrong_token_file },
    { NULL, NULL },
  };

  return ist_test_main ("admin", tests);
}
