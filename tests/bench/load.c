#include "tests/bench/load.h"

#include "tests/bench/net-posix.h"

#include <string.h>

typedef enum
{
  GREETING,
  EHLO,
  STARTTLS,
  HANDSHAKE,
  EHLO_AGAIN,
  WAITING, /* for its time to send */
  MAIL,
  RCPT,
  DATA,
  TEXT,
  QUIT
} State;

typedef struct
{
  const BenchLoad *load;
  BenchLoadResult *result;
  BenchLoop *loop;
  GPtrArray *sessions;
  GArray *dots, *transactions; /* double, milliseconds */
  guint started;               /* messages */
  guint alive;                 /* sessions */
  gint64 progress;
} Run;

typedef struct
{
  Run *run;
  BenchConn *conn;
  State state;
  gboolean busy; /* with a message */
  guint sent;    /* over this connection */
  guint rcpts;
  guint64 number;
  gint64 connected, began, dot;
} Session;

static void open_session (Session *session);

SSL_CTX *
bench_client_tls (void)
{
  SSL_CTX *context = SSL_CTX_new (TLS_client_method ());

  SSL_CTX_set_verify (context, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  return context;
}

static void
say (Session *session, State next, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
say (Session *session, State next, const char *format, ...)
{
  va_list args;

  session->state = next;
  g_string_truncate (session->conn->tail, 0);
  va_start (args, format);
  g_string_vprintf (session->conn->head, format, args);
  va_end (args);
  bench_conn_send (session->conn, NULL, 0);
}

static gboolean
all_started (const Run *run)
{
  return run->started >= run->load->messages;
}

/* When the next message may begin. */
static gint64
next_time (const Run *run)
{
  if (run->load->rate <= 0)
    return 0;
  return run->result->begun + (gint64) (run->started * G_USEC_PER_SEC / run->load->rate);
}

static void
begin_message (Session *session)
{
  Run *run = session->run;
  const BenchLoad *load = run->load;
  gint64 now = g_get_monotonic_time ();

  if (all_started (run) || (load->per_connection > 0 && session->sent >= load->per_connection))
    {
      say (session, QUIT, "QUIT\r\n");
      return;
    }
  if (now < next_time (run))
    {
      session->state = WAITING;
      return;
    }
  session->number = load->first + run->started++;
  session->busy = TRUE;
  session->rcpts = 0;
  session->began = load->per_connection == 1 ? session->connected : now;
  say (session, MAIL, "MAIL FROM:<anna@%s>\r\n", load->from != NULL ? load->from : "a.example");
}

static void
send_text (Session *session)
{
  BenchConn *conn = session->conn;

  session->state = TEXT;
  g_string_truncate (conn->head, 0);
  g_string_truncate (conn->tail, 0);
  bench_text_head (conn->head, session->run->load->text, session->number);
  bench_text_tail (conn->tail, session->number);
  g_string_append (conn->tail, ".\r\n");
  bench_conn_send (conn, session->run->load->text->body, session->run->load->text->size);
  session->dot = bench_conn_is_sending (conn) ? 0 : g_get_monotonic_time ();
}

static void
add_time (GArray *times, gint64 since)
{
  double msecs = (double) (g_get_monotonic_time () - since) / 1000.0;

  g_array_append_val (times, msecs);
}

static void
message_done (Session *session, gboolean ok)
{
  Run *run = session->run;

  session->busy = FALSE;
  session->sent++;
  if (!ok)
    {
      run->result->failed++;
      return;
    }
  run->result->accepted++;
  add_time (run->dots, session->dot);
  add_time (run->transactions, session->began);
}

/* One complete reply. */
static void
on_reply (Session *session, guint code)
{
  const BenchLoad *load = session->run->load;

  if (code >= 400 && session->state != QUIT)
    {
      if (session->busy)
        message_done (session, FALSE);
      say (session, QUIT, "QUIT\r\n");
      return;
    }
  switch (session->state)
    {
    case GREETING:
      say (session, EHLO, "EHLO load.example\r\n");
      break;
    case EHLO:
      if (load->tls != NULL)
        say (session, STARTTLS, "STARTTLS\r\n");
      else
        begin_message (session);
      break;
    case STARTTLS:
      session->state = HANDSHAKE;
      bench_conn_start_tls (session->conn, load->tls);
      break;
    case EHLO_AGAIN:
      begin_message (session);
      break;
    case MAIL:
    case RCPT:
      if (session->rcpts < load->recipients)
        say (session, RCPT, "RCPT TO:<u%u@%s>\r\n", session->rcpts++, load->domain);
      else
        say (session, DATA, "DATA\r\n");
      break;
    case DATA:
      send_text (session);
      break;
    case TEXT:
      message_done (session, TRUE);
      begin_message (session);
      break;
    case HANDSHAKE:
    case WAITING:
    case QUIT:
      break;
    }
}

/* The connection's end: a message in hand has failed, one was wasted when it was never greeted; the next
 * connection carries on. */
static void
connection_over (Session *session)
{
  Run *run = session->run;

  session->conn = NULL;
  if (session->busy)
    message_done (session, FALSE);
  else if (session->state == GREETING)
    run->started++;
  if (all_started (run))
    run->alive--;
  else
    open_session (session);
}

static void
on_gone (BenchConn *conn)
{
  connection_over (conn->user);
}

static void
on_input (BenchConn *conn)
{
  Session *session = conn->user;

  session->run->progress = g_get_monotonic_time ();
  if (session->state == HANDSHAKE)
    {
      say (session, EHLO_AGAIN, "EHLO load.example\r\n");
      return;
    }
  while (!conn->closed)
    {
      const char *line = (const char *) conn->in->data;
      const char *lf = conn->in->len > 0 ? memchr (line, '\n', conn->in->len) : NULL;
      gboolean last;
      guint code;

      if (lf == NULL)
        return;
      last = lf - line >= 4 && line[3] != '-';
      code = (guint) g_ascii_strtoull (line, NULL, 10);
      g_byte_array_remove_range (conn->in, 0, (guint) (lf - line) + 1);
      if (!last)
        continue;
      if (session->state == QUIT)
        {
          bench_conn_close (conn);
          connection_over (session);
          return;
        }
      on_reply (session, code);
    }
}

static void
open_session (Session *session)
{
  Run *run = session->run;

  session->state = GREETING;
  session->sent = 0;
  session->connected = g_get_monotonic_time ();
  run->result->connections++;
  session->conn = bench_conn_open (run->loop, run->load->port, session, on_input, on_gone);
  if (session->conn != NULL)
    return;
  run->started++;
  run->result->failed++;
  run->alive--;
}

/* The time of the final dot is when the kernel took it; sessions that wait get their turn. */
static void
look_at_sessions (Run *run, gboolean waiting)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < run->sessions->len; i++)
    {
      Session *session = g_ptr_array_index (run->sessions, i);

      if (session->conn == NULL)
        continue;
      if (session->state == TEXT && session->dot == 0 && !bench_conn_is_sending (session->conn))
        session->dot = now;
      if (waiting && session->state == WAITING)
        begin_message (session);
    }
}

