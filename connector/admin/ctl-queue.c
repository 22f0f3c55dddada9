/*
 * connector/admin/ctl-queue.c - looking at the queue; acting on it is in ctl-queue-act.c.
 */
#include "connector/admin/ctl.h"
#include "connector/admin/ctl-filter.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define PAGE "1000"

/* ---- summary ---- */

static int
summary (IstCtl *ctl, int argc, char **argv)
{
  json_t *queue;
  int code;

  if (!ist_ctl_parse (ctl, NULL, &argc, &argv) || argc > 1)
    return argc > 1 ? ist_ctl_usage (ctl, "queue") : IST_CTL_USAGE;
  queue = ist_ctl_ask (ctl, "GET", "/v1/queue", NULL, &code);
  if (queue == NULL)
    return code;
  if (ctl->json)
    ist_ctl_print_json (queue);
  else
    {
      g_autofree char *size = g_format_size ((guint64) ist_ctl_number (queue, "bytes"));
      g_autofree char *count = ist_ctl_count (ist_ctl_number (queue, "messages"), "message", "messages");

      printf ("%s, %s\n", count, size);
      ist_ctl_print_relays (queue);
      if (!json_is_true (json_object_get (queue, "ok")))
        printf ("THE QUEUE TAKES NO MAIL: %s\n", ist_ctl_text (queue, "why"));
      json_decref (queue);
    }
  return IST_CTL_OK;
}

/* ---- list ---- */

static void
print_row (const json_t *m)
{
  const json_t *recipients = json_object_get (m, "recipients");
  g_autofree char *received = ist_ctl_local_time (m, "received");
  g_autofree char *size = g_format_size ((guint64) ist_ctl_number (m, "size_bytes"));
  gsize i;
  json_t *r;

  printf ("%s  %s  %s  <%s>\n", ist_ctl_text (m, "queue_id"), received, size,
          ist_ctl_text (m, "sender"));
  json_array_foreach ((json_t *) recipients, i, r)
    {
      g_autofree char *due = ist_ctl_local_time (r, "due");
      const char *state = ist_ctl_text (r, "state");
      const char *why = ist_ctl_text (r, "hold_reason");

      if (why[0] == '\0')
        why = ist_ctl_text (r, "last_reply");
      printf ("    %-8s %-12s <%s>%s%s%s%s\n", state, ist_ctl_text (r, "relay"), ist_ctl_text (r, "address"),
              strcmp (state, "queued") == 0 && strcmp (due, "-") != 0 ? "  due " : "",
              strcmp (state, "queued") == 0 && strcmp (due, "-") != 0 ? due : "",
              why[0] != '\0' ? "  " : "", why);
    }
}

/* One page; NULL with *code set. */
static json_t *
get_page (const IstCtl *ctl, const IstCtlFilter *filter, const char *after, const char *limit, int *code)
{
  g_autoptr (GString) path = g_string_new ("/v1/queue/messages");

  ist_ctl_filter_params (filter, path);
  ist_ctl_param (path, "after", after);
  ist_ctl_param (path, "limit", limit);
  return ist_ctl_ask (ctl, "GET", path->str, NULL, code);
}

