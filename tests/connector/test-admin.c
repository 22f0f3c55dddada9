/*
 * tests/connector/test-admin.c - the admin API of a running instance, over its sockets.
 */
#include "base/http-client.h"
#include "tests/connector/site.h"
#include "tests/harness/harness.h"

#include <jansson.h>
#include <string.h>

static gboolean
has_event (const json_t *story, const char *name)
{
  const json_t *events = json_object_get (story, "events");

  for (gsize i = 0; i < json_array_size (events); i++)
    if (g_strcmp0 (ist_json_str (json_array_get (events, i), "event"), name) == 0)
      return TRUE;
  return FALSE;
}

/* ---- looking ---- */

static void
test_status (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id G_GNUC_UNUSED = site != NULL ? ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a") : NULL;
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
  status = ist_site_get (site, "/v1/status");
  for (gsize i = 0; i < G_N_ELEMENTS (shape); i++)
    {
      ist_row ("%s", shape[i].key);
      IST_ASSERT_INT (json_typeof (json_object_get (status, shape[i].key)), shape[i].type);
    }
  IST_ASSERT_STR (ist_json_str (status, "hostname"), "isthmus.acme.example");
  IST_ASSERT_INT (ist_json_int (json_object_get (status, "counters"), "received"), 1);
  IST_ASSERT_INT (ist_json_int (json_object_get (status, "directory"), "objects"), 3);
  IST_ASSERT_INT (ist_json_int (json_object_get (status, "queue"), "messages"), 1);
  relay = json_array_get (json_object_get (json_object_get (status, "queue"), "relays"), 0);
  IST_ASSERT_STR (ist_json_str (relay, "relay"), "exchange");
  IST_ASSERT_INT (ist_json_int (relay, "held"), 1);
  json_decref (status);
  ist_site_stop (site);
}

static void
test_queue (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *first = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  g_autofree char *second G_GNUC_UNUSED = ist_site_send (site, "anna@acme.example", "carl@acme.example", "2@a");
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
      json_t *list = ist_site_get (site, rows[i].path);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (json_array_size (json_object_get (list, "messages")), rows[i].n);
      json_decref (list);
    }
  message = ist_site_get (site, show);
  recipient = json_array_get (json_object_get (message, "recipients"), 0);
  IST_ASSERT_STR (ist_json_str (message, "queue_id"), first);
  IST_ASSERT_STR (ist_json_str (message, "sender"), "anna@acme.example");
  IST_ASSERT_STR (ist_json_str (message, "origin"), "domino");
  IST_ASSERT_STR (ist_json_str (message, "message_id"), "<1@a>");
  IST_ASSERT_STR (ist_json_str (recipient, "address"), "bob@acme.example");
  IST_ASSERT_STR (ist_json_str (recipient, "state"), "held");
  IST_ASSERT_STR (ist_json_str (recipient, "relay"), "exchange");
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
    { "transforms of no profile", "GET", "/v1/transforms?profile=none", NULL, 404, "refused" },
    { "route to nobody", "GET", "/v1/route?from=a@b.example", NULL, 400, "usage" },
    { "route from no side", "GET", "/v1/route?to=a@b.example&side=moon", NULL, 400, "usage" },
  };
  IstSite *site = ist_site_start ("");
  g_autofree char *id G_GNUC_UNUSED = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  json_t *queue;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint status;
      json_t *answer = ist_site_ask (site, rows[i].method, rows[i].path, rows[i].body, &status);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (status, rows[i].status);
      IST_ASSERT_STR (ist_json_str (json_object_get (answer, "error"), "code"), rows[i].code);
      IST_ASSERT (ist_json_str (json_object_get (answer, "error"), "text") != NULL);
      json_decref (answer);
    }
  queue = ist_site_get (site, "/v1/queue");
  IST_ASSERT_INT (ist_json_int (queue, "messages"), 1);
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
      answer = ist_site_ask (site, "POST", "/v1/queue/act", body, &status);
      if (ist_json_int (answer, "busy") == 0)
        break;
      g_usleep (50000);
    }
  IST_ASSERT_INT (status, want_status);
  if (want_status == 200)
    IST_ASSERT_INT (ist_json_int (answer, "changed"), want_changed);
  json_decref (answer);
}

static json_t *
first_recipient (const IstSite *site, const char *id, json_t **message)
{
  g_autofree char *path = g_strconcat ("/v1/queue/messages/", id, NULL);

  *message = ist_site_get (site, path);
  return json_array_get (json_object_get (*message, "recipients"), 0);
}

