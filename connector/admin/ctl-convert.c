/*
 * connector/admin/ctl-convert.c - the offline converter: what mail flow does to a message, on a file.
 */
#include "connector/admin/ctl.h"
#include "connector/settings.h"
#include "convert/explain.h"
#include "convert/pipeline.h"
#include "dirsync/mirror.h"
#include "routing/address/header-field.h"
#include "routing/address/rewrite.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  IstSide from, to;
  char *direction;
  char *directory;
  char *report;
  char *memory;
  char *out_dir;
  char *profile;
  gboolean explain;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->direction);
  g_free (options->directory);
  g_free (options->report);
  g_free (options->memory);
  g_free (options->out_dir);
  g_free (options->profile);
}

static gboolean
parse (IstCtl *ctl, Options *options, int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "direction", 0, 0, G_OPTION_ARG_STRING, &options->direction, NULL, NULL },
    { "directory", 0, 0, G_OPTION_ARG_FILENAME, &options->directory, NULL, NULL },
    { "report", 0, 0, G_OPTION_ARG_STRING, &options->report, NULL, NULL },
    { "memory", 0, 0, G_OPTION_ARG_FILENAME, &options->memory, NULL, NULL },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &options->profile, NULL, NULL },
    { "explain", 0, 0, G_OPTION_ARG_NONE, &options->explain, NULL, NULL },
    { "out-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->out_dir, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_auto (GStrv) sides = NULL;

  if (!ist_ctl_parse (ctl, entries, &argc, &argv))
    return FALSE;
  if (argc > 1 || options->direction == NULL
      || (options->report != NULL && strcmp (options->report, "json") != 0
          && strcmp (options->report, "text") != 0))
    {
      ist_ctl_usage (ctl, "convert");
      return FALSE;
    }
  sides = g_strsplit (options->direction, "-to-", 2);
  options->from = ist_side_from_name (sides[0]);
  options->to = sides[1] != NULL ? ist_side_from_name (sides[1]) : IST_SIDE_NONE;
  if (options->from != IST_SIDE_NONE && options->to != IST_SIDE_NONE)
    return TRUE;
  ist_ctl_fail (ctl, IST_CTL_USAGE,
                "\"%s\" is no direction; write domino-to-exchange or exchange-to-domino", options->direction);
  return FALSE;
}

/* Line ends are made CRLF, as they would be by SMTP. */
static GBytes *
read_message (FILE *in)
{
  GString *out = g_string_new (NULL);
  char buffer[65536];
  gsize n;
  char last = 0;

  while ((n = fread (buffer, 1, sizeof buffer, in)) > 0)
    for (gsize i = 0; i < n; i++)
      {
        if (buffer[i] == '\n' && last != '\r')
          g_string_append_c (out, '\r');
        else if (last == '\r' && buffer[i] != '\n')
          g_string_append_c (out, '\n');
        g_string_append_c (out, buffer[i]);
        last = buffer[i];
      }
  if (last == '\r')
    g_string_append_c (out, '\n');
  return g_string_free_to_bytes (out);
}

static gboolean
print_piece (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  return fwrite (data, 1, size_bytes, user) == size_bytes;
}

static void
report_changes (const IstMessage *message, const char *part, gboolean as_json, json_t *list)
{
  const GPtrArray *changes = ist_message_changes (message);

  for (guint i = 0; i < changes->len; i++)
    {
      const IstChange *change = g_ptr_array_index (changes, i);

      if (as_json)
        json_array_append_new (list, json_pack ("{s:s,s:s,s:s*}", "transform", change->transform, "what",
                                                change->what, "part", part));
      else
        fprintf (stderr, "%s%s%s: %s\n", part != NULL ? part : "", part != NULL ? ": " : "",
                 change->transform, change->what);
    }
}

/* The tree as it stands, on standard error. */
static void
explain (IstMessage *message, const char *title)
{
  g_autofree char *tree = ist_explain_tree (ist_mime_tree (message), TRUE);

  fprintf (stderr, "%s:\n%s", title, tree);
}

