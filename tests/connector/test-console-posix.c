/*
 * tests/connector/test-console-posix.c - the interactive console, through a pseudo terminal.
 */
#include "config.h"

#include "tests/connector/site.h"
#include "tests/harness/harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define WAIT_MSECS 20000

extern char **environ;

typedef struct
{
  int terminal;    /* our end */
  pid_t pid;
  GString *screen; /* all that was printed */
  gsize seen;      /* up to where expect() has looked */
} Console;

/* libedit 3.1 keeps the two names of an added function when it ends; a sanitizer would have the console fail
 * for these. Nothing of ours calls wcsdup(). */
static void
forgive_libedit (const IstSite *site)
{
  g_autofree char *file = g_build_filename (site->dir, "lsan.supp", NULL);
  g_autofree char *options = g_strdup_printf ("suppressions=%s:print_suppressions=0", file);

  g_file_set_contents (file, "leak:wcsdup\n", -1, NULL);
  g_setenv ("LSAN_OPTIONS", options, TRUE);
}

/* Opened by the child too, as its terminal: that is what makes Ctrl-C a signal. */
static gboolean
console_start (Console *self, IstSite *site)
{
  char *argv[] = { site->ctl, (char *) "--config", site->config, NULL };
  const struct winsize size = { .ws_row = 50, .ws_col = 200 };
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  const char *name;
  int failed;

  self->screen = g_string_new (NULL);
  self->seen = 0;
  self->terminal = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (self->terminal < 0 || grantpt (self->terminal) != 0 || unlockpt (self->terminal) != 0)
    return FALSE;
  ioctl (self->terminal, TIOCSWINSZ, &size);
  name = ptsname (self->terminal);
  forgive_libedit (site);
  g_setenv ("TERM", "vt100", TRUE);
  g_setenv ("XDG_STATE_HOME", site->dir, TRUE);
  posix_spawn_file_actions_init (&files);
  posix_spawn_file_actions_addopen (&files, 0, name, O_RDWR, 0);
  posix_spawn_file_actions_adddup2 (&files, 0, 1);
  posix_spawn_file_actions_adddup2 (&files, 0, 2);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSID);
  failed = posix_spawn (&self->pid, site->ctl, &files, &attributes, argv, environ);
  posix_spawn_file_actions_destroy (&files);
  posix_spawnattr_destroy (&attributes);
  return failed == 0;
}

static gboolean
read_more (Console *self, int wait_msecs)
{
  struct pollfd poller = { .fd = self->terminal, .events = POLLIN };
  char buffer[4096];
  gssize n;

  if (poll (&poller, 1, wait_msecs) <= 0)
    return FALSE;
  n = read (self->terminal, buffer, sizeof buffer);
  if (n <= 0)
    return FALSE;
  g_string_append_len (self->screen, buffer, n);
  return TRUE;
}

/* Waits until `text` is printed behind what was expected before. */
static gboolean
expect (Console *self, const char *text)
{
  for (;;)
    {
      const char *at = strstr (self->screen->str + self->seen, text);

      if (at != NULL)
        {
          self->seen = (gsize) (at - self->screen->str) + strlen (text);
          return TRUE;
        }
      if (!read_more (self, WAIT_MSECS))
        break;
    }
  ist_note ("the console said: %s", self->screen->str + self->seen);
  return IST_ASSERT_STR ("(not printed)", text);
}

/* libedit prints its prompt a moment before it takes the terminal out of line mode; a key that falls in
 * between would be read in the old mode. */
static void
at_prompt (Console *self)
{
  struct termios mode = { 0 };

  if (!expect (self, "isthmus> "))
    return;
  for (guint i = 0; i < 2000; i++)
    {
      if (tcgetattr (self->terminal, &mode) == 0 && (mode.c_lflag & ICANON) == 0)
        return;
      g_usleep (10000);
    }
  IST_ASSERT ((mode.c_lflag & ICANON) == 0);
}

static void
type (Console *self, const char *text)
{
  IST_ASSERT (write (self->terminal, text, strlen (text)) == (gssize) strlen (text));
}

