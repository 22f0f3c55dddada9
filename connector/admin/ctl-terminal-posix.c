/*
 * connector/admin/ctl-terminal-posix.c - line editing by libedit on a terminal, plain lines elsewhere.
 */
#include "connector/admin/ctl.h"

#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HISTORY_LINES 500
#define MAX_LINE 65536

gboolean
ist_ctl_is_terminal (void)
{
  return isatty (STDIN_FILENO) && isatty (STDOUT_FILENO);
}

gboolean
ist_ctl_confirm (const char *question)
{
  char answer[16];

  printf ("%s", question);
  fflush (stdout);
  if (fgets (answer, sizeof answer, stdin) == NULL)
    return FALSE;
  g_strstrip (answer);
  return g_ascii_strcasecmp (answer, "y") == 0 || g_ascii_strcasecmp (answer, "yes") == 0;
}

/* ---- Ctrl-C ---- */

static volatile sig_atomic_t interrupted;
static struct sigaction before;

static void
on_interrupt (int number)
{
  interrupted = 1;
}

void
ist_ctl_interrupt_begin (void)
{
  struct sigaction action = { .sa_handler = on_interrupt };

  interrupted = 0;
  sigaction (SIGINT, &action, &before);
}

gboolean
ist_ctl_interrupted (void)
{
  return interrupted != 0;
}

void
ist_ctl_interrupt_end (void)
{
  sigaction (SIGINT, &before, NULL);
}

/* ---- lines ---- */

struct _IstCtlReader
{
  EditLine *edit;   /* NULL: no terminal */
  History *history;
  char *history_file;
  IstCtlComplete complete;
  gpointer user;
};

static char *
prompt (EditLine *edit)
{
  static char text[] = "isthmus> ";

  return text;
}

/* What all candidates begin with. */
static char *
common_start (char **words)
{
  gsize length = strlen (words[0]);

  for (guint i = 1; words[i] != NULL; i++)
    for (gsize k = 0; k < length; k++)
      if (words[i][k] != words[0][k])
        length = k;
  return g_strndup (words[0], length);
}

static void
show_all (char **words)
{
  printf ("\n");
  for (guint i = 0; words[i] != NULL; i++)
    printf ("%s%s", i > 0 ? "  " : "", words[i]);
  printf ("\n");
  fflush (stdout);
}

static unsigned char
on_tab (EditLine *edit, int key)
{
  const LineInfo *info = el_line (edit);
  g_autofree char *line = g_strndup (info->buffer, (gsize) (info->cursor - info->buffer));
  const char *blank = strrchr (line, ' ');
  const char *begin = blank != NULL ? blank + 1 : line;
  IstCtlReader *self = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree char *start = NULL;
  g_autofree char *rest = NULL;

  el_get (edit, EL_CLIENTDATA, &self);
  words = self->complete (self->user, line);
  if (words[0] == NULL)
    return CC_REFRESH_BEEP;
  start = common_start (words);
  rest = g_strconcat (start + strlen (begin), words[1] == NULL ? " " : "", NULL);
  if (rest[0] != '\0')
    return el_insertstr (edit, rest) == 0 ? CC_REFRESH : CC_ERROR;
  show_all (words);
  return CC_REDISPLAY;
}

static void
open_history (IstCtlReader *self)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "isthmus", NULL);
  HistEvent event;

  self->history = history_init ();
  self->history_file = g_build_filename (folder, "history", NULL);
  history (self->history, &event, H_SETSIZE, HISTORY_LINES);
  history (self->history, &event, H_SETUNIQUE, 1);
  if (g_mkdir_with_parents (folder, 0700) == 0)
    history (self->history, &event, H_LOAD, self->history_file);
  el_set (self->edit, EL_HIST, history, self->history);
}

IstCtlReader *
ist_ctl_reader_new (IstCtlComplete complete, gpointer user)
{
  IstCtlReader *self = g_new0 (IstCtlReader, 1);

  self->complete = complete;
  self->user = user;
  if (!ist_ctl_is_terminal ())
    return self;
  self->edit = el_init ("isthmusctl", stdin, stdout, stderr);
  if (self->edit == NULL)
    return self;
  el_set (self->edit, EL_CLIENTDATA, self);
  el_set (self->edit, EL_PROMPT, prompt);
  el_set (self->edit, EL_EDITOR, "emacs");
  el_set (self->edit, EL_SIGNAL, 1);
  el_set (self->edit, EL_ADDFN, "isthmus-complete", "complete", on_tab);
  el_set (self->edit, EL_BIND, "^I", "isthmus-complete", NULL);
  open_history (self);
  return self;
}

static char *
plain_line (void)
{
  g_autofree char *line = g_malloc (MAX_LINE);

  if (fgets (line, MAX_LINE, stdin) == NULL)
    return NULL;
  line[strcspn (line, "\r\n")] = '\0';
  return g_steal_pointer (&line);
}

char *
ist_ctl_reader_line (IstCtlReader *self)
{
  const char *line;
  HistEvent event;
  int length = 0;

  if (self->edit == NULL)
    return plain_line ();
  line = el_gets (self->edit, &length);
  if (line == NULL || length <= 0)
    return NULL;
  if (strspn (line, " \r\n") < (gsize) length)
    history (self->history, &event, H_ENTER, line);
  return g_strndup (line, strcspn (line, "\r\n"));
}

void
ist_ctl_reader_free (IstCtlReader *self)
{
  HistEvent event;

  if (self->edit != NULL)
    {
      history (self->history, &event, H_SAVE, self->history_file);
      history_end (self->history);
      el_end (self->edit);
    }
  g_free (self->history_file);
  g_free (self);
}
