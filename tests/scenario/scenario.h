/*
 * tests/scenario/scenario.h - a whole instance, both mail systems around it, and a clock that the test moves.
 *
 *   IstScenario *s = ist_scenario_new ();                 a small site: see below
 *   ist_scenario_configure (s, "[relay exchange]\nretry = 1m\n");
 *   ist_scenario_start (s);
 *   ist_host_says (s->exchange, 1, "RCPT", "450 4.2.1 not now");
 *   ist_scenario_send (s, "domino", "anna@acme.example", "bob@acme.example", NULL);
 *   ist_scenario_settle (s);                              nothing is due any more
 *   ist_scenario_pass (s, 70);                            70 s later
 *   IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
 *   ist_scenario_free (s);
 *
 * The site: domain acme.example shared by both sides; anna, carla, dora, walter (Notes) on Domino;
 * bob, eve, frank (Outlook) on Exchange; one relay a side to a fake host, one for the Internet; a listener a
 * side, named like the side, whose peer is 127.0.0.1.
 *
 * Time: only ist_scenario_pass() moves the clock, and never while something is due: it goes from one due time to the
 * next and lets each settle. "Settled" is asked of the queue itself: everything finished is committed and no
 * recipient is due. A scenario that waits for something else (a host that is found dead) waits for its event.
 */
#ifndef IST_TESTS_SCENARIO_H
#define IST_TESTS_SCENARIO_H

#include "connector/instance.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"
#include "tests/scenario/host.h"
#include "tests/scenario/name-server.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

typedef struct
{
  char *dir;
  IstHost *domino, *exchange, *internet;
  IstInstance *instance;
  /* private */
  GKeyFile *config;
  GString *people[2]; /* CSV rows: domino, exchange */
  guint64 log_seen;
  GPtrArray *events; /* json_t of every line so far */
  GPtrArray *texts;  /* strings given out */
} IstScenario;

IstScenario *ist_scenario_new (void);
void ist_scenario_free (IstScenario *s); /* also after a failed start */

/* Keys in key-file form; they replace or add to those of the small site. "key =" with no value removes it.
 * Before the start, or before ist_scenario_reload(). */
void ist_scenario_configure (IstScenario *s, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* One more row of a side's directory: "address,display-name,notes-name,legacy-dn,aliases,groups,kind" with
 * empty fields where there is nothing. */
void ist_scenario_person (IstScenario *s, IstSide side, const char *row);
void ist_scenario_forget_person (IstScenario *s, IstSide side, const char *address);

gboolean ist_scenario_start (IstScenario *s); /* FALSE: the test has failed */
gboolean ist_scenario_open (IstScenario *s);  /* only opens queue and directory; start does the rest */
void ist_scenario_stop (IstScenario *s);      /* the instance alone; start brings it back */
gboolean ist_scenario_reload (IstScenario *s);

/* A message from the mail system of `side` ("domino", "exchange", "internet"); from and to as for
 * ist_sender_send(); `text` NULL: a small one. Gives the reply, owned by the scenario. */
const char *ist_scenario_send (IstScenario *s, const char *side, const char *from, const char *to,
                               const char *text);

/* The same for text with NUL bytes in it. */
const char *ist_scenario_send_bytes (IstScenario *s, const char *side, const char *from,
                                     const char *to, const char *text, gsize size_bytes);

/* Waits (real time, at most 20 s) until nothing is due. Mail that is due but whose hosts have no room ("busy")
 * waits for the clock: it then creeps, a quarter of a second at a time and at most 20 s, far below any time-out of a
 * connection. FALSE: the test has failed. */
gboolean ist_scenario_settle (IstScenario *s);

/* Lets `secs` of the clock go by, from one due time to the next. */
void ist_scenario_pass (IstScenario *s, gint64 secs);

/* Moves the clock at once, although something is under way: a host is silent. */
void ist_scenario_jump (IstScenario *s, gint64 secs);

/* How many events so far are named `event` and have these fields; pairs of name and value (a value that begins
 * with '~' needs only to be in the field), ended by NULL. */
guint ist_scenario_count (IstScenario *s, const char *event, ...) G_GNUC_NULL_TERMINATED;

/* Waits (real time, at most 20 s) until the newest lines of the log bring that event `n` times. */
gboolean ist_scenario_await (IstScenario *s, guint n, const char *event, const char *field,
                             const char *value);
/* The same for anything: `what` is asked until it is TRUE. */
gboolean ist_scenario_until (gboolean (*what) (gpointer user), gpointer user, const char *words);

/* The newest value of `field` of that event, "" if there is none; owned by the scenario. */
const char *ist_scenario_event (IstScenario *s, const char *event, const char *field);

/* The texts of all events of that name about one message; g_strfreev(). */
char **ist_scenario_texts (IstScenario *s, const char *event, const char *queue_id);

guint ist_scenario_queued (IstScenario *s, int state); /* recipient rows; -1: of any state */

/* The first field `name` of what arrived, unfolded, owned by the scenario; "" without it. */
const char *ist_scenario_field (IstScenario *s, const IstArrival *arrival, const char *name);

#endif
