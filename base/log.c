#include "base/log.h"

#include "base/clock.h"
#include "base/log-file.h"

#include <stdio.h>
#include <string.h>

#define FLUSH_USECS (200 * G_TIME_SPAN_MILLISECOND)
#define FLUSH_BYTES (64 * 1024)
#define PENDING_MAX (8 * 1024 * 1024)
#define RECENT 2000

struct _IstLog
{
  gint level; /* atomic */
  gboolean to_stderr;
  GMutex mutex; /* guards all below but `file`, which only the writer touches while it runs */
  GCond work;
  GCond written;
  GString *pending;
  guint64 dropped;
  guint64 n_queued, n_written; /* bytes given to and taken by the writer */
  gboolean urgent;
  gboolean stopping;
  gboolean reopen;
  char *recent[RECENT];
  guint64 sequence; /* of the newest recent line */
  gint64 stamp_second;
  char stamp[40]; /* "2026-11-24T09:00:00." of stamp_second */
  IstLogFile *file;
  GThread *writer;
};

const char *
ist_log_level_name (IstLogLevel level)
{
  static const char *const names[] = { "debug", "info", "warning", "error" };

  g_return_val_if_fail ((gsize) level < G_N_ELEMENTS (names), "info");
  return names[level];
}

/* ---- one line of JSON (RFC 8259 7) ---- */

/* All but controls, '"', '\\', DEL and what is not ASCII. */
static gboolean
is_simple (guchar c)
{
  return c >= 32 && c < 127 && c != '"' && c != '\\';
}

static void
append_escaped (GString *out, const char *text)
{
  const char *start = text;
  gboolean valid = FALSE, judged = FALSE;

  for (;; text++)
    {
      guchar c;

      while (is_simple ((guchar) *text))
        text++;
      c = (guchar) *text;
      if (c >= 128 && !judged)
        {
          valid = g_utf8_validate (text, -1, NULL);
          judged = TRUE;
        }
      if (c >= 128 && valid)
        continue;
      g_string_append_len (out, start, text - start);
      if (c == '\0')
        return;
      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", c);
      else
        g_string_append_printf (out, "\\u%04x", c);
      start = text + 1;
    }
}

static void
append_pair (GString *out, const char *name, const char *value)
{
  g_string_append (out, ",\"");
  g_string_append (out, name);
  g_string_append (out, "\":\"");
  append_escaped (out, value);
  g_string_append_c (out, '"');
}

static void
append_time (IstLog *self, GString *out)
{
  gint64 now = ist_clock_wall_usecs ();
  gint64 second = now / G_USEC_PER_SEC;

  if (second != self->stamp_second)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (second);
      g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S.");

      g_strlcpy (self->stamp, text, sizeof self->stamp);
      self->stamp_second = second;
    }
  g_string_append (out, self->stamp);
  for (gint64 rest = now % G_USEC_PER_SEC, place = G_USEC_PER_SEC / 10; place > 0; rest %= place, place /= 10)
    g_string_append_c (out, (char) ('0' + rest / place));
  g_string_append_c (out, 'Z');
}

static void
print_for_people (const char *line, gsize length)
{
  fwrite (line, 1, length, stderr);
}

/* Under the lock. */
static void
remember (IstLog *self, const char *line, gsize length)
{
  char **slot = &self->recent[++self->sequence % RECENT];

  g_free (*slot);
  *slot = g_strndup (line, length);
}

static void
append_event (IstLog *self, IstLogLevel level, const char *component, const char *event,
              const char *queue_id, const char *text, va_list args)
{
  GString *out = self->pending;
  const char *name;

  g_string_append (out, "{\"time\":\"");
  append_time (self, out);
  g_string_append_c (out, '"');
  append_pair (out, "level", ist_log_level_name (level));
  append_pair (out, "component", component);
  append_pair (out, "event", event);
  if (queue_id != NULL)
    append_pair (out, "queue_id", queue_id);
  if (text != NULL)
    append_pair (out, "text", text);
  while ((name = va_arg (args, const char *)) != NULL)
    {
      const char *value = va_arg (args, const char *);

      if (value != NULL)
        append_pair (out, name, value);
    }
  g_string_append (out, "}\n");
}

void
ist_log (IstLog *self, IstLogLevel level, const char *component, const char *event,
         const char *queue_id, const char *text, ...)
{
  gsize before;
  va_list args;

  if (self == NULL || (gint) level < g_atomic_int_get (&self->level))
    return;
  g_mutex_lock (&self->mutex);
  before = self->pending->len;
  va_start (args, text);
  append_event (self, level, component, event, queue_id, text, args);
  va_end (args);
  remember (self, self->pending->str + before, self->pending->len - before - 1);
  if (self->to_stderr)
    print_for_people (self->pending->str + before, self->pending->len - before);
  if (self->pending->len > PENDING_MAX)
    {
      g_string_truncate (self->pending, before);
      self->dropped++;
    }
  else
    self->n_queued += self->pending->len - before;
  if (level >= IST_LOG_WARNING)
    self->urgent = TRUE;
  if (self->urgent || self->pending->len >= FLUSH_BYTES)
    g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
}

