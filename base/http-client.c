#include "base/http-client.h"

#include "base/error.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#define CONNECT_SECS 5
#define DEFAULT_SECS 60

typedef CURL IstCurl;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstCurl, curl_easy_cleanup)

static size_t
on_data (char *data, size_t size, size_t n, void *user)
{
  g_byte_array_append (user, (const guint8 *) data, (guint) (size * n));
  return size * n;
}

static char *
make_url (const IstHttpTarget *target, const char *path)
{
  return g_strdup_printf ("http://%s%s", target->unix_path != NULL ? "localhost" : target->endpoint, path);
}

static struct curl_slist *
make_headers (const IstHttpTarget *target, const char *body)
{
  struct curl_slist *headers = curl_slist_append (NULL, "Expect:");

  if (body != NULL)
    headers = curl_slist_append (headers, "Content-Type: application/json");
  if (target->token != NULL)
    {
      g_autofree char *field = g_strconcat ("Authorization: Bearer ", target->token, NULL);

      headers = curl_slist_append (headers, field);
    }
  return headers;
}

static void
set_options (CURL *curl, const IstHttpTarget *target, const char *method, const char *url,
             const char *body, struct curl_slist *headers, GByteArray *out)
{
  curl_easy_setopt (curl, CURLOPT_URL, url);
  if (target->unix_path != NULL)
    curl_easy_setopt (curl, CURLOPT_UNIX_SOCKET_PATH, target->unix_path);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, (long) CONNECT_SECS);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT,
                    (long) (target->timeout_secs > 0 ? target->timeout_secs : DEFAULT_SECS));
  if (strcmp (method, "POST") == 0)
    curl_easy_setopt (curl, CURLOPT_POSTFIELDS, body != NULL ? body : "");
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, out);
}

static void
explain (CURLcode code, CURL *curl, const IstHttpTarget *target, GError **error)
{
  const char *where = target->unix_path != NULL ? target->unix_path : target->endpoint;
  long os_error = 0;

  curl_easy_getinfo (curl, CURLINFO_OS_ERRNO, &os_error);
  if (code == CURLE_COULDNT_CONNECT && (os_error == EACCES || os_error == EPERM))
    g_set_error (error, IST_ERROR, IST_ERROR_CONFIG, "%s may not be opened by this user", where);
  else if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
    g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "nobody answers on %s", where);
  else
    g_set_error (error, IST_ERROR, IST_ERROR_DAMAGED, "%s: %s", where, curl_easy_strerror (code));
}

gboolean
ist_http_call (const IstHttpTarget *target, const char *method, const char *path, const char *body,
               IstHttpAnswer *answer, GError **error)
{
  g_autoptr (IstCurl) curl = curl_easy_init ();
  g_autofree char *url = make_url (target, path);
  struct curl_slist *headers = make_headers (target, body);
  GByteArray *out = g_byte_array_new ();
  CURLcode code;
  long status = 0;

  set_options (curl, target, method, url, body, headers, out);
  code = curl_easy_perform (curl);
  curl_slist_free_all (headers);
  if (code != CURLE_OK)
    {
      explain (code, curl, target, error);
      g_byte_array_unref (out);
      return FALSE;
    }
  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  answer->status = (guint) status;
  answer->body = g_byte_array_free_to_bytes (out);
  return TRUE;
}

void
ist_http_answer_clear (IstHttpAnswer *answer)
{
  g_clear_pointer (&answer->body, g_bytes_unref);
}
