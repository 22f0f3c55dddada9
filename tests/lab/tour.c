/*
 * tests/lab/tour.c - the quickstart's tour: two mail systems played on loopback, isthmusd between them, real
 * messages of both sides through it.
 *
 * isthmus-lab --daemon PATH --fixtures FOLDER --dir FOLDER [--once]
 */
#include "base/body.h"
#include "routing/smtp/client.h"
#include "tests/lab/sink.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

#define WAIT_SECS 20

typedef struct
{
  const char *title;
  const char *why;       /* what the other side would make of it without us */
  const char *fixture;   /* NULL: the text is never sent, the recipient is refused */
  const char *from;
  const char *to;        /* space-separated */
  gboolean to_exchange;
  const char *must[6];     /* texts that must have arrived, NULL-ended */
  const char *must_not[4]; /* texts that must be gone */
  gboolean whole;        /* must arrive byte for byte below the trace fields */
} Stop;

static const Stop stops[] = {
  { "A Notes memo with its encapsulated copy, from Domino to Exchange",
    "Outlook would show the Notes copy as an attachment that nobody can open, and Notes names as addresses that\n"
    "   nobody can answer to.",
    "notes-memo.eml",
    "anna@acme.example",
    "bob@acme.example",
    TRUE,
    { "From: \"Anna Berg\" <anna@acme.example>", "Cc: \"Carla Diaz\" <carla@acme.example>",
      "To: \"Bob Miller, Sales\" <bob@acme.example>", "das Angebot f=FCr die Pr=FCfstation", NULL },
    { "x-lotus-encap", "@ACME", NULL },
    FALSE },
  { "An Outlook answer to the Notes name, from Exchange to Domino",
    "Exchange wraps a Notes name it cannot read (IMCEANOTES...); Domino would not know that address.",
    "outlook.eml",
    "bob@acme.example",
    "anna.berg@acme.example",
    FALSE,
    { "To: Anna Berg <anna@acme.example>", "\r\n.so\r\n", "Thread-Topic: Pruefstation", NULL },
    { "IMCEANOTES", NULL },
    FALSE },
  { "A signed message, from Exchange to Domino",
    "Nothing in it needs repair, so every byte below the trace fields must stay: signatures break otherwise.",
    "signed.eml",
    "bob@acme.example",
    "carla@acme.example",
    FALSE,
    { NULL },
    { NULL },
    TRUE },
  { "A message to somebody whom neither directory knows",
    "Each system would hand it to the other one, in circles. Isthmus knows both directories and says no at once.",
    NULL,
    "anna@acme.example",
    "nobody@acme.example",
    TRUE,
    { NULL },
    { NULL },
    FALSE },
};

typedef struct
{
  char *dir;
  char *fixtures;
  IstSink *domino, *exchange;
  guint16 port; /* Domino's listener; Exchange's is the next */
  guint16 exchange_port;
  GSubprocess *daemon;
} Lab;

/* ---- setting up ---- */

static guint16
free_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}

static char *
write_config (Lab *self)
{
  char *path = g_build_filename (self->dir, "isthmus.conf", NULL);
  g_autofree char *text = g_strdup_printf (
      "# Written by the quickstart; a small site with one shared mail domain.\n"
      "[connector]\nhostname = isthmus.acme.example\nqueue-directory = queue\n"
      "directory-database = directory.db\npostmaster = anna@acme.example\n\n"
      "[log]\nfile = log/isthmus.log\n\n[admin]\nsocket = admin.sock\n\n"
      "[side domino]\nrelay = domino\nnotes-domain = ACME\n\n[side exchange]\nrelay = exchange\n\n"
      "[domain acme.example]\ntype = shared\n\n"
      "[listener from-domino]\naddress = 127.0.0.1:%u\n\n"
      "[listener from-exchange]\naddress = 127.0.0.1:%u\n\n"
      "[peer domino]\nside = domino\naddresses = 127.0.0.1\nlisteners = from-domino\n\n"
      "[peer exchange]\nside = exchange\naddresses = 127.0.0.1\nlisteners = from-exchange\n\n"
      "[relay domino]\nhosts = 127.0.0.1:%u\n\n[relay exchange]\nhosts = 127.0.0.1:%u\n\n"
      "[directory domino]\nside = domino\nfile = %s/domino.csv\n\n"
      "[directory exchange]\nside = exchange\nfile = %s/exchange.csv\n",
      self->port, self->exchange_port, ist_sink_port (self->domino), ist_sink_port (self->exchange),
      self->fixtures, self->fixtures);

  return g_file_set_contents (path, text, -1, NULL) ? path : NULL;
}

