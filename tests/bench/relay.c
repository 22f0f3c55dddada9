#include "tests/bench/relay.h"

#include "tests/bench/load.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>

#define START_SECS 30

static guint16
free_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}

gboolean
bench_port_greets (guint16 port, guint secs)
{
  gint64 until = g_get_monotonic_time () + (gint64) secs * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < until)
    {
      guint greeted;
      double took;

      bench_idle_close (bench_idle_open (port, 1, NULL, 1, &greeted, &took));
      if (greeted > 0)
        return TRUE;
      g_usleep (5000);
    }
  return FALSE;
}

static BenchRelay *
relay_new (const char *name, const char *dir)
{
  BenchRelay *relay = g_new0 (BenchRelay, 1);

  relay->name = name;
  relay->dir = g_strdup (dir);
  relay->port = free_port ();
  return relay;
}

static void
relay_free (BenchRelay *relay)
{
  g_clear_object (&relay->process);
  g_free (relay->dir);
  g_free (relay);
}

static void
preload (GSubprocessLauncher *launcher, const BenchRelayOptions *options)
{
  g_autofree char *msecs = g_strdup_printf ("%u", options->slow_msecs);

  if (options->slow_sync == NULL)
    return;
  g_subprocess_launcher_setenv (launcher, "LD_PRELOAD", options->slow_sync, TRUE);
  g_subprocess_launcher_setenv (launcher, "BENCH_SLOW_MSECS", msecs, TRUE);
}

static gboolean
write_file (const char *dir, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);

  if (g_mkdir_with_parents (dir, 0755) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "create %s: %s", dir, g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents (path, text, -1, error);
}

/* ---- isthmusd ---- */

static char *
isthmus_settings (const BenchRelay *relay, const BenchRelayOptions *o)
{
  GString *out = g_string_new ("[connector]\nhostname = isthmus.example\nqueue-directory = queue\n"
                               "directory-database = directory.db\npostmaster = anna@a.example\n");

  if (o->threshold != NULL)
    g_string_append_printf (out, "body-threshold = %s\n", o->threshold);
  if (o->convert != NULL)
    g_string_append_printf (out, "\n[convert]\n%s\n", o->convert);
  g_string_append_printf (out,
                          "\n[log]\nfile = log/isthmus.log\n\n[admin]\nsocket = admin.sock\n\n"
                          "[side domino]\nrelay = domino\n\n[side exchange]\nrelay = exchange\n\n"
                          "[domain a.example]\ntype = own\nside = domino\ncheck-recipients = no\n\n"
                          "[domain b.example]\ntype = own\nside = exchange\ncheck-recipients = no\n\n"
                          "[domain dead.example]\ntype = own\nside = exchange\ncheck-recipients = no\n\n"
                          "[rule dead]\nrecipients = @dead.example\naction = relay\nrelay = dead\n\n"
                          "[peer load]\nside = %s\naddresses = 127.0.0.1\n\n"
                          "[relay exchange]\nhosts = 127.0.0.1:%u\n\n[relay domino]\nhosts = 127.0.0.1:%u\n\n"
                          "[relay dead]\nhosts = 127.0.0.1:%u\n\n"
                          "[listener in]\naddress = 127.0.0.1:%u\nmax-message-size = 400M\n"
                          "max-sessions = 2000\n",
                          o->from_exchange ? "exchange" : "domino", o->next_hop, o->next_hop,
                          o->dead_port != 0 ? o->dead_port : o->next_hop,
                          relay->port);
  if (o->certificate != NULL)
    g_string_append_printf (out,
                            "tls = bench\n\n[tls bench]\ncertificate-file = %s/bench.example.crt\n"
                            "key-file = %s/bench.example.key\n",
                            o->certificate, o->certificate);
  return g_string_free (out, FALSE);
}

BenchRelay *
bench_isthmus_start (const char *dir, const BenchRelayOptions *options, GError **error)
{
  BenchRelay *relay = relay_new ("Isthmus", dir);
  g_autofree char *text = isthmus_settings (relay, options);
  g_autofree char *path = g_build_filename (dir, "isthmus.conf", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);

  preload (launcher, options);
  if (write_file (dir, "isthmus.conf", text, error))
    relay->process
        = g_subprocess_launcher_spawn (launcher, error, options->program, "--config", path, NULL);
  if (relay->process == NULL)
    {
      relay_free (relay);
      return NULL;
    }
  relay->pid = (gint) g_ascii_strtoll (g_subprocess_get_identifier (relay->process), NULL, 10);
  write_file (dir, "pid", g_subprocess_get_identifier (relay->process), NULL);
  if (bench_port_greets (relay->port, START_SECS))
    return relay;
  bench_relay_stop (relay);
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "isthmusd did not greet in %d s", START_SECS);
  return NULL;
}