static int
by_value (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
quantile (GArray *times, double q)
{
  if (times->len == 0)
    return 0;
  g_array_sort (times, by_value);
  return g_array_index (times, double, MIN ((guint) (times->len * q), times->len - 1));
}

void
bench_load_run (const BenchLoad *load, guint patience_secs, BenchLoadResult *result)
{
  Run run = { .load = load, .result = result };

  memset (result, 0, sizeof *result);
  run.loop = bench_loop_new ();
  run.sessions = g_ptr_array_new_with_free_func (g_free);
  run.dots = g_array_new (FALSE, FALSE, sizeof (double));
  run.transactions = g_array_new (FALSE, FALSE, sizeof (double));
  run.alive = MIN (load->sessions, load->messages);
  result->begun = run.progress = g_get_monotonic_time ();
  for (guint i = 0; i < MIN (load->sessions, load->messages); i++)
    {
      Session *session = g_new0 (Session, 1);

      session->run = &run;
      g_ptr_array_add (run.sessions, session);
      open_session (session);
    }
  while (run.alive > 0
         && g_get_monotonic_time () - run.progress < (gint64) patience_secs * G_USEC_PER_SEC)
    {
      bench_loop_round (run.loop, load->rate > 0 ? 1 : 100);
      look_at_sessions (&run, load->rate > 0);
    }
  result->failed = load->messages - result->accepted;
  result->dot_p50 = quantile (run.dots, 0.5);
  result->dot_p99 = quantile (run.dots, 0.99);
  result->txn_p50 = quantile (run.transactions, 0.5);
  result->txn_p99 = quantile (run.transactions, 0.99);
  bench_loop_free (run.loop);
  g_ptr_array_unref (run.sessions);
  g_array_unref (run.dots);
  g_array_unref (run.transactions);
}