static gboolean
stop_daemon (Lab *self)
{
  gboolean ok;

  if (self->daemon == NULL)
    return FALSE;
  g_subprocess_send_signal (self->daemon, SIGTERM);
  g_subprocess_wait (self->daemon, NULL, NULL);
  ok = g_subprocess_get_if_exited (self->daemon) && g_subprocess_get_exit_status (self->daemon) == 0;
  g_clear_object (&self->daemon);
  return ok;
}

/* FALSE when the daemon ended or took too long. */
static gboolean
wait_for_port (Lab *self, guint16 port)
{
  for (guint i = 0; i < WAIT_SECS * 10 && g_subprocess_get_identifier (self->daemon) != NULL; i++)
    {
      g_autoptr (GSocketClient) client = g_socket_client_new ();
      g_autoptr (GSocketConnection) connection
          = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);

      if (connection != NULL)
        return TRUE;
      g_usleep (100000);
    }
  return FALSE;
}

static gboolean
start_once (Lab *self, const char *program)
{
  g_autofree char *config = NULL;
  g_autoptr (GError) error = NULL;

  self->port = free_port ();
  self->exchange_port = free_port ();
  config = write_config (self);
  if (config == NULL)
    {
      fprintf (stderr, "%s cannot be written\n", self->dir);
      return FALSE;
    }
  self->daemon = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, "--config", config, NULL);
  if (self->daemon == NULL)
    {
      fprintf (stderr, "start %s: %s\n", program, error->message);
      return FALSE;
    }
  return wait_for_port (self, self->port) && wait_for_port (self, self->exchange_port);
}

/* Somebody may have taken a free port between our look and the daemon's: then others are tried. */
static gboolean
start_daemon (Lab *self, const char *program)
{
  for (guint i = 0; i < 3; i++)
    {
      if (start_once (self, program))
        return TRUE;
      stop_daemon (self);
    }
  return FALSE;
}

/* ---- one stop ---- */

static char *
read_fixture (Lab *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->fixtures, name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  return g_strjoinv ("\r\n", lines);
}

/* The code of the answer; 0 when the conversation broke. */
static guint
send (Lab *self, const Stop *stop, const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_auto (GStrv) to = g_strsplit (stop->to, " ", -1);
  g_auto (IstReply) reply = { 0 };
  g_autofree char *note = NULL;
  IstClientFailure failure;
  gboolean sent_dot;
  guint code;
  IstClientOptions options = {
    .address = "127.0.0.1",
    .port = stop->to_exchange ? self->port : self->exchange_port,
    .host = "127.0.0.1",
    .helo = stop->to_exchange ? "domino.acme.example" : "exchange.acme.example",
    .connect_timeout_secs = 10,
    .command_timeout_secs = 30,
    .data_timeout_secs = 30,
    .dot_timeout_secs = 30,
    .quit_timeout_secs = 5,
  };
  g_autoptr (IstClient) client = ist_client_open (&options, &failure, &reply, &note, error);
  IstClientRcpt rcpt = { .address = to[0] };
  IstClientMail mail = { .sender = stop->from, .message = message, .rcpts = &rcpt, .n_rcpts = 1 };

  if (client == NULL || !ist_client_send (client, &mail, &failure, &sent_dot, error))
    return 0;
  code = rcpt.reply.code;
  printf ("   isthmusd answered: %u %s\n", rcpt.reply.code, rcpt.reply.text);
  ist_reply_clear (&rcpt.reply);
  return code;
}

