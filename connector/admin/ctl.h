/*
 * connector/admin/ctl.h - the verbs of isthmusctl: one file and one row of the table in ctl-verbs.c each.
 *
 * Exit codes: 0 ok, 1 the answer is no, 2 usage, 3 daemon unreachable, 4 failed. Every verb answers in
 * JSON on standard output with --json; then a failure is {"error": {"code", "text"}} there, besides its
 * words on standard error.
 */
#ifndef IST_CONNECTOR_ADMIN_CTL_H
#define IST_CONNECTOR_ADMIN_CTL_H

#include "base/settings.h"

#include <jansson.h>

G_BEGIN_DECLS

enum
{
  IST_CTL_OK = 0,
  IST_CTL_NO = 1,
  IST_CTL_USAGE = 2,
  IST_CTL_UNREACHABLE = 3,
  IST_CTL_FAILED = 4
};

/* What the options common to all verbs say; strings owned, NULL when not given. */
typedef struct
{
  char *config;
  char *socket;     /* path, or ADDRESS:PORT with token_file */
  char *token_file;
  gboolean json;
} IstCtl;

typedef struct
{
  const char *verb;
  int (*run) (IstCtl *ctl, int argc, char **argv); /* argv[0] is the verb */
  const char *words;   /* words that may follow the verb, separated by blanks; for completion */
  const char *summary; /* one line */
  const char *usage;   /* lines, each a form of the command and what it does */
} IstCtlVerb;

/* Ended by a row with verb NULL. */
extern const IstCtlVerb ist_ctl_verbs[];

/* Runs one command; options before the verb are taken too. argv[0] is the program's name or ignored. */
int ist_ctl_run (const IstCtl *common, int argc, char **argv);

/* The console: reads commands from standard input until "quit" or its end. On a terminal with history and
 * completion. Gives the exit code of the last command that failed, else 0. */
int ist_ctl_interactive (const IstCtl *common);

/* ---- for the verbs ---- */

/* Takes the options of `entries` (may be NULL) and the common ones out of argv, wherever they stand. FALSE:
 * words on standard error. */
gboolean ist_ctl_parse (IstCtl *ctl, const GOptionEntry *entries, int *argc, char ***argv);

/* Prints words (and the JSON error), gives `code` back. */
int ist_ctl_fail (const IstCtl *ctl, int code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Says how the verb is used; gives IST_CTL_USAGE. */
int ist_ctl_usage (const IstCtl *ctl, const char *verb);

/* Prints `json` (taken) with a line end. */
void ist_ctl_print_json (json_t *json);

/* The file of --config or the default one. */
const char *ist_ctl_config_path (const IstCtl *ctl);

/* The configuration, complaints through ist_ctl_fail(); NULL when it is wrong. */
IstSettings *ist_ctl_settings (const IstCtl *ctl);

/* ---- asking the daemon (ctl-daemon.c) ---- */

/* One request. Gives the answer's JSON (caller's) and its HTTP status, or NULL with *code set: the daemon
 * cannot be reached, or what it said is no JSON. With `quiet` nothing is printed then. `body` is taken. */
json_t *ist_ctl_call (const IstCtl *ctl, const char *method, const char *path, json_t *body, gboolean quiet,
                      guint *http_status, int *code);

/* Prints what the daemon refused with (`json`, taken); gives 1 when it knows of no such thing or it may not
 * be, 2 for a wrong request, 4 for the rest. */
int ist_ctl_refused (const IstCtl *ctl, json_t *json, guint http_status);

/* As ist_ctl_call(), for when only success is of interest: otherwise what the daemon said is printed and *code
 * is that of ist_ctl_refused(). */
json_t *ist_ctl_ask (const IstCtl *ctl, const char *method, const char *path, json_t *body, int *code);

/* Bytes that are no JSON; NULL as above. */
GBytes *ist_ctl_fetch (const IstCtl *ctl, const char *path, int *code);

/* "NAME=VALUE" with the value percent-encoded, appended to a path with '?' or '&'; NULL is left out. */
void ist_ctl_param (GString *path, const char *name, const char *value);

/* ---- printing (ctl-print.c) ---- */

/* What comes from outside must not move the cursor or colour the screen: in every text of `json` a character
 * that does not print becomes \uXXXX. Done to all answers unless JSON is what is printed. */
void ist_ctl_clean (json_t *json);

const char *ist_ctl_text (const json_t *object, const char *key); /* "" for null and absent; borrowed */
gint64 ist_ctl_number (const json_t *object, const char *key);
char *ist_ctl_local_time (const json_t *object, const char *key); /* "-" for null; g_free() */
char *ist_ctl_duration (gint64 secs);                             /* "3 h 12 min"; g_free() */
void ist_ctl_print_event (const json_t *event);                   /* one line for people */
void ist_ctl_print_relays (const json_t *queue);
void ist_ctl_print_message (const json_t *message);               /* all of it */
/* "3 messages", "1 message" */
char *ist_ctl_count (gint64 n, const char *singular, const char *plural);

/* ---- the terminal (ctl-terminal-posix.c) ---- */

gboolean ist_ctl_is_terminal (void); /* standard input and output */

/* Asks a question that "y" or "yes" answers. */
gboolean ist_ctl_confirm (const char *question);

/* While a command runs that goes on until it is interrupted: TRUE once Ctrl-C was pressed. */
void ist_ctl_interrupt_begin (void);
gboolean ist_ctl_interrupted (void);
void ist_ctl_interrupt_end (void);

typedef struct _IstCtlReader IstCtlReader;

/* Gives the words that may stand at the end of `line`, NULL-ended, g_strfreev(). */
typedef char **(*IstCtlComplete) (gpointer user, const char *line);

IstCtlReader *ist_ctl_reader_new (IstCtlComplete complete, gpointer user);
char *ist_ctl_reader_line (IstCtlReader *reader); /* without line end; NULL at the end of input */
void ist_ctl_reader_free (IstCtlReader *reader);

/* ---- the verbs ---- */

int ist_ctl_config (IstCtl *ctl, int argc, char **argv);
int ist_ctl_convert (IstCtl *ctl, int argc, char **argv);
int ist_ctl_help (IstCtl *ctl, int argc, char **argv);
int ist_ctl_inspect (IstCtl *ctl, int argc, char **argv);
int ist_ctl_log (IstCtl *ctl, int argc, char **argv);
int ist_ctl_queue (IstCtl *ctl, int argc, char **argv);
int ist_ctl_queue_act (IstCtl *ctl, int argc, char **argv); /* argv[0] is the action */
int ist_ctl_reload (IstCtl *ctl, int argc, char **argv);
int ist_ctl_route (IstCtl *ctl, int argc, char **argv);
int ist_ctl_status (IstCtl *ctl, int argc, char **argv);
int ist_ctl_trace (IstCtl *ctl, int argc, char **argv);
int ist_ctl_transforms (IstCtl *ctl, int argc, char **argv);
int ist_ctl_version (IstCtl *ctl, int argc, char **argv);

G_END_DECLS

#endif
