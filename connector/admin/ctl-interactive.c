/*
 * connector/admin/ctl-interactive.c - the console: the same verbs, one a line.
 */
#include "connector/admin/ctl.h"

#include <stdio.h>
#include <string.h>

#define MAX_IDS "200"

static void
add_words (GPtrArray *out, const char *words, const char *begin)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (g_str_has_prefix (list[i], begin))
      g_ptr_array_add (out, g_strdup (list[i]));
}

static void
add_verbs (GPtrArray *out, const char *begin)
{
  for (const IstCtlVerb *v = ist_ctl_verbs; v->verb != NULL; v++)
    if (g_str_has_prefix (v->verb, begin))
      g_ptr_array_add (out, g_strdup (v->verb));
  if (g_str_has_prefix ("quit", begin))
    g_ptr_array_add (out, g_strdup ("quit"));
}

/* Values of `key` in the objects of the array `list` of what `path` answers. */
static void
add_answers (const IstCtl *ctl, GPtrArray *out, const char *path, const char *list, const char *key,
             const char *begin)
{
  guint status = 0;
  int code;
  json_t *answer = ist_ctl_call (ctl, "GET", path, NULL, TRUE, &status, &code);
  json_t *item;
  gsize i;

  json_array_foreach (json_object_get (answer, list), i, item)
    if (g_str_has_prefix (ist_ctl_text (item, key), begin))
      g_ptr_array_add (out, g_strdup (ist_ctl_text (item, key)));
  json_decref (answer);
}

static const IstCtlVerb *
find_verb (const char *name)
{
  for (const IstCtlVerb *v = ist_ctl_verbs; v->verb != NULL; v++)
    if (strcmp (v->verb, name) == 0)
      return v;
  return NULL;
}

static gboolean
takes_ids (const char *verb, guint n, char *const *words)
{
  static const char *const with_id[] = { "show", "export", "hold", "release", "retry", "delete", "redirect",
                                         NULL };

  if (strcmp (verb, "trace") == 0)
    return n == 1;
  return strcmp (verb, "queue") == 0 && n >= 2 && g_strv_contains (with_id, words[1]);
}

/* The words before the last blank say what may come; what stands behind it is the beginning. */
static char **
complete (gpointer user, const char *line)
{
  const IstCtl *ctl = user;
  g_autoptr (GPtrArray) out = g_ptr_array_new ();
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint n = g_strv_length (words);
  const char *begin = n > 0 ? words[n - 1] : "";
  const char *before = n > 1 ? words[n - 2] : "";
  const IstCtlVerb *verb = n > 1 ? find_verb (words[0]) : NULL;

  if (n <= 1 || (n == 2 && strcmp (words[0], "help") == 0))
    add_verbs (out, begin);
  else if (strcmp (before, "--relay") == 0)
    add_answers (ctl, out, "/v1/queue", "relays", "relay", begin);
  else if (strcmp (before, "--state") == 0)
    add_words (out, "queued held parts waiting dead", begin);
  else if (strcmp (before, "--side") == 0)
    add_words (out, "domino exchange internet", begin);
  else if (verb != NULL && begin[0] != '-' && takes_ids (verb->verb, n - 1, words))
    add_answers (ctl, out, "/v1/queue/messages?limit=" MAX_IDS, "messages", "queue_id", begin);
  else if (verb != NULL && verb->words != NULL)
    add_words (out, verb->words, begin);
  g_ptr_array_add (out, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&out), FALSE);
}

static int
run_line (const IstCtl *common, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree char **argv = NULL;
  int argc;

  if (!g_shell_parse_argv (line, &argc, &words, &error))
    return g_error_matches (error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING)
               ? IST_CTL_OK
               : ist_ctl_fail (common, IST_CTL_USAGE, "%s", error->message);
  argv = g_new0 (char *, (gsize) argc + 2);
  argv[0] = (char *) "isthmusctl";
  memcpy (argv + 1, words, (gsize) argc * sizeof *argv);
  return ist_ctl_run (common, argc + 1, argv);
}

int
ist_ctl_interactive (const IstCtl *common)
{
  IstCtlReader *reader = ist_ctl_reader_new (complete, (gpointer) common);
  int result = IST_CTL_OK;

  if (ist_ctl_is_terminal ())
    printf ("\"help\" lists the verbs, Tab completes, \"quit\" ends.\n");
  for (;;)
    {
      g_autofree char *line = ist_ctl_reader_line (reader);
      int code;

      if (line == NULL || strcmp (g_strstrip (line), "quit") == 0 || strcmp (line, "exit") == 0)
        break;
      code = run_line (common, line);
      if (code != IST_CTL_OK)
        result = code;
    }
  ist_ctl_reader_free (reader);
  return ist_ctl_is_terminal () ? IST_CTL_OK : result;
}
