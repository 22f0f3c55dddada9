#include "connector/admin/admin.h"

#include "base/error.h"
#include "base/secrets.h"
#include "connector/admin/api.h"

#include <openssl/crypto.h>
#include <string.h>

#define TAG_UNIX "unix"
#define TAG_TCP "tcp"
#define DEFAULT_GROUP "isthmus"
#define MIN_TOKEN 16
#define MAX_CONNECTIONS 64
#define WORKERS 4

struct _IstAdminServer
{
  IstInstance *instance;
  IstHttpServer *http;
  char *token;
};

typedef struct
{
  const char *method;
  const char *path; /* ends in '/': what follows is an argument */
  IstApiRun run;
} Row;

static const Row rows[] = {
  { "GET", "/v1/status", ist_api_status },
  { "GET", "/v1/queue", ist_api_queue },
  { "GET", "/v1/queue/messages", ist_api_queue_messages },
  { "GET", "/v1/queue/messages/", ist_api_queue_message },
  { "POST", "/v1/queue/act", ist_api_queue_act },
  { "GET", "/v1/trace", ist_api_trace },
  { "GET", "/v1/route", ist_api_route },
  { "POST", "/v1/reload", ist_api_reload },
  { "GET", "/v1/log", ist_api_log },
  { "GET", "/v1/transforms", ist_api_transforms },
  { "GET", "/metrics", ist_api_metrics },
};

/* Compared in a time that tells nothing about the token. */
static gboolean
is_allowed (const IstAdminServer *self, const IstHttpRequest *request)
{
  const char *field = g_hash_table_lookup (request->headers, "authorization");

  if (strcmp (request->source, TAG_UNIX) == 0)
    return TRUE;
  if (field == NULL || g_ascii_strncasecmp (field, "Bearer ", 7) != 0)
    return FALSE;
  field += 7;
  return strlen (field) == strlen (self->token)
         && CRYPTO_memcmp (field, self->token, strlen (self->token)) == 0;
}

static gboolean
fits (const Row *row, const char *path, const char **rest)
{
  gsize length = strlen (row->path);

  if (strncmp (path, row->path, length) != 0)
    return FALSE;
  *rest = path + length;
  return row->path[length - 1] == '/' ? **rest != '\0' : **rest == '\0';
}

static void
on_request (gpointer user, const IstHttpRequest *request, IstHttpResponse *response)
{
  IstAdminServer *self = user;
  IstApiCall call = { .instance = self->instance, .request = request };
  gboolean known = FALSE;

  if (!is_allowed (self, request))
    {
      ist_api_fail (response, 401, "unauthorized",
                    "a token is needed: send \"Authorization: Bearer TOKEN\" with the content of [admin] token-file");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (!fits (&rows[i], request->path, &call.rest))
        continue;
      known = TRUE;
      if (strcmp (rows[i].method, request->method) != 0)
        continue;
      rows[i].run (&call, response);
      return;
    }
  ist_api_fail (response, known ? 405 : 404, "refused",
                known ? "%s takes another method than %s" : "there is no %s here (%s)", request->path,
                request->method);
}

/* ---- opening ---- */

static gboolean
read_token (IstAdminServer *self, const IstAdminSettings *settings, GError **error)
{
  self->token = ist_secret_read (settings->token_file, error);
  if (self->token == NULL)
    {
      g_prefix_error (error, "[admin] token-file: ");
      return FALSE;
    }
  if (strlen (self->token) >= MIN_TOKEN)
    return TRUE;
  g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
               "[admin] token-file: %s holds fewer than %d characters; fill it with "
               "\"openssl rand -hex 32\"",
               settings->token_file, MIN_TOKEN);
  return FALSE;
}

/* Without a named group the socket goes to the group of our own name where that exists and we may give
 * it; everywhere else to the group we run as. */
static gboolean
listen_unix (IstAdminServer *self, const IstAdminSettings *settings, GError **error)
{
  if (settings->socket_group == NULL
      && ist_http_server_listen_unix (self->http, settings->socket, DEFAULT_GROUP, TAG_UNIX, NULL))
    return TRUE;
  return ist_http_server_listen_unix (self->http, settings->socket, settings->socket_group, TAG_UNIX, error);
}

static gboolean
listen_all (IstAdminServer *self, const IstAdminSettings *settings, GError **error)
{
  if (settings->socket != NULL && settings->socket[0] != '\0' && !listen_unix (self, settings, error))
    return FALSE;
  if (settings->tcp == NULL)
    return TRUE;
  return read_token (self, settings, error)
         && ist_http_server_listen_tcp (self->http, settings->tcp, TAG_TCP, error);
}

IstAdminServer *
ist_admin_start (IstInstance *instance, GError **error)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (instance);
  IstAdminServer *self = g_new0 (IstAdminServer, 1);
  const IstHttpOptions options = {
    .name = "admin",
    .max_connections = MAX_CONNECTIONS,
    .workers = WORKERS,
    .handler = on_request,
    .user = self,
  };

  self->instance = instance;
  self->http = ist_http_server_new (&options, error);
  if (self->http == NULL || !listen_all (self, ist_settings_get (snapshot->settings, "admin", NULL), error))
    {
      ist_admin_stop (self);
      return NULL;
    }
  ist_http_server_start (self->http);
  return self;
}

void
ist_admin_stop (IstAdminServer *self)
{
  if (self == NULL)
    return;
  ist_http_server_free (self->http);
  if (self->token != NULL)
    OPENSSL_cleanse (self->token, strlen (self->token));
  g_free (self->token);
  g_free (self);
}

guint16
ist_admin_port (IstAdminServer *self)
{
  return ist_http_server_port (self->http, TAG_TCP);
}
