/*
 * connector/admin/ctl-log.c - the newest events and a message's story; both also when the daemon is down.
 */
#include "connector/admin/ctl.h"
#include "connector/admin/shapes.h"
#include "connector/settings.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_LINES 100
#define MAX_LINES 2000
#define WAIT "1" /* seconds; so long Ctrl-C may take */

/* An event a line, as in the log files. */
static void
print_events (const IstCtl *ctl, const json_t *events)
{
  gsize i;
  json_t *event;

  json_array_foreach ((json_t *) events, i, event)
    {
      if (!ctl->json)
        ist_ctl_print_event (event);
      else
        {
          json_dumpf (event, stdout, JSON_COMPACT);
          fputc ('\n', stdout);
        }
    }
  fflush (stdout);
}

/* ---- without a daemon ---- */

static char *
log_path (const IstCtl *ctl)
{
  g_autoptr (IstSettings) settings = ist_ctl_settings (ctl);
  const IstLogSettings *log;

  if (settings == NULL)
    return NULL;
  log = ist_settings_get (settings, "log", NULL);
  return g_strdup (log->file);
}

/* Where the last `n` lines begin. */
static const char *
last_lines (const char *text, gsize size, guint n)
{
  const char *at = text + size;

  for (guint seen = 0; at > text; at--)
    if (at < text + size && at[-1] == '\n' && ++seen == n)
      break;
  return at;
}

static int
tail (const IstCtl *ctl, guint lines)
{
  g_autofree char *path = log_path (ctl);
  g_autoptr (GError) error = NULL;
  GMappedFile *file;
  json_t *events = json_array ();
  const char *at, *end, *stop;

  file = path != NULL ? g_mapped_file_new (path, FALSE, &error) : NULL;
  if (file == NULL)
    {
      json_decref (events);
      return path == NULL ? IST_CTL_FAILED : ist_ctl_fail (ctl, IST_CTL_FAILED, "%s", error->message);
    }
  fprintf (stderr, "no daemon answers: from %s\n", path);
  end = g_mapped_file_get_contents (file) + g_mapped_file_get_length (file);
  at = g_mapped_file_get_length (file) > 0
           ? last_lines (g_mapped_file_get_contents (file), g_mapped_file_get_length (file), lines)
           : end;
  for (; at < end && (stop = memchr (at, '\n', (gsize) (end - at))) != NULL; at = stop + 1)
    {
      json_t *event = json_loadb (at, (gsize) (stop - at), 0, NULL);

      if (event != NULL)
        json_array_append_new (events, event);
    }
  if (!ctl->json)
    ist_ctl_clean (events);
  print_events (ctl, events);
  json_decref (events);
  g_mapped_file_unref (file);
  return IST_CTL_OK;
}

/* ---- with one ---- */

static json_t *
get_events (const IstCtl *ctl, guint lines, gint64 after, gboolean wait, gboolean quiet, int *code)
{
  g_autofree char *path
      = g_strdup_printf ("/v1/log?limit=%u&after=%" G_GINT64_FORMAT "%s", lines, after, wait ? "&wait=" WAIT : "");
  guint status = 0;
  json_t *answer = ist_ctl_call (ctl, "GET", path, NULL, quiet, &status, code);

  if (answer == NULL || status == 200)
    return answer;
  *code = ist_ctl_refused (ctl, answer, status);
  return NULL;
}

static int
follow (const IstCtl *ctl, gint64 after)
{
  int code = IST_CTL_OK;

  ist_ctl_interrupt_begin ();
  while (!ist_ctl_interrupted () && !ferror (stdout))
    {
      json_t *answer = get_events (ctl, MAX_LINES, after, TRUE, FALSE, &code);

      if (answer == NULL)
        break;
      print_events (ctl, json_object_get (answer, "events"));
      after = ist_ctl_number (answer, "after");
      json_decref (answer);
    }
  if (ist_ctl_interrupted ())
    code = IST_CTL_OK;
  ist_ctl_interrupt_end ();
  return code;
}

int
ist_ctl_log (IstCtl *ctl, int argc, char **argv)
{
  gboolean goes_on = FALSE;
  int lines = DEFAULT_LINES;
  const GOptionEntry entries[] = {
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &goes_on, NULL, NULL },
    { "lines", 'n', 0, G_OPTION_ARG_INT, &lines, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  json_t *answer;
  gint64 after;
  int code;

  if (!ist_ctl_parse (ctl, entries, &argc, &argv))
    return IST_CTL_USAGE;
  if (argc != 1 || lines < 1 || lines > MAX_LINES)
    return ist_ctl_usage (ctl, "log");
  answer = get_events (ctl, (guint) lines, 0, FALSE, !goes_on && ctl->socket == NULL, &code);
  if (answer == NULL)
    return goes_on || ctl->socket != NULL || code != IST_CTL_UNREACHABLE ? code : tail (ctl, (guint) lines);
  print_events (ctl, json_object_get (answer, "events"));
  after = ist_ctl_number (answer, "after");
  json_decref (answer);
  return goes_on ? follow (ctl, after) : IST_CTL_OK;
}

/* ---- trace ---- */

static json_t *
story_from_files (const IstCtl *ctl, const char *what, int *code)
{
  g_autofree char *path = log_path (ctl);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean truncated;
  json_t *events;

  *code = IST_CTL_FAILED;
  if (path == NULL)
    return NULL;
  fprintf (stderr, "no daemon answers: from the log files beside %s\n", path);
  events = ist_shape_story (path, what, ids, &truncated);
  if (!ctl->json)
    ist_ctl_clean (events);
  if (json_array_size (events) > 0)
    return json_pack ("{s:s,s:o,s:[],s:b}", "what", what, "events", events, "messages", "truncated", truncated);
  json_decref (events);
  *code = ist_ctl_fail (ctl, IST_CTL_NO, "nothing is known about \"%s\"", what);
  return NULL;
}

static json_t *
get_story (const IstCtl *ctl, const char *what, int *code)
{
  g_autoptr (GString) path = g_string_new ("/v1/trace");
  guint status = 0;
  json_t *answer;

  ist_ctl_param (path, "what", what);
  answer = ist_ctl_call (ctl, "GET", path->str, NULL, ctl->socket == NULL, &status, code);
  if (answer == NULL)
    return ctl->socket == NULL && *code == IST_CTL_UNREACHABLE ? story_from_files (ctl, what, code) : NULL;
  if (status == 200)
    return answer;
  *code = ist_ctl_refused (ctl, answer, status);
  return NULL;
}

int
ist_ctl_trace (IstCtl *ctl, int argc, char **argv)
{
  json_t *story, *m;
  gsize i;
  int code;

  if (!ist_ctl_parse (ctl, NULL, &argc, &argv))
    return IST_CTL_USAGE;
  if (argc != 2)
    return ist_ctl_usage (ctl, "trace");
  story = get_story (ctl, argv[1], &code);
  if (story == NULL)
    return code;
  if (ctl->json)
    {
      ist_ctl_print_json (story);
      return IST_CTL_OK;
    }
  print_events (ctl, json_object_get (story, "events"));
  if (json_is_true (json_object_get (story, "truncated")))
    fprintf (stderr, "there is more than is shown; name a queue id for less\n");
  json_array_foreach (json_object_get (story, "messages"), i, m)
    {
      printf ("%s in the queue: ", i == 0 ? "still" : "and");
      ist_ctl_print_message (m);
    }
  json_decref (story);
  return IST_CTL_OK;
}
