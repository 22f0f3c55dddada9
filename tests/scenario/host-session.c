#define _GNU_SOURCE /* memmem */
#include "tests/scenario/host-private.h"

#include "base/clock.h"

#include <string.h>

typedef struct
{
  IstHost *host;
  GSocket *socket;
  guint number;
  GString *in;
  IstArrival *open; /* the transaction in hand */
} Visit;

void
ist_host_arrival_free (IstArrival *arrival)
{
  if (arrival == NULL)
    return;
  g_free (arrival->mail);
  g_ptr_array_unref (arrival->rcpts);
  g_string_free (arrival->text, TRUE);
  g_free (arrival);
}

/* The answer of the newest rule for this command, or a copy of `usual`. */
static char *
answer_to (IstHost *self, const char *command, const char *usual)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  for (guint i = self->rules->len; i > 0; i--)
    {
      IstHostRule *rule = g_ptr_array_index (self->rules, i - 1);

      if (rule->left == 0
          || g_ascii_strncasecmp (command, rule->command, strlen (rule->command)) != 0)
        continue;
      if (rule->left != IST_HOST_ALWAYS)
        rule->left--;
      return g_strdup (rule->answer);
    }
  return g_strdup (usual);
}

static gboolean
send_text (Visit *visit, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *joined = g_strjoinv ("\r\n", lines);
  g_autofree char *all = g_strconcat (joined, "\r\n", NULL);
  gsize sent = 0;

  while (sent < strlen (all))
    {
      gssize n = g_socket_send (visit->socket, all + sent, strlen (all) - sent, NULL, NULL);

      if (n <= 0)
        return FALSE;
      sent += (gsize) n;
    }
  return TRUE;
}

static gboolean
receive (Visit *visit)
{
  char block[16384];
  gssize n = g_socket_receive (visit->socket, block, sizeof block, NULL, NULL);

  if (n <= 0)
    return FALSE;
  g_string_append_len (visit->in, block, n);
  return TRUE;
}

/* The clock of the scenario decides when a late answer leaves. */
static void
wait_a_minute (IstHost *self)
{
  gint64 until = ist_clock_mono_usecs () + 60 * G_USEC_PER_SEC;

  g_mutex_lock (&self->mutex);
  while (!self->down && ist_clock_wait (&self->gone, &self->mutex, until))
    ;
  g_mutex_unlock (&self->mutex);
}

static void
count_silent (IstHost *self, int change)
{
  g_mutex_lock (&self->mutex);
  self->n_silent = (guint) ((int) self->n_silent + change);
  g_mutex_unlock (&self->mutex);
}

/* FALSE: the connection ends here. *ok tells a 2xx or 3xx. */
static gboolean
say (Visit *visit, const char *answer, gboolean *ok)
{
  g_autofree char *text = g_strdup (answer);
  gboolean drop = FALSE;

  *ok = FALSE;
  if (strcmp (text, IST_HOST_DROP) == 0)
    return FALSE;
  if (strcmp (text, IST_HOST_SILENT) == 0)
    {
      count_silent (visit->host, 1);
      while (receive (visit))
        ;
      count_silent (visit->host, -1);
      return FALSE;
    }
  if (g_str_has_prefix (text, IST_HOST_LATE))
    {
      wait_a_minute (visit->host);
      memmove (text, text + strlen (IST_HOST_LATE), strlen (text) - strlen (IST_HOST_LATE) + 1);
    }
  if (g_str_has_suffix (text, IST_HOST_THEN_DROP))
    {
      text[strlen (text) - strlen (IST_HOST_THEN_DROP)] = '\0';
      drop = TRUE;
    }
  *ok = text[0] == '2' || text[0] == '3';
  return send_text (visit, text) && !drop;
}

static char *
read_line (Visit *visit)
{
  const char *end;
  char *line;

  while ((end = strstr (visit->in->str, "\r\n")) == NULL)
    if (!receive (visit))
      return NULL;
  line = g_strndup (visit->in->str, (gsize) (end - visit->in->str));
  g_string_erase (visit->in, 0, end + 2 - visit->in->str);
  return line;
}

static void
begin (Visit *visit, const char *mail)
{
  ist_host_arrival_free (visit->open);
  visit->open = g_new0 (IstArrival, 1);
  visit->open->mail = g_strdup (mail);
  visit->open->rcpts = g_ptr_array_new_with_free_func (g_free);
  visit->open->text = g_string_new (NULL);
  visit->open->connection = visit->number;
}

/* The end of a message: kept only when the answer is 2xx, and before the answer leaves. */
static gboolean
finish (Visit *visit)
{
  g_autofree char *answer = answer_to (visit->host, ".", "250 2.0.0 kept");
  const char *code = g_str_has_prefix (answer, IST_HOST_LATE) ? answer + strlen (IST_HOST_LATE) : answer;
  gboolean ok;

  if (code[0] == '2')
    {
      g_mutex_lock (&visit->host->mutex);
      g_ptr_array_add (visit->host->arrivals, g_steal_pointer (&visit->open));
      g_mutex_unlock (&visit->host->mutex);
    }
  g_clear_pointer (&visit->open, ist_host_arrival_free);
  return say (visit, answer, &ok);
}

/* A rule on TEXT strikes after the first block. */
static gboolean
text_rule (Visit *visit)
{
  g_autofree char *answer = answer_to (visit->host, "TEXT", "");
  gboolean ok;

  return answer[0] == '\0' || say (visit, answer, &ok);
}

