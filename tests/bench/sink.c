#include "tests/bench/sink.h"

#include "tests/bench/net-posix.h"

#include <string.h>

struct _BenchSink
{
  BenchLoop *loop;
  GThread *thread;
  guint16 port;
  gint stopping; /* atomic */
  GMutex mutex;  /* guards the rest */
  GCond done;
  const BenchText *text;
  guint64 first;
  guint n, recipients;
  guint16 *seen; /* recipients so far, by number */
  BenchArrivals arrivals;
};

typedef struct
{
  BenchSink *sink;
  guint n_rcpts;
  gboolean in_data;
} Client;

static void
count_message (BenchSink *sink, const char *data, gsize size, guint n_rcpts)
{
  guint64 number = 0;
  BenchArrival arrival;

  g_mutex_lock (&sink->mutex);
  arrival = sink->text != NULL ? bench_text_check (sink->text, data, size, &number) : BENCH_DAMAGED;
  sink->arrivals.converted += arrival == BENCH_CONVERTED;
  if (arrival == BENCH_DAMAGED || number < sink->first || number >= sink->first + sink->n)
    sink->arrivals.damaged++;
  else
    {
      guint16 *seen = &sink->seen[number - sink->first];
      guint open = sink->recipients - MIN (*seen, sink->recipients);

      *seen = (guint16) (*seen + n_rcpts);
      sink->arrivals.duplicates += n_rcpts - MIN (n_rcpts, open);
      if (open > 0 && *seen >= sink->recipients)
        {
          sink->arrivals.messages++;
          sink->arrivals.last = g_get_monotonic_time ();
          if (sink->arrivals.messages == sink->n)
            g_cond_signal (&sink->done);
        }
    }
  g_mutex_unlock (&sink->mutex);
}

static void
answer (BenchConn *conn, Client *client, const char *line, gsize size)
{
  const char *reply = "250 2.0.0 ok\r\n";

  if (size >= 4 && g_ascii_strncasecmp (line, "EHLO", 4) == 0)
    reply = "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 0\r\n"
            "250-ENHANCEDSTATUSCODES\r\n250 DSN\r\n";
  else if (size >= 4 && g_ascii_strncasecmp (line, "MAIL", 4) == 0)
    client->n_rcpts = 0;
  else if (size >= 4 && g_ascii_strncasecmp (line, "RCPT", 4) == 0)
    client->n_rcpts++;
  else if (size >= 4 && g_ascii_strncasecmp (line, "DATA", 4) == 0)
    {
      client->in_data = TRUE;
      reply = "354 go on\r\n";
    }
  else if (size >= 4 && g_ascii_strncasecmp (line, "QUIT", 4) == 0)
    reply = "221 2.0.0 bye\r\n";
  g_string_append (conn->head, reply);
}

/* After the final dot a client waits, or sends nothing but QUIT (RFC 2920), so the end is looked for only in the
 * last bytes. Within a text a line with one dot cannot be (RFC 5321 4.5.2). TRUE: *pos is behind the end. */
#define TAIL_BYTES 64

static gboolean
take_text (BenchConn *conn, Client *client, gsize *pos)
{
  GByteArray *in = conn->in;
  gsize from = in->len > TAIL_BYTES ? in->len - TAIL_BYTES : 0;
  const char *tail = (const char *) in->data + from;
  const char *end = g_strstr_len (tail, (gssize) (in->len - from), "\r\n.\r\n");

  if (end == NULL)
    return FALSE;
  *pos = from + (gsize) (end - tail) + 5;
  count_message (client->sink, (const char *) in->data, *pos - 3, client->n_rcpts);
  client->in_data = FALSE;
  g_string_append (conn->head, "250 2.0.0 kept\r\n");
  return TRUE;
}

static void
on_input (BenchConn *conn)
{
  Client *client = conn->user;
  gsize pos = 0;

  g_string_truncate (conn->head, 0);
  if (client->in_data && !take_text (conn, client, &pos))
    return;
  while (!client->in_data)
    {
      const char *line = (const char *) conn->in->data + pos;
      const char *lf = pos < conn->in->len ? memchr (line, '\n', conn->in->len - pos) : NULL;

      if (lf == NULL)
        break;
      answer (conn, client, line, (gsize) (lf - line));
      pos += (gsize) (lf - line) + 1;
    }
  if (pos > 0)
    g_byte_array_remove_range (conn->in, 0, (guint) pos);
  if (conn->head->len > 0)
    bench_conn_send (conn, NULL, 0);
}

static void
on_accepted (BenchConn *conn, gpointer user)
{
  Client *client = g_new0 (Client, 1);

  client->sink = user;
  conn->user = client;
  conn->readable = on_input;
  conn->free_user = g_free;
  g_string_append (conn->head, "220 sink.example ESMTP\r\n");
  bench_conn_send (conn, NULL, 0);
}

static gpointer
sink_run (gpointer data)
{
  BenchSink *sink = data;

  while (!g_atomic_int_get (&sink->stopping))
    bench_loop_round (sink->loop, 100);
  return NULL;
}

BenchSink *
bench_sink_start (guint16 port)
{
  BenchSink *sink = g_new0 (BenchSink, 1);

  g_mutex_init (&sink->mutex);
  g_cond_init (&sink->done);
  sink->loop = bench_loop_new ();
  sink->port = bench_loop_listen (sink->loop, port, on_accepted, sink);
  if (sink->port == 0)
    {
      bench_sink_stop (sink);
      return NULL;
    }
  sink->thread = g_thread_new ("sink", sink_run, sink);
  return sink;
}

void
bench_sink_stop (BenchSink *sink)
{
  g_atomic_int_set (&sink->stopping, TRUE);
  if (sink->thread != NULL)
    g_thread_join (sink->thread);
  bench_loop_free (sink->loop);
  g_mutex_clear (&sink->mutex);
  g_cond_clear (&sink->done);
  g_free (sink->seen);
  g_free (sink);
}

guint16
bench_sink_port (const BenchSink *sink)
{
  return sink->port;
}

void
bench_sink_expect (BenchSink *sink, const BenchText *text, guint64 first, guint n, guint recipients)
{
  g_mutex_lock (&sink->mutex);
  sink->text = text;
  sink->first = first;
  sink->n = n;
  sink->recipients = recipients;
  g_free (sink->seen);
  sink->seen = g_new0 (guint16, n);
  memset (&sink->arrivals, 0, sizeof sink->arrivals);
  g_mutex_unlock (&sink->mutex);
}

void
bench_sink_wait (BenchSink *sink, guint patience_secs, BenchArrivals *arrivals)
{
  gint64 patience = (gint64) patience_secs * G_USEC_PER_SEC;
  gint64 until = g_get_monotonic_time () + patience;
  guint before = 0;

  g_mutex_lock (&sink->mutex);
  while (sink->arrivals.messages < sink->n)
    {
      if (g_cond_wait_until (&sink->done, &sink->mutex, until))
        continue;
      if (sink->arrivals.messages == before)
        break;
      before = sink->arrivals.messages;
      until = g_get_monotonic_time () + patience;
    }
  *arrivals = sink->arrivals;
  g_mutex_unlock (&sink->mutex);
}
