/*
 * connector/admin/ctl-daemon.c - where the daemon is to be found, and asking it.
 */
#include "base/conf.h"
#include "base/error.h"
#include "base/http-client.h"
#include "base/secrets.h"
#include "connector/admin/ctl.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_SOCKET "/run/isthmus/admin.sock"

/* Only this one key is looked for: the daemon must be found while its file holds an error. */
static char *
configured_socket (const char *path)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) groups = NULL;
  g_autofree char *text = NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  const char *socket = DEFAULT_SOCKET;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  groups = ist_conf_parse (text, path, errors);
  for (guint i = 0; i < groups->len; i++)
    {
      const IstConfGroup *group = g_ptr_array_index (groups, i);

      for (guint k = 0; strcmp (group->kind, "admin") == 0 && k < group->entries->len; k++)
        {
          const IstConfEntry *entry = g_ptr_array_index (group->entries, k);

          if (strcmp (entry->key, "socket") == 0)
            socket = entry->value;
        }
    }
  return g_path_is_absolute (socket) ? g_strdup (socket) : g_build_filename (folder, socket, NULL);
}

typedef struct
{
  IstHttpTarget target;
  char *path, *token;
} Place;

static void
place_clear (Place *place)
{
  g_free (place->path);
  g_free (place->token);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static gboolean
is_endpoint (const char *socket)
{
  return strchr (socket, '/') == NULL && strchr (socket, ':') != NULL;
}

static gboolean
find_daemon (const IstCtl *ctl, Place *place, GError **error)
{
  if (ctl->socket != NULL && is_endpoint (ctl->socket))
    {
      place->target.endpoint = ctl->socket;
      if (ctl->token_file != NULL)
        place->token = ist_secret_read (ctl->token_file, error);
      place->target.token = place->token;
      return ctl->token_file == NULL || place->token != NULL;
    }
  place->path = ctl->socket != NULL ? g_strdup (ctl->socket) : configured_socket (ist_ctl_config_path (ctl));
  if (place->path == NULL && ctl->config != NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s cannot be read", ctl->config);
      return FALSE;
    }
  if (place->path == NULL)
    place->path = g_strdup (DEFAULT_SOCKET);
  place->target.unix_path = place->path;
  return TRUE;
}

static int
unreachable (const IstCtl *ctl, const Place *place, const GError *error)
{
  const char *where = place->path != NULL ? place->path : place->target.endpoint;

  if (ist_error_is (error, IST_ERROR_RETRY))
    return ist_ctl_fail (ctl, IST_CTL_UNREACHABLE,
                         "no daemon answers on %s; is isthmusd running? systemctl status isthmus", where);
  if (ist_error_is (error, IST_ERROR_CONFIG) && place->path != NULL)
    return ist_ctl_fail (ctl, IST_CTL_UNREACHABLE,
                         "%s may not be opened by you; run this as root or as a member of its group (ls -l "
                         "%s)",
                         where, where);
  return ist_ctl_fail (ctl, IST_CTL_UNREACHABLE, "%s", error->message);
}

static gboolean
call (const IstCtl *ctl, const char *method, const char *path, const char *body, gboolean quiet,
      IstHttpAnswer *answer, int *code)
{
  g_auto (Place) place = { { 0 }, NULL, NULL };
  g_autoptr (GError) error = NULL;

  *code = IST_CTL_FAILED;
  if (!find_daemon (ctl, &place, &error))
    {
      if (!quiet)
        ist_ctl_fail (ctl, IST_CTL_FAILED, "%s", error->message);
      return FALSE;
    }
  if (ist_http_call (&place.target, method, path, body, answer, &error))
    return TRUE;
  *code = IST_CTL_UNREACHABLE;
  if (!quiet)
    unreachable (ctl, &place, error);
  return FALSE;
}

json_t *
ist_ctl_call (const IstCtl *ctl, const char *method, const char *path, json_t *body, gboolean quiet,
              guint *http_status, int *code)
{
  g_auto (IstHttpAnswer) answer = { 0 };
  char *text = body != NULL ? json_dumps (body, JSON_COMPACT) : NULL;
  gboolean reached = call (ctl, method, path, text, quiet, &answer, code);
  json_t *json;
  gsize size;
  const char *data;

  free (text);
  json_decref (body);
  if (!reached)
    return NULL;
  data = g_bytes_get_data (answer.body, &size);
  json = json_loadb (data != NULL ? data : "", size, 0, NULL);
  if (!ctl->json)
    ist_ctl_clean (json);
  *http_status = answer.status;
  *code = json != NULL ? IST_CTL_OK : IST_CTL_FAILED;
  if (json == NULL && !quiet)
    ist_ctl_fail (ctl, IST_CTL_FAILED, "what answers there is no isthmusd of this version");
  return json;
}

int
ist_ctl_refused (const IstCtl *ctl, json_t *json, guint status)
{
  const json_t *error = json_object_get (json, "error");
  int code = status == 404 || status == 409 ? IST_CTL_NO : status == 400 ? IST_CTL_USAGE : IST_CTL_FAILED;

  if (status == 401)
    ist_ctl_fail (ctl, code, "the daemon asks for a token: add --token-file FILE, the file of [admin] token-file");
  else
    ist_ctl_fail (ctl, code, "%s", ist_ctl_text (error, "text"));
  json_decref (json);
  return code;
}

json_t *
ist_ctl_ask (const IstCtl *ctl, const char *method, const char *path, json_t *body, int *code)
{
  guint status = 0;
  json_t *json = ist_ctl_call (ctl, method, path, body, FALSE, &status, code);

  if (json == NULL || status == 200)
    return json;
  *code = ist_ctl_refused (ctl, json, status);
  return NULL;
}

GBytes *
ist_ctl_fetch (const IstCtl *ctl, const char *path, int *code)
{
  g_auto (IstHttpAnswer) answer = { 0 };
  gsize size;
  const char *data;

  if (!call (ctl, "GET", path, NULL, FALSE, &answer, code))
    return NULL;
  *code = IST_CTL_OK;
  if (answer.status == 200)
    return g_steal_pointer (&answer.body);
  data = g_bytes_get_data (answer.body, &size);
  *code = ist_ctl_refused (ctl, json_loadb (data != NULL ? data : "", size, 0, NULL), answer.status);
  return NULL;
}

void
ist_ctl_param (GString *path, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (path, "%c%s=", strchr (path->str, '?') == NULL ? '?' : '&', name);
  g_string_append_uri_escaped (path, value, NULL, FALSE);
}