/* ---- the writer ---- */

/* Under the lock. The count goes into the file once it can be written again. */
static void
tell_dropped (IstLog *self)
{
  g_autofree char *count = NULL;

  if (self->dropped == 0)
    return;
  count = g_strdup_printf ("%" G_GUINT64_FORMAT, self->dropped);
  self->dropped = 0;
  g_string_append (self->pending, "{\"time\":\"");
  append_time (self, self->pending);
  g_string_append_printf (self->pending,
                          "\",\"level\":\"error\",\"component\":\"log\",\"event\":\"dropped\","
                          "\"text\":\"events lost: the log could not be written\",\"count\":\"%s\"}\n",
                          count);
}

/* Under the lock; releases it while the file is written. What could not be written stays pending. */
static void
write_pending (IstLog *self)
{
  GString *taken = self->pending;
  guint64 target = self->n_queued;
  gsize done = taken->len;
  gboolean reopen = self->reopen;

  self->pending = g_string_sized_new (FLUSH_BYTES + 4096);
  self->urgent = FALSE;
  self->reopen = FALSE;
  g_mutex_unlock (&self->mutex);
  if (self->file != NULL)
    done = ist_log_file_write (self->file, taken->str, taken->len, reopen);
  g_mutex_lock (&self->mutex);
  if (done < taken->len)
    g_string_prepend_len (self->pending, taken->str + done, (gssize) (taken->len - done));
  else
    tell_dropped (self);
  self->n_written = target;
  g_string_free (taken, TRUE);
  g_cond_broadcast (&self->written);
}

static gpointer
writer_run (gpointer data)
{
  IstLog *self = data;

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      gint64 until = ist_clock_mono_usecs () + FLUSH_USECS;
      gboolean last;

      while (!self->stopping && !self->urgent && self->pending->len < FLUSH_BYTES
             && ist_clock_wait (&self->work, &self->mutex, until))
        ;
      /* Asked before the write, which lets go of the lock: lines may come in until the end is asked
         for, and these need a round of their own. */
      last = self->stopping;
      if (self->pending->len > 0 || self->reopen)
        write_pending (self);
      else
        self->urgent = FALSE;
      g_cond_broadcast (&self->written);
      if (last)
        break;
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

IstLog *
ist_log_new (const IstLogOptions *options, GError **error)
{
  IstLogFile *file = NULL;
  IstLog *self;

  if (options->file != NULL)
    {
      file = ist_log_file_open (options->file, options->rotate_bytes, options->keep_files, error);
      if (file == NULL)
        return NULL;
    }
  self = g_new0 (IstLog, 1);
  self->level = options->level;
  self->to_stderr = options->to_stderr;
  self->file = file;
  self->pending = g_string_sized_new (FLUSH_BYTES + 4096);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->work);
  g_cond_init (&self->written);
  self->writer = g_thread_new ("log", writer_run, self);
  return self;
}

void
ist_log_flush (IstLog *self)
{
  guint64 target;

  g_mutex_lock (&self->mutex);
  target = self->n_queued;
  self->urgent = TRUE;
  g_cond_signal (&self->work);
  while (self->n_written < target)
    g_cond_wait (&self->written, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

void
ist_log_free (IstLog *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->writer);
  for (guint i = 0; i < RECENT; i++)
    g_free (self->recent[i]);
  ist_log_file_close (self->file);
  g_string_free (self->pending, TRUE);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->work);
  g_cond_clear (&self->written);
  g_free (self);
}

void
ist_log_set_level (IstLog *self, IstLogLevel level)
{
  g_atomic_int_set (&self->level, (gint) level);
}

gboolean
ist_log_reopen (IstLog *self, GError **error)
{
  g_mutex_lock (&self->mutex);
  self->reopen = TRUE;
  self->urgent = TRUE;
  g_cond_signal (&self->work);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

char **
ist_log_recent (IstLog *self, guint n, guint64 *after)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autoptr (GPtrArray) out = g_ptr_array_new ();
  guint64 oldest = self->sequence >= RECENT ? self->sequence - RECENT + 1 : 1;
  guint64 from = MAX (*after + 1, oldest);

  if (self->sequence >= n && from + n <= self->sequence)
    from = self->sequence - n + 1;
  for (; from <= self->sequence; from++)
    g_ptr_array_add (out, g_strdup (self->recent[from % RECENT]));
  *after = self->sequence;
  g_ptr_array_add (out, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&out), FALSE);
}