static gboolean
check (const Stop *stop, const char *text)
{
  gboolean ok = TRUE;

  for (guint i = 0; stop->must[i] != NULL; i++)
    if (strstr (text, stop->must[i]) == NULL)
      {
        printf ("   MISSING in what arrived: %s\n", stop->must[i]);
        ok = FALSE;
      }
  for (guint i = 0; stop->must_not[i] != NULL; i++)
    if (strstr (text, stop->must_not[i]) != NULL)
      {
        printf ("   STILL in what arrived: %s\n", stop->must_not[i]);
        ok = FALSE;
      }
  return ok;
}

/* What the log says about the conversion of the newest message. */
static void
print_changes (Lab *self, const char *text)
{
  const char *id = strstr (text, " id ");
  g_autofree char *queue_id = id != NULL ? g_strndup (id + 4, strcspn (id + 4, "\r\n; ")) : g_strdup ("");
  g_autofree char *path = g_build_filename (self->dir, "log", "isthmus.log", NULL);
  g_autofree char *log = NULL;
  g_auto (GStrv) lines = NULL;

  g_usleep (400000);
  if (!g_file_get_contents (path, &log, NULL, NULL))
    return;
  lines = g_strsplit (log, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *what = strstr (lines[i], "\"text\":\"");

      if (strstr (lines[i], queue_id) == NULL || strstr (lines[i], "\"event\":\"converted\"") == NULL
          || what == NULL)
        continue;
      what += 8;
      printf ("   changed: %.*s\n", (int) strcspn (what, "\""), what);
    }
}

static gboolean
visit_refused (Lab *self, const Stop *stop)
{
  g_autoptr (GError) error = NULL;

  if (send (self, stop, "Subject: Hello?\r\n\r\n", &error) != 550)
    {
      printf ("   NOT as expected: %s\n", error != NULL ? error->message : "550 should have been the answer");
      return FALSE;
    }
  printf ("   as expected\n");
  return TRUE;
}

static gboolean
visit (Lab *self, guint number)
{
  const Stop *stop = &stops[number];
  IstSink *sink = stop->to_exchange ? self->exchange : self->domino;
  guint before = ist_sink_count (sink);
  g_autofree char *text = stop->fixture != NULL ? read_fixture (self, stop->fixture) : NULL;
  g_autofree char *arrived = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  printf ("\n%u. %s\n   from <%s> to <%s>\n   %s\n", number + 1, stop->title, stop->from, stop->to, stop->why);
  if (stop->fixture == NULL)
    return visit_refused (self, stop);
  if (text == NULL || send (self, stop, text, &error) != 250)
    {
      printf ("   NOT taken: %s\n", error != NULL ? error->message : "see the answer above");
      return FALSE;
    }
  for (guint i = 0; i < WAIT_SECS * 20 && ist_sink_count (sink) == before; i++)
    g_usleep (50000);
  arrived = ist_sink_newest (sink, &path);
  if (ist_sink_count (sink) == before || arrived == NULL)
    {
      printf ("   NOT arrived within %d s\n", WAIT_SECS);
      return FALSE;
    }
  printf ("   arrived at %s: %s\n", stop->to_exchange ? "Exchange" : "Domino", path);
  print_changes (self, arrived);
  if (stop->whole && !g_str_has_suffix (arrived, text))
    {
      printf ("   CHANGED on the way\n");
      return FALSE;
    }
  if (!check (stop, arrived))
    return FALSE;
  printf ("   as expected%s\n", stop->whole ? ": not one byte changed below the trace fields" : "");
  return TRUE;
}

/* ---- the whole ---- */