static gboolean
take_data (Visit *visit)
{
  char *line;

  if (visit->in->len == 0 && !receive (visit))
    return FALSE;
  if (!text_rule (visit))
    return FALSE;
  for (;;)
    {
      const char *end = memmem (visit->in->str, visit->in->len, "\r\n", 2);
      gsize length;

      if (end == NULL)
        {
          if (!receive (visit))
            return FALSE;
          continue;
        }
      line = visit->in->str;
      length = (gsize) (end - line);
      if (length == 1 && line[0] == '.')
        {
          g_string_erase (visit->in, 0, 3);
          return finish (visit);
        }
      if (line[0] == '.')
        g_string_append_len (visit->open->text, line + 1, (gssize) length + 1);
      else
        g_string_append_len (visit->open->text, line, (gssize) length + 2);
      g_string_erase (visit->in, 0, (gssize) length + 2);
    }
}

static gboolean
take_chunk (Visit *visit, const char *line)
{
  gsize size = g_ascii_strtoull (line + 5, NULL, 10);
  gboolean last = strstr (line, " LAST") != NULL;
  gboolean ok;

  while (visit->in->len < size)
    if (!receive (visit))
      return FALSE;
  if (!text_rule (visit))
    return FALSE;
  g_string_append_len (visit->open->text, visit->in->str, (gssize) size);
  g_string_erase (visit->in, 0, (gssize) size);
  return last ? finish (visit) : say (visit, "250 2.0.0 chunk", &ok);
}

static gboolean
greet_back (Visit *visit, const char *line)
{
  IstHost *self = visit->host;
  g_autoptr (GString) usual = g_string_new (NULL);
  g_auto (GStrv) words = NULL;
  g_autofree char *answer = NULL;
  gboolean ok;

  g_mutex_lock (&self->mutex);
  if (self->keywords != NULL)
    words = g_strsplit (self->keywords, " ", -1);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    g_string_append_printf (usual, "250-%s\n", g_strdelimit (words[i], "=", ' '));
  g_string_append (usual, words != NULL ? "250 HELP" : "502 5.5.1 what is EHLO?");
  if (words != NULL)
    g_string_prepend (usual, "250-host.example\n");
  answer = answer_to (self, line, usual->str);
  return say (visit, answer, &ok);
}

static gboolean
take_rcpt (Visit *visit, const char *line)
{
  gboolean full = visit->host->max_rcpts > 0 && visit->open->rcpts->len >= visit->host->max_rcpts;
  g_autofree char *answer = answer_to (visit->host, line,
                                       full ? "452 4.5.3 too many recipients" : "250 2.1.5 ok");
  gboolean ok;
  gboolean go_on = say (visit, answer, &ok);

  if (ok)
    g_ptr_array_add (visit->open->rcpts, g_strdup (line + 8));
  return go_on;
}

/* FALSE: the connection ends. */
static gboolean
take_command (Visit *visit, const char *line)
{
  g_autofree char *answer = NULL;
  gboolean ok, go_on;

  g_mutex_lock (&visit->host->mutex);
  g_ptr_array_add (visit->host->lines, g_strdup (line));
  g_mutex_unlock (&visit->host->mutex);
  if (g_str_has_prefix (line, "EHLO"))
    return greet_back (visit, line);
  if (g_str_has_prefix (line, "RCPT TO:") && visit->open != NULL)
    return take_rcpt (visit, line);
  if (g_str_has_prefix (line, "BDAT ") && visit->open != NULL)
    return take_chunk (visit, line);
  if (g_str_has_prefix (line, "DATA") && visit->open != NULL && visit->open->rcpts->len == 0)
    return say (visit, "503 5.5.1 nobody to send it to", &ok);
  if (g_str_has_prefix (line, "DATA") && visit->open != NULL)
    answer = answer_to (visit->host, line, "354 go on");
  else if (g_str_has_prefix (line, "QUIT"))
    answer = answer_to (visit->host, line, "221 2.0.0 bye" IST_HOST_THEN_DROP);
  else if (g_str_has_prefix (line, "DATA") || g_str_has_prefix (line, "RCPT"))
    answer = g_strdup ("503 5.5.1 no MAIL before it");
  else
    answer = answer_to (visit->host, line, "250 2.0.0 ok");
  go_on = say (visit, answer, &ok);
  if (ok && g_str_has_prefix (line, "MAIL FROM:"))
    begin (visit, line + 10);
  if (go_on && ok && g_str_has_prefix (line, "DATA"))
    return take_data (visit);
  return go_on;
}

static gpointer
visit_run (gpointer data)
{
  Visit *visit = data;
  IstHost *self = visit->host;
  g_autofree char *greeting = answer_to (self, "CONNECT", "220 host.example ESMTP");
  gboolean ok;

  if (say (visit, greeting, &ok))
    {
      char *line;
      gboolean go_on = TRUE;

      while (go_on && (line = read_line (visit)) != NULL)
        {
          go_on = take_command (visit, line);
          g_free (line);
        }
    }
  ist_host_arrival_free (visit->open);
  g_string_free (visit->in, TRUE);
  g_mutex_lock (&self->mutex);
  g_socket_close (visit->socket, NULL);
  g_ptr_array_remove_fast (self->sockets, visit->socket);
  g_object_unref (visit->socket);
  g_cond_broadcast (&self->gone);
  g_mutex_unlock (&self->mutex);
  g_free (visit);
  return NULL;
}

void
ist_host_visit (IstHost *host, GSocket *socket, guint number)
{
  Visit *visit = g_new0 (Visit, 1);

  visit->host = host;
  visit->socket = socket;
  visit->number = number;
  visit->in = g_string_new (NULL);
  g_thread_unref (g_thread_new ("host", visit_run, visit));
}