static void
test_actions (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  g_autofree char *other G_GNUC_UNUSED = ist_site_send (site, "anna@acme.example", "carl@acme.example", "2@a");
  json_t *message, *recipient, *count, *story;
  guint status;

  count = ist_site_ask (site, "POST", "/v1/queue/act", "{\"action\":\"delete\",\"dry_run\":true,\"all\":true}", &status);
  IST_ASSERT_INT (ist_json_int (count, "messages"), 2);
  IST_ASSERT_INT (ist_json_int (count, "recipients"), 2);
  json_decref (count);
  act (site, "{\"action\":\"redirect\",\"address\":\"nobody@acme.example\",\"filter\":{\"address\":\"bob@\"}}", 409, 0);
  act (site, "{\"action\":\"redirect\",\"address\":\"carl@acme.example\",\"filter\":{\"address\":\"bob@\"}}", 200, 1);
  IST_ASSERT_STR (ist_json_str (first_recipient (site, id, &message), "address"), "carl@acme.example");
  json_decref (message);
  /* The new address is asked of the router: it lives on another side and goes another way. */
  act (site, "{\"action\":\"redirect\",\"address\":\"x@else.example\",\"filter\":{\"message-id\":\"<1@a>\"}}", 200, 1);
  recipient = first_recipient (site, id, &message);
  IST_ASSERT_STR (ist_json_str (recipient, "relay"), "dead");
  IST_ASSERT_STR (ist_json_str (recipient, "side"), "internet");
  json_decref (message);
  act (site, "{\"action\":\"delete\",\"filter\":{\"message-id\":\"<2@a>\"}}", 200, 1);
  act (site, "{\"action\":\"delete\",\"filter\":{\"message-id\":\"<2@a>\"}}", 200, 0);
  /* The log is all that is left of it. */
  story = ist_site_get (site, "/v1/trace?what=2%40a");
  IST_ASSERT (has_event (story, "deleted"));
  IST_ASSERT_INT (json_array_size (json_object_get (story, "messages")), 0);
  json_decref (story);
  story = ist_site_get (site, "/v1/trace?what=1%40a");
  IST_ASSERT (has_event (story, "redirected"));
  json_decref (story);
  act (site, "{\"action\":\"delete\",\"filter\":{\"queue-id\":\"NOSUCH\"}}", 200, 0);
  count = ist_site_get (site, "/v1/queue");
  IST_ASSERT_INT (ist_json_int (count, "messages"), 1);
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
  gboolean yes = ist_json_int (recipient, "attempts") >= self->attempts
                 && strcmp (ist_json_str (recipient, "state"), "queued") == 0;

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
  json_t *status, *host, *message;

  IST_ASSERT (ist_site_wait (has_attempts, &first));
  status = ist_site_get (site, "/v1/status");
  host = json_array_get (json_object_get (status, "hosts"), 0);
  IST_ASSERT_STR (ist_json_str (host, "address"), "127.0.0.1");
  IST_ASSERT (json_is_false (json_object_get (host, "alive")));
  IST_ASSERT (ist_json_str (host, "trouble") != NULL);
  json_decref (status);
  act (site, "{\"action\":\"hold\",\"reason\":\"look at it\",\"filter\":{\"relay\":\"dead\"}}", 200, 1);
  IST_ASSERT_STR (ist_json_str (first_recipient (site, id, &message), "hold_reason"), "look at it");
  json_decref (message);
  act (site, "{\"action\":\"release\",\"filter\":{\"relay\":\"dead\"}}", 200, 1);
  act (site, "{\"action\":\"retry\",\"filter\":{\"relay\":\"dead\"}}", 200, 1);
  ist_site_stop (site);
}

/* ---- trace, route, log, metrics ---- */

static void
test_trace (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "one@a");
  g_autofree char *other G_GNUC_UNUSED = ist_site_send (site, "x@acme.example", "carl@acme.example", "two@a");
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
      json_t *story = ist_site_get (site, rows[i].path);
      json_t *messages = json_object_get (story, "messages");

      ist_row ("%s", rows[i].name);
      IST_ASSERT (has_event (story, "received"));
      IST_ASSERT (has_event (story, "routed"));
      IST_ASSERT_INT (json_array_size (messages), 1);
      IST_ASSERT_STR (ist_json_str (json_array_get (messages, 0), "queue_id"), id);
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
  story = ist_site_get (site, "/v1/trace?what=old%40a");
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
      json_t *route = ist_site_get (site, rows[i].path);
      const char *action = ist_json_str (route, "action");

      ist_row ("%s", rows[i].name);
      IST_ASSERT_STR (ist_json_str (route, "origin"), rows[i].origin);
      IST_ASSERT_STR (g_strcmp0 (action, "hold") == 0 ? "relay" : action, rows[i].action);
      IST_ASSERT_STR (ist_json_str (route, "relay"), rows[i].relay);
      IST_ASSERT (json_array_size (json_object_get (route, "steps")) > 0);
      IST_ASSERT (json_is_null (json_object_get (route, "profile")));
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
  json_t *answer = ist_site_get (site, "/v1/log?limit=2000");
  gint64 after = ist_json_int (answer, "after");
  g_autofree char *none = g_strdup_printf ("/v1/log?after=%" G_GINT64_FORMAT, after);
  g_autofree char *wait = g_strdup_printf ("/v1/log?wait=30&after=%" G_GINT64_FORMAT, after);
  GThread *thread;

  IST_ASSERT (has_event (answer, "started"));
  json_decref (answer);
  answer = ist_site_get (site, none);
  IST_ASSERT_INT (json_array_size (json_object_get (answer, "events")), 0);
  json_decref (answer);
  thread = g_thread_new ("later", write_later, site);
  answer = ist_site_get (site, wait);
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
  g_autofree char *id G_GNUC_UNUSED = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
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
    { NULL, NULL },
  };

  return ist_test_main ("admin", tests);
}
