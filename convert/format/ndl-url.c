/*
 * Addresses of Notes documents.
 */
#include "convert/format/ndl.h"

#include "base/error.h"

#include <string.h>

#define MAX_URL 8192
#define MAX_PARTS 16
/* Bytes of an anchor; a longer one is none that Notes made, and encoded anew the address would be too long to read. */
#define MAX_ANCHOR 256

static const char *
action_of (const IstDocLink *link)
{
  if (link->note != NULL)
    return "OpenDocument";
  return link->view != NULL ? "OpenView" : "OpenDatabase";
}

/* "/VIEW/NOTE?OpenDocument", as much of it as the link has. */
static void
append_place (GString *url, const IstDocLink *link)
{
  if (link->view != NULL || link->note != NULL)
    g_string_append_printf (url, "/%s", link->view != NULL ? link->view : "0");
  if (link->note != NULL)
    g_string_append_printf (url, "/%s", link->note);
  g_string_append_printf (url, "?%s", action_of (link));
  if (link->note != NULL && link->anchor != NULL && *link->anchor != '\0')
    {
      g_autofree char *anchor = g_uri_escape_string (link->anchor, NULL, FALSE);

      g_string_append_printf (url, "#%s", anchor);
    }
}

char *
ist_doc_url_web (const IstDocLink *link, const char *host, gboolean https)
{
  GString *url;

  if (link->replica == NULL)
    return NULL;
  url = g_string_new (https ? "https://" : "http://");
  g_string_append (url, host);
  while (g_str_has_suffix (url->str, "/"))
    g_string_truncate (url, url->len - 1);
  g_string_append_printf (url, "/__%s.nsf", link->replica);
  append_place (url, link);
  return g_string_free (url, FALSE);
}

/* "Srv" of "CN=Srv/O=Org": a notes: address names a server by its common or its host name. The caller frees. */
static char *
server_of (const char *hint)
{
  const char *name = g_ascii_strncasecmp (hint, "CN=", 3) == 0 ? hint + 3 : hint;

  return g_strndup (name, strcspn (name, "/"));
}

char *
ist_doc_url_notes (const IstDocLink *link)
{
  GString *url;

  if (link->replica == NULL)
    return NULL;
  url = g_string_new ("notes://");
  if (link->hint != NULL)
    {
      g_autofree char *server = server_of (link->hint);
      g_autofree char *host = g_uri_escape_string (server, NULL, FALSE);

      g_string_append (url, host);
    }
  g_string_append_printf (url, "/%s", link->replica);
  append_place (url, link);
  return g_string_free (url, FALSE);
}