static int
list (IstCtl *ctl, int argc, char **argv)
{
  g_auto (IstCtlFilter) filter = { 0 };
  g_autofree char *limit = NULL;
  const GOptionEntry more[] = {
    { "limit", 'n', 0, G_OPTION_ARG_STRING, &limit, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  json_t *page, *m;
  gsize i;
  int code;

  if (!ist_ctl_filter_parse (ctl, &filter, more, &argc, &argv))
    return IST_CTL_USAGE;
  if (argc > 1)
    return ist_ctl_usage (ctl, "queue");
  page = get_page (ctl, &filter, NULL, limit != NULL ? limit : "100", &code);
  if (page == NULL)
    return code;
  if (ctl->json)
    {
      ist_ctl_print_json (page);
      return IST_CTL_OK;
    }
  json_array_foreach (json_object_get (page, "messages"), i, m)
    print_row (m);
  if (json_array_size (json_object_get (page, "messages")) == 0)
    printf ("no message is like that\n");
  if (!json_is_null (json_object_get (page, "next")))
    printf ("there may be more: give a larger --limit (1000 at most) or a filter\n");
  json_decref (page);
  return IST_CTL_OK;
}

/* ---- show and export ---- */

static char *
message_path (const char *id, const char *end)
{
  g_autofree char *escaped = g_uri_escape_string (id, NULL, FALSE);

  return g_strconcat ("/v1/queue/messages/", escaped, end, NULL);
}

static int
show (IstCtl *ctl, int argc, char **argv)
{
  g_autofree char *path = NULL;
  json_t *message;
  int code;

  if (!ist_ctl_parse (ctl, NULL, &argc, &argv))
    return IST_CTL_USAGE;
  if (argc != 2)
    return ist_ctl_usage (ctl, "queue");
  path = message_path (argv[1], "");
  message = ist_ctl_ask (ctl, "GET", path, NULL, &code);
  if (message == NULL)
    return code;
  if (ctl->json)
    ist_ctl_print_json (message);
  else
    {
      ist_ctl_print_message (message);
      json_decref (message);
    }
  return IST_CTL_OK;
}

/* FILE NULL: standard output. The file holds mail: nobody else may read it. */
static int
export_one (const IstCtl *ctl, const char *id, const char *file)
{
  g_autofree char *path = message_path (id, "/eml");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) mail = NULL;
  const char *data;
  gsize size;
  int code;

  mail = ist_ctl_fetch (ctl, path, &code);
  if (mail == NULL)
    return code;
  data = g_bytes_get_data (mail, &size);
  if (file == NULL)
    {
      if (fwrite (data, 1, size, stdout) == size && fflush (stdout) == 0)
        return IST_CTL_OK;
      return ist_ctl_fail (ctl, IST_CTL_FAILED, "the message could not be written");
    }
  if (!g_file_set_contents_full (file, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    return ist_ctl_fail (ctl, IST_CTL_FAILED, "%s", error->message);
  return IST_CTL_OK;
}

static int
export_page (const IstCtl *ctl, const json_t *messages, const char *folder, guint *n)
{
  int code = IST_CTL_OK;
  json_t *m;
  gsize i;

  json_array_foreach ((json_t *) messages, i, m)
    {
      g_autofree char *name = g_strconcat (ist_ctl_text (m, "queue_id"), ".eml", NULL);
      g_autofree char *file = g_build_filename (folder, name, NULL);

      code = export_one (ctl, ist_ctl_text (m, "queue_id"), file);
      /* One that left the queue meanwhile is no failure. */
      if (code != IST_CTL_OK && code != IST_CTL_NO)
        return code;
      *n += code == IST_CTL_OK ? 1 : 0;
    }
  return IST_CTL_OK;
}

static int
export_many (const IstCtl *ctl, const IstCtlFilter *filter, const char *folder)
{
  g_autofree char *after = NULL;
  gboolean more = TRUE;
  guint n = 0;
  int code = IST_CTL_OK;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return ist_ctl_fail (ctl, IST_CTL_FAILED, "the folder %s cannot be made", folder);
  while (more && code == IST_CTL_OK)
    {
      json_t *page = get_page (ctl, filter, after, PAGE, &code);

      if (page == NULL)
        return code;
      code = export_page (ctl, json_object_get (page, "messages"), folder, &n);
      g_free (after);
      after = g_strdup (json_string_value (json_object_get (page, "next")));
      more = after != NULL;
      json_decref (page);
    }
  if (code != IST_CTL_OK)
    return code;
  if (ctl->json)
    ist_ctl_print_json (json_pack ("{s:s,s:i}", "folder", folder, "exported", (int) n));
  else
    printf ("%u exported to %s\n", n, folder);
  return n > 0 ? IST_CTL_OK : IST_CTL_NO;
}

static int
export (IstCtl *ctl, int argc, char **argv)
{
  g_auto (IstCtlFilter) filter = { 0 };
  g_autofree char *folder = NULL;
  const GOptionEntry more[] = {
    { "out-dir", 0, 0, G_OPTION_ARG_FILENAME, &folder, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  gboolean many;
  int code;

  if (!ist_ctl_filter_parse (ctl, &filter, more, &argc, &argv))
    return IST_CTL_USAGE;
  many = ist_ctl_filter_is_set (&filter);
  if (many ? argc != 1 || folder == NULL : argc < 2 || argc > 3 || folder != NULL)
    return ist_ctl_usage (ctl, "queue");
  if (many)
    return export_many (ctl, &filter, folder);
  code = export_one (ctl, argv[1], argc > 2 ? argv[2] : NULL);
  if (code == IST_CTL_OK && argc > 2 && ctl->json)
    ist_ctl_print_json (json_pack ("{s:s,s:i}", "file", argv[2], "exported", 1));
  return code;
}

/* ---- which ---- */

int
ist_ctl_queue (IstCtl *ctl, int argc, char **argv)
{
  static const struct
  {
    const char *name;
    int (*run) (IstCtl *ctl, int argc, char **argv);
  } rows[] = {
    { "summary", summary },           { "list", list },
    { "show", show },                 { "export", export },
    { "hold", ist_ctl_queue_act },    { "release", ist_ctl_queue_act },
    { "retry", ist_ctl_queue_act },   { "delete", ist_ctl_queue_act },
    { "redirect", ist_ctl_queue_act },
  };

  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (rows); i++)
    if (strcmp (argv[1], rows[i].name) == 0)
      return rows[i].run (ctl, argc - 1, argv + 1);
  if (argc == 1 || strcmp (argv[1], "--json") == 0)
    return summary (ctl, argc, argv);
  /* A filter alone means the list. */
  return argv[1][0] == '-' ? list (ctl, argc, argv) : ist_ctl_usage (ctl, "queue");
}
