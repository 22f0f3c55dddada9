#include "tests/bench/load.h"
#include "tests/bench/net-posix.h"

#include <string.h>

struct _BenchIdle
{
  BenchLoop *loop;
  SSL_CTX *tls;
  guint greeted, ready, lost;
  gint64 last_greeted;
};

typedef enum
{
  GREETING,
  EHLO,
  STARTTLS,
  HANDSHAKE,
  READY
} State;

typedef struct
{
  BenchIdle *idle;
  State state;
} Session;

static void
say (BenchConn *conn, State next, const char *line)
{
  ((Session *) conn->user)->state = next;
  g_string_assign (conn->head, line);
  bench_conn_send (conn, NULL, 0);
}

static void
on_reply (BenchConn *conn)
{
  Session *session = conn->user;
  BenchIdle *idle = session->idle;

  switch (session->state)
    {
    case GREETING:
      idle->greeted++;
      idle->last_greeted = g_get_monotonic_time ();
      say (conn, EHLO, "EHLO load.example\r\n");
      break;
    case EHLO:
      if (idle->tls != NULL && conn->ssl == NULL)
        {
          say (conn, STARTTLS, "STARTTLS\r\n");
          break;
        }
      session->state = READY;
      idle->ready++;
      break;
    case STARTTLS:
      session->state = HANDSHAKE;
      bench_conn_start_tls (conn, idle->tls);
      break;
    default:
      break;
    }
}

/* A 4xx greeting ("too many") is no greeting: such a session stays where it is. */
static void
on_input (BenchConn *conn)
{
  if (((Session *) conn->user)->state == HANDSHAKE)
    {
      say (conn, EHLO, "EHLO load.example\r\n");
      return;
    }
  for (;;)
    {
      const char *line = (const char *) conn->in->data;
      const char *lf = conn->in->len > 0 ? memchr (line, '\n', conn->in->len) : NULL;
      gboolean good;

      if (lf == NULL)
        return;
      good = lf - line >= 4 && line[0] == '2' && line[3] != '-';
      g_byte_array_remove_range (conn->in, 0, (guint) (lf - line) + 1);
      if (good)
        on_reply (conn);
    }
}

static void
on_gone (BenchConn *conn)
{
  ((Session *) conn->user)->idle->lost++;
}

BenchIdle *
bench_idle_open (guint16 port, guint sessions, SSL_CTX *tls, guint patience_secs, guint *greeted,
                 double *secs)
{
  BenchIdle *idle = g_new0 (BenchIdle, 1);
  gint64 begun = g_get_monotonic_time ();

  idle->loop = bench_loop_new ();
  idle->tls = tls;
  for (guint i = 0; i < sessions; i++)
    {
      Session *session = g_new0 (Session, 1);
      BenchConn *conn = bench_conn_open (idle->loop, port, session, on_input, on_gone);

      session->idle = idle;
      if (conn != NULL)
        conn->free_user = g_free;
      else
        {
          idle->lost++;
          g_free (session);
        }
    }
  while (idle->ready + idle->lost < sessions
         && g_get_monotonic_time () - begun < (gint64) patience_secs * G_USEC_PER_SEC)
    bench_loop_round (idle->loop, 20);
  *greeted = idle->greeted;
  *secs = idle->greeted > 0 ? (double) (idle->last_greeted - begun) / G_USEC_PER_SEC : 0;
  return idle;
}

void
bench_idle_close (BenchIdle *idle)
{
  bench_loop_free (idle->loop);
  g_free (idle);
}