/* ---- Postfix ---- */

/* The service table as it is delivered, without chroot; only the port is another. */
static char *
postfix_services (guint16 port)
{
  return g_strdup_printf (
      "127.0.0.1:%u inet n - n - - smtpd\n"
      "pickup unix n - n 60 1 pickup\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n"
      "tlsmgr unix - - n 1000? 1 tlsmgr\nrewrite unix - - n - - trivial-rewrite\n"
      "bounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\n"
      "verify unix - - n - 1 verify\nflush unix n - n 1000? 0 flush\nproxymap unix - - n - - proxymap\n"
      "smtp unix - - n - - smtp\nrelay unix - - n - - smtp\nerror unix - - n - - error\n"
      "retry unix - - n - - error\ndiscard unix - - n - - discard\nlocal unix - n n - - local\n"
      "anvil unix - - n - 1 anvil\nscache unix - - n - 1 scache\npostlog unix-dgram n - n - 1 postlogd\n",
      port);
}

static char *
postfix_settings (const BenchRelay *relay, const BenchRelayOptions *o)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (
      out,
      "compatibility_level = 3.6\nqueue_directory = %s/spool\ndata_directory = %s/data\n"
      "command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\n"
      "shlib_directory = /usr/lib/postfix\nmeta_directory = /etc/postfix\nmail_owner = postfix\n"
      "setgid_group = postdrop\nmaillog_file_prefixes = %s\nmaillog_file = %s/mail.log\n"
      "myhostname = postfix.example\nmydestination =\nalias_maps =\nalias_database =\n"
      "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n"
      "relayhost = [127.0.0.1]:%u\nsmtp_host_lookup = native\nsmtp_dns_support_level = disabled\n"
      "message_size_limit = 419430400\nmailbox_size_limit = 0\n"
      "import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_PRELOAD BENCH_SLOW_MSECS\n",
      relay->dir, relay->dir, relay->dir, relay->dir, o->next_hop);
  if (o->certificate != NULL)
    g_string_append_printf (out,
                            "smtpd_tls_security_level = may\nsmtpd_tls_cert_file = %s/bench.example.crt\n"
                            "smtpd_tls_key_file = %s/bench.example.key\n",
                            o->certificate, o->certificate);
  return g_string_free (out, FALSE);
}

static gboolean
run_postfix (const BenchRelay *relay, const BenchRelayOptions *options, const char *verb, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) process = NULL;

  if (options != NULL)
    preload (launcher, options);
  process = g_subprocess_launcher_spawn (launcher, error, "postfix", "-c", relay->dir, verb, NULL);
  return process != NULL && g_subprocess_wait_check (process, NULL, error);
}

static gint
master_pid (const BenchRelay *relay)
{
  g_autofree char *path = g_build_filename (relay->dir, "spool", "pid", "master.pid", NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  return (gint) g_ascii_strtoll (g_strstrip (text), NULL, 10);
}

BenchRelay *
bench_postfix_start (const char *dir, const BenchRelayOptions *options, GError **error)
{
  BenchRelay *relay = relay_new ("Postfix", dir);
  g_autofree char *settings = postfix_settings (relay, options);
  g_autofree char *services = postfix_services (relay->port);
  g_autofree char *spool = g_build_filename (dir, "spool", NULL);

  if (write_file (dir, "main.cf", settings, error) && write_file (dir, "master.cf", services, error)
      && g_mkdir_with_parents (spool, 0755) == 0
      && run_postfix (relay, options, "start", error) && bench_port_greets (relay->port, START_SECS))
    {
      relay->pid = master_pid (relay);
      return relay;
    }
  if (error != NULL && *error == NULL)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "Postfix did not greet in %d s", START_SECS);
  run_postfix (relay, NULL, "abort", NULL);
  relay_free (relay);
  return NULL;
}

/* ---- the end ---- */

void
bench_relay_stop (BenchRelay *relay)
{
  if (relay == NULL)
    return;
  if (relay->process == NULL)
    run_postfix (relay, NULL, "stop", NULL);
  else
    {
      g_autofree char *pid = g_build_filename (relay->dir, "pid", NULL);

      g_subprocess_send_signal (relay->process, SIGTERM);
      g_subprocess_wait (relay->process, NULL, NULL);
      g_unlink (pid);
    }
  relay_free (relay);
}