/* Every command here works as it is printed, for as long as the tour stays up. */
static void
print_further (Lab *self, const char *program)
{
  g_autofree char *folder = g_path_get_dirname (program);
  g_autofree char *ctl = g_build_filename (folder, "isthmusctl", NULL);
  g_autofree char *site = g_strdup_printf ("%s --config %s/isthmus.conf", ctl, self->dir);

  printf ("\nTo explore further, from another terminal:\n"
          "   less %s/isthmus.conf    # the configuration of this small site\n"
          "   tail -f %s/log/isthmus.log    # every event, one JSON object a line\n"
          "   ls %s/domino/new %s/exchange/new    # what each side got\n"
          "   %s status\n"
          "   %s queue\n"
          "   %s trace bob@acme.example\n"
          "   %s route explain anna@acme.example bob@acme.example\n"
          "   %s log --lines 5\n"
          "   %s reload\n"
          "   %s transforms\n"
          "   %s convert --direction domino-to-exchange < %s/notes-memo.eml\n"
          "   %s    # the console; \"quit\" ends it\n",
          self->dir, self->dir, self->dir, self->dir, site, site, site, site, site, site, site, site,
          self->fixtures, site);
}

static gboolean
on_interrupt (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
stay (Lab *self)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  printf ("\nOr send a message yourself (the program is in the package swaks):\n"
          "   swaks --server 127.0.0.1:%u --from anna@acme.example --to bob@acme.example\n"
          "\nEverything stays up until you press Ctrl-C.\n",
          self->port);
  fflush (stdout);
  g_unix_signal_add (SIGINT, on_interrupt, loop);
  g_unix_signal_add (SIGTERM, on_interrupt, loop);
  g_main_loop_run (loop);
}

static void
print_site (Lab *self)
{
  printf ("Isthmus stands between a Domino and an Exchange system, both played here on loopback. They share the mail\n"
          "domain acme.example: Anna and Carla live on Domino, Bob on Exchange.\n"
          "   Domino hands its mail to 127.0.0.1:%u, Exchange to 127.0.0.1:%u.\n",
          self->port, self->exchange_port);
}

static gboolean
tour (Lab *self, const char *program, gboolean once)
{
  g_autofree char *domino = g_build_filename (self->dir, "domino", NULL);
  g_autofree char *exchange = g_build_filename (self->dir, "exchange", NULL);
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  self->domino = ist_sink_start ("domino", 0, domino, &error);
  self->exchange = self->domino != NULL ? ist_sink_start ("exchange", 0, exchange, &error) : NULL;
  if (self->exchange == NULL)
    {
      fprintf (stderr, "the lab's mail systems: %s\n", error->message);
      return FALSE;
    }
  if (!start_daemon (self, program))
    {
      fprintf (stderr, "isthmusd did not start; its messages are above\n");
      return FALSE;
    }
  print_site (self);
  for (guint i = 0; i < G_N_ELEMENTS (stops); i++)
    ok &= visit (self, i);
  printf ("\nLog: %s/log/isthmus.log\n", self->dir);
  print_further (self, program);
  if (!once)
    stay (self);
  ok &= stop_daemon (self);
  printf ("\n%s\n", ok ? "Everything arrived as expected." : "Something did NOT go as expected; see above.");
  return ok;
}

int
main (int argc, char **argv)
{
  g_autofree char *program = NULL;
  g_autofree char *fixtures = NULL;
  g_autofree char *dir = NULL;
  gboolean once = FALSE;
  const GOptionEntry entries[] = {
    { "daemon", 0, 0, G_OPTION_ARG_FILENAME, &program, "isthmusd", "PATH" },
    { "fixtures", 0, 0, G_OPTION_ARG_FILENAME, &fixtures, "Sample messages and directories", "FOLDER" },
    { "dir", 0, 0, G_OPTION_ARG_FILENAME, &dir, "Where everything is kept", "FOLDER" },
    { "once", 0, 0, G_OPTION_ARG_NONE, &once, "End after the tour", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a tour of Isthmus");
  g_autoptr (GError) error = NULL;
  static Lab lab; /* to the end of the program: threads of open connections may still look at the sinks */

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || program == NULL || fixtures == NULL
      || dir == NULL)
    {
      fprintf (stderr, "%s\n", error != NULL ? error->message : "--daemon, --fixtures and --dir are needed");
      return 2;
    }
  lab.dir = g_canonicalize_filename (dir, NULL);
  lab.fixtures = g_canonicalize_filename (fixtures, NULL);
  return tour (&lab, program, once) ? 0 : 1;
}