/* The value for the name of `size` bytes, NULL: there is no such name. */
static const char *
value_of (const IstDocLink *link, const char *name, gsize size)
{
  const struct
  {
    const char *name, *value, *otherwise;
  } rows[] = { { "replica", link->replica, "" },
               { "view", link->view, "0" },
               { "note", link->note, "" },
               { "hint", link->hint, "" },
               { "title", link->title, "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strlen (rows[i].name) == size && strncmp (rows[i].name, name, size) == 0)
      return rows[i].value != NULL ? rows[i].value : rows[i].otherwise;
  return NULL;
}

char *
ist_doc_url_template (const IstDocLink *link, const char *template_text, GError **error)
{
  g_autoptr (GString) url = g_string_new (NULL);
  const char *p = template_text;

  while (*p != '\0')
    {
      gsize n = strcspn (p, "{}");
      gsize size;
      const char *value;

      g_string_append_len (url, p, (gssize) n);
      p += n;
      if (*p == '\0')
        break;
      size = *p == '{' ? strcspn (p + 1, "{}") : 0;
      value = *p == '{' && p[1 + size] == '}' ? value_of (link, p + 1, size) : NULL;
      if (value == NULL)
        {
          g_set_error (error, IST_ERROR, IST_ERROR_CONFIG,
                       "link template: at \"%.20s\": use {replica} {view} {note} {hint} {title}",
                       p);
          return NULL;
        }
      g_string_append_uri_escaped (url, value, NULL, FALSE);
      p += size + 2;
    }
  return g_string_free (g_steal_pointer (&url), FALSE);
}

/* The replica id that begins the path: maybe after folders of a web server, or a server whose name looks like one.
 * Gives its index, or -1. */
static gint
find_replica (char **parts, guint n, IstDocLink *link)
{
  for (guint i = 0; i < n; i++)
    {
      char *next;

      link->replica = ist_doc_id_parse (parts[i], 16);
      if (link->replica == NULL)
        continue;
      next = i == 0 && n > 1 ? ist_doc_id_parse (parts[1], 16) : NULL;
      if (next == NULL)
        return (gint) i;
      g_free (link->replica);
      link->replica = next;
      return 1;
    }
  return -1;
}

static void
read_place (char **parts, guint n, gboolean document, IstDocLink *link)
{
  if (n == 1 && document)
    link->note = ist_doc_id_parse (parts[0], 32);
  else if (n >= 1)
    link->view = ist_doc_id_parse (parts[0], 32);
  if (n >= 2)
    link->note = ist_doc_id_parse (parts[1], 32);
}

static char **
split_path (const char *path)
{
  char **parts = g_strsplit (path, "/", MAX_PARTS);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *decoded = g_uri_unescape_string (parts[i], NULL);

      if (decoded == NULL)
        continue;
      g_free (parts[i]);
      parts[i] = decoded;
    }
  return parts;
}

/* Behind "scheme:"; NULL: the scheme is none of these. */
static const char *
skip_scheme (const char *url, gboolean *web)
{
  static const char *const schemes[] = { "notes:", "http:", "https:" };

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (url, schemes[i], strlen (schemes[i])) == 0)
      {
        *web = i > 0;
        return url + strlen (schemes[i]);
      }
  return NULL;
}

/* Valid UTF-8 of a host or anchor that came percent-encoded; NULL: empty. The caller frees. */
static char *
plain (const char *text)
{
  g_autofree char *decoded = g_uri_unescape_string (text, NULL);

  if (*text == '\0')
    return NULL;
  return g_utf8_make_valid (decoded != NULL ? decoded : text, -1);
}

IstDocLink *
ist_doc_url_parse (const char *url, GError **error)
{
  g_autoptr (IstDocLink) link = g_new0 (IstDocLink, 1);
  gboolean web = FALSE;
  const char *rest = strlen (url) <= MAX_URL ? skip_scheme (url, &web) : NULL;
  g_autofree char *path = NULL;
  g_auto (GStrv) parts = NULL;
  const char *query, *fragment;
  gsize slashes, n;
  gint at;

  if (rest == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "no address of a Notes document: \"%.40s\"",
                   url);
      return NULL;
    }
  slashes = strspn (rest, "/");
  path = g_strndup (rest + slashes, strcspn (rest + slashes, "?#"));
  query = strchr (rest, '?');
  fragment = strchr (rest, '#');
  parts = split_path (path);
  n = g_strv_length (parts);
  at = find_replica (parts, (guint) n, link);
  /* The first part is a host after exactly two slashes, unless a slash was lost and it is the replica id. */
  if (at < 0 || (web && (at == 0 || slashes != 2)))
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "no replica id in \"%.40s\"", url);
      return NULL;
    }
  if (at > 0 && slashes == 2)
    link->hint = plain (parts[0]);
  read_place (parts + at + 1, (guint) n - (guint) at - 1,
              query != NULL && strstr (query, "Document") != NULL, link);
  if (link->note != NULL && fragment != NULL)
    link->anchor = plain (fragment + 1);
  if (link->anchor != NULL && strlen (link->anchor) > MAX_ANCHOR)
    g_clear_pointer (&link->anchor, g_free);
  return g_steal_pointer (&link);
}