/* Exit status, -1 when it did not end by itself. */
static int
console_end (Console *self)
{
  int status = 0;
  pid_t ended = 0;

  for (guint i = 0; i < 400 && ended == 0; i++)
    {
      while (read_more (self, 0))
        ;
      ended = waitpid (self->pid, &status, WNOHANG);
      g_usleep (50000);
    }
  if (ended == 0)
    {
      kill (self->pid, SIGKILL);
      waitpid (self->pid, &status, 0);
      status = -1;
    }
  close (self->terminal);
  g_string_free (self->screen, TRUE);
  return status != -1 && WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

static void
test_session (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  Console console;

  if (!IST_ASSERT (console_start (&console, site)))
    return;
  at_prompt (&console);
  type (&console, "queue list\r");
  expect (&console, id);
  at_prompt (&console);
  type (&console, "nonsense\r");
  expect (&console, "there is no verb");
  at_prompt (&console);
  type (&console, "quit\r");
  IST_ASSERT_INT (console_end (&console), 0);
  ist_site_stop (site);
}

static void
test_end_of_input (void)
{
  IstSite *site = ist_site_start ("");
  Console console;

  if (!IST_ASSERT (console_start (&console, site)))
    return;
  at_prompt (&console);
  type (&console, "\004");
  IST_ASSERT_INT (console_end (&console), 0);
  ist_site_stop (site);
}

/* Verbs, words, relay names, states and queue ids. */
static void
test_completion (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id G_GNUC_UNUSED = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  Console console;

  if (!IST_ASSERT (console_start (&console, site)))
    return;
  at_prompt (&console);
  type (&console, "que\tsho\t\t\r");
  expect (&console, "to <bob@acme.example>: held");
  at_prompt (&console);
  type (&console, "queue list --relay exch\t--state h\t\r");
  expect (&console, "bob@acme.example");
  at_prompt (&console);
  type (&console, "tra\t");
  expect (&console, "trace  transforms");
  type (&console, "\025quit\r");
  IST_ASSERT_INT (console_end (&console), 0);
  ist_site_stop (site);
}

/* The line before comes back with the arrow, also in the next session. */
static void
test_history (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *file = g_build_filename (site->dir, "isthmus", "history", NULL);

  for (guint i = 0; i < 2; i++)
    {
      Console console;

      ist_row ("session %u", i + 1);
      if (!IST_ASSERT (console_start (&console, site)))
        return;
      at_prompt (&console);
      if (i == 0)
        type (&console, "version\r");
      else
        type (&console, "\033[A\033[A\r");
      expect (&console, "isthmus 0");
      at_prompt (&console);
      type (&console, "quit\r");
      IST_ASSERT_INT (console_end (&console), 0);
    }
  IST_ASSERT (g_file_test (file, G_FILE_TEST_EXISTS));
  ist_site_stop (site);
}

static void
test_delete_asks (void)
{
  static const struct
  {
    const char *answer;
    gboolean deleted;
  } rows[] = { { "n\r", FALSE }, { "\r", FALSE }, { "yes\r", TRUE } };
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  g_autofree char *line = g_strdup_printf ("queue delete %s\r", id);
  Console console;

  if (!IST_ASSERT (console_start (&console, site)))
    return;
  at_prompt (&console);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ist_row ("%s", rows[i].answer);
      type (&console, line);
      expect (&console, "1 message with 1 recipient");
      expect (&console, "[y/N] ");
      type (&console, rows[i].answer);
      at_prompt (&console);
      IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, NULL, "queue", "show", id, NULL), rows[i].deleted ? 1 : 0);
    }
  type (&console, "quit\r");
  IST_ASSERT_INT (console_end (&console), 0);
  ist_site_stop (site);
}

/* Ctrl-C ends what goes on and comes back to the prompt. */
static void
test_interrupt_follow (void)
{
  IstSite *site = ist_site_start ("");
  Console console;

  if (!IST_ASSERT (console_start (&console, site)))
    return;
  at_prompt (&console);
  type (&console, "log --follow --lines 1\r");
  expect (&console, "connector started");
  ist_log (site->instance->log, IST_LOG_INFO, "test", "seen-live", NULL, NULL, NULL);
  expect (&console, "seen-live");
  type (&console, "\003");
  at_prompt (&console);
  type (&console, "version\r");
  expect (&console, "isthmus 0");
  type (&console, "quit\r");
  IST_ASSERT_INT (console_end (&console), 0);
  ist_site_stop (site);
}

/* A bare chroot has no /dev/pts. */
static gboolean
has_terminals (void)
{
  int terminal = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  gboolean ok = terminal >= 0 && grantpt (terminal) == 0 && unlockpt (terminal) == 0;

  if (terminal >= 0)
    close (terminal);
  return ok;
}

int
main (void)
{
  static const IstTest tests[] = {
    { "session", test_session },
    { "end-of-input", test_end_of_input },
    { "completion", test_completion },
    { "history", test_history },
    { "delete-asks", test_delete_asks },
    { "interrupt-follow", test_interrupt_follow },
    { NULL, NULL },
  };

  if (!has_terminals ())
    {
      printf ("1..0 # SKIP no pseudo terminals here; is /dev/pts mounted?\n");
      return 0;
    }
  return ist_test_main ("console", tests);
}