static void
explain_result (IstMessage *message, const GPtrArray *parts)
{
  if (parts->len == 0)
    explain (message, "after");
  for (guint i = 0; i < parts->len; i++)
    {
      const IstDerived *part = g_ptr_array_index (parts, i);
      g_autofree char *title = g_strdup_printf ("after, %s", part->key);

      explain (part->message, title);
    }
}

static void
report (const IstMessage *message, const GPtrArray *parts, const char *form)
{
  gboolean as_json = g_strcmp0 (form, "json") == 0;
  json_t *list = json_array ();

  report_changes (message, NULL, as_json, list);
  for (guint i = 0; i < parts->len; i++)
    {
      const IstDerived *part = g_ptr_array_index (parts, i);

      report_changes (part->message, part->key, as_json, list);
    }
  if (as_json)
    {
      json_dumpf (list, stderr, JSON_INDENT (2));
      fputc ('\n', stderr);
    }
  json_decref (list);
}

static gboolean
write_to (const IstMessage *message, const char *path)
{
  g_autoptr (GBytes) bytes = ist_message_to_bytes (message);
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &error))
    return TRUE;
  fprintf (stderr, "isthmusctl convert: %s\n", error->message);
  return FALSE;
}

/* Several messages go to numbered files, in the order in which they would be sent. */
static gboolean
write_parts (const GPtrArray *parts, const char *folder)
{
  if (folder == NULL)
    {
      fprintf (stderr, "isthmusctl convert: this message becomes %u messages; say where with --out-dir FOLDER\n",
               parts->len);
      return FALSE;
    }
  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03u.eml", i + 1);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!write_to (((IstDerived *) g_ptr_array_index (parts, i))->message, path))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_result (const IstMessage *message, const GPtrArray *parts, const char *folder)
{
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "001.eml", NULL) : NULL;

  if (folder != NULL && g_mkdir_with_parents (folder, 0750) != 0)
    {
      fprintf (stderr, "isthmusctl convert: the folder %s cannot be made\n", folder);
      return FALSE;
    }
  if (parts->len > 0)
    return write_parts (parts, folder);
  if (path != NULL)
    return write_to (message, path);
  if (ist_message_write (message, print_piece, stdout, NULL) && fflush (stdout) == 0)
    return TRUE;
  fprintf (stderr, "isthmusctl convert: the result could not be written\n");
  return FALSE;
}

static void
rewrite (IstRewriter *rewriter, IstMessage *message)
{
  ist_rewriter_header (rewriter, message);
  ist_rewriter_dkim (message, FALSE);
}

/* Without a configuration the defaults apply: no domain is ours, every transform has its own default. */
static IstSettings *
load_settings (const IstCtl *ctl)
{
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);

  if (ctl->config != NULL)
    return ist_ctl_settings (ctl);
  return ist_settings_parse ("[connector]\nhostname = localhost\n", "(defaults)", ".", tables, errors);
}

/* Whatever a run does to the meeting memory, it does to a copy. */
static gboolean
copy_memory (const IstCtl *ctl, const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  gsize size;

  if (from == NULL)
    return TRUE;
  if (g_file_get_contents (from, &content, &size, &error)
      && g_file_set_contents_full (to, content, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, &error))
    return TRUE;
  ist_ctl_fail (ctl, IST_CTL_FAILED, "--memory: %s", error->message);
  return FALSE;
}

static gboolean
load_directory (const Options *options, const IstSettings *settings, IstMirror *mirror)
{
  const GPtrArray *sources = ist_settings_list (settings, "directory");
  g_autoptr (GError) error = NULL;

  if (options->directory != NULL)
    ist_mirror_load_file (mirror, "file", options->to, options->directory, &error);
  for (guint i = 0; options->directory == NULL && i < sources->len && error == NULL; i++)
    {
      const IstDirectorySettings *source = g_ptr_array_index (sources, i);

      ist_mirror_load_file (mirror, source->group.name, ist_side_from_name (source->side), source->file,
                            &error);
    }
  if (error != NULL)
    fprintf (stderr, "isthmusctl convert: %s\n", error->message);
  return error == NULL;
}

static gboolean
has_profile (const IstCtl *ctl, const Options *options, const IstSettings *settings)
{
  if (ist_convert_settings (settings, options->profile) != NULL)
    return TRUE;
  ist_ctl_fail (ctl, IST_CTL_FAILED, "--profile: there is no group [convert %s] in %s%s", options->profile,
                ist_settings_path (settings), ctl->config == NULL ? "; name the file with --config" : "");
  return FALSE;
}

/* The envelope's sender as the file tells it: Return-Path (RFC 5321 4.4), else From. "<>" is the null sender. */
static char *
sender_of (const IstMessage *message)
{
  static const char *const fields[] = { "Return-Path", "From" };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      guint field = ist_message_find_field (message, fields[i], 0);
      g_autoptr (GArray) spans = NULL;
      const IstMailboxSpan *first;
      const char *raw;
      gsize size;

      if (field == IST_MESSAGE_NOT_FOUND)
        continue;
      raw = ist_message_field_raw (message, field, &size);
      spans = ist_header_mailboxes (raw, size);
      if (spans->len == 0)
        break;
      first = &g_array_index (spans, IstMailboxSpan, 0);
      return g_strndup (raw + first->address, first->address_size);
    }
  return g_strdup ("");
}

static int
convert (const Options *options, IstSettings *settings, IstMirror *mirror, gboolean as_json)
{
  g_autoptr (GBytes) bytes = read_message (stdin);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (IstRewriter) rewriter
      = ist_rewriter_new (settings, ist_mirror_directory (mirror), options->from, options->to);
  g_autofree char *sender = sender_of (message);
  IstConvertContext context
      = { .from = options->from, .to = options->to, .sender = sender,
          .settings = ist_convert_settings (settings, options->profile) };
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GError) error = NULL;

  if (options->explain)
    explain (message, "before");
  if (!ist_pipeline_run (&context, message, parts, &error))
    fprintf (stderr, "isthmusctl convert: %s\n", error->message);
  if (parts->len == 0)
    rewrite (rewriter, message);
  for (guint i = 0; i < parts->len; i++)
    rewrite (rewriter, ((IstDerived *) g_ptr_array_index (parts, i))->message);
  if (options->explain)
    explain_result (message, parts);
  if (!write_result (message, parts, options->out_dir))
    return IST_CTL_FAILED;
  report (message, parts, as_json ? "json" : options->report);
  return error == NULL ? IST_CTL_OK : IST_CTL_FAILED;
}

int
ist_ctl_convert (IstCtl *ctl, int argc, char **argv)
{
  static const char *const files[] = { "directory.db", "directory.db-wal", "directory.db-shm", "meetings.db" };
  Options options = { 0 };
  g_autofree char *dir = g_dir_make_tmp ("isthmusctl-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "directory.db", NULL);
  g_autofree char *memory = g_build_filename (dir, "meetings.db", NULL);
  g_autoptr (IstSettings) settings = NULL;
  IstMirror *mirror;
  int status = IST_CTL_USAGE;

  if (parse (ctl, &options, argc, argv))
    {
      status = IST_CTL_FAILED;
      settings = copy_memory (ctl, options.memory, memory) ? load_settings (ctl) : NULL;
      mirror = settings != NULL && has_profile (ctl, &options, settings) ? ist_mirror_open (path, NULL) : NULL;
      if (mirror != NULL && load_directory (&options, settings, mirror))
        status = convert (&options, settings, mirror, ctl->json);
      if (mirror != NULL)
        ist_mirror_close (mirror);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_build_filename (dir, files[i], NULL);

      g_unlink (file);
    }
  g_rmdir (dir);
  options_clear (&options);
  return status;
}
