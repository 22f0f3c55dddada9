#include "tests/scenario/scenario.h"

#include "base/clock.h"
#include "tests/scenario/sender.h"

#include <jansson.h>
#include <string.h>

#define PATIENCE_USECS (60 * G_USEC_PER_SEC)
#define MAX_STEP_SECS (15 * MINUTE)
#define CREEP_USECS (G_USEC_PER_SEC / 4)
#define CREEP_AFTER_USECS (G_USEC_PER_SEC / 25)
#define CREEP_MOST_USECS (20 * G_USEC_PER_SEC)

static const char small_site[]
    = "[connector]\nhostname = isthmus.acme.example\nqueue-directory = queue\n"
      "directory-database = directory.db\nmin-free = 1M\n"
      "[log]\nfile = isthmus.log\n"
      "[admin]\nsocket = admin.sock\n"
      "[side domino]\nrelay = domino\nnotes-domain = ACME\n"
      "[side exchange]\nrelay = exchange\n"
      "[side internet]\nrelay = internet\n"
      "[domain acme.example]\ntype = shared\n"
      "[listener domino]\naddress = 127.0.0.1:0\n"
      "[listener exchange]\naddress = 127.0.0.1:0\n"
      "[listener internet]\naddress = 127.0.0.1:0\n"
      "[peer domino]\nside = domino\naddresses = 127.0.0.1\nlisteners = domino\nrelay-internet = yes\n"
      "[peer exchange]\nside = exchange\naddresses = 127.0.0.1\nlisteners = exchange\n"
      "relay-internet = yes\n"
      "[peer internet]\nside = internet\naddresses = 127.0.0.1\nlisteners = internet\n"
      "[relay domino]\ntls-level = none\n"
      "[relay exchange]\ntls-level = none\n"
      "[relay internet]\ntls-level = none\n"
      "[directory domino]\nside = domino\nfile = domino.csv\n"
      "[directory exchange]\nside = exchange\nfile = exchange.csv\n";

static const char columns[] = "address,display-name,notes-name,legacy-dn,aliases,groups,kind\n";

static const char *const domino_people[] = {
  "anna@acme.example,Anna Berg,CN=Anna Berg/OU=Research/O=Acme,,anna.berg@acme.example,,person",
  "carla@acme.example,Carla Diaz,CN=Carla Diaz/OU=Sales/O=Acme,,,,person",
  "dora@acme.example,Dora Ehlert,CN=Dora Ehlert/OU=Sales/O=Acme,,,,person",
  "walter@acme.example,Walter Frisch,CN=Walter Frisch/O=Acme,,,,person",
};

static const char *const exchange_people[] = {
  "bob@acme.example,\"Miller, Bob\",,/o=Acme/ou=First/cn=Recipients/cn=bob,,,person",
  "eve@acme.example,Eve Novak,,/o=Acme/ou=First/cn=Recipients/cn=eve,,,person",
  "frank@acme.example,Frank Olsen,,/o=Acme/ou=First/cn=Recipients/cn=frank,,,person",
};

static const char *
keep (IstScenario *s, char *text)
{
  g_ptr_array_add (s->texts, text);
  return text;
}

/* ---- building ---- */

IstScenario *
ist_scenario_new (void)
{
  IstScenario *s = g_new0 (IstScenario, 1);

  s->dir = ist_test_dir ();
  s->domino = ist_host_new ("127.0.0.1", 0);
  s->exchange = ist_host_new ("127.0.0.1", 0);
  s->internet = ist_host_new ("127.0.0.1", 0);
  s->config = g_key_file_new ();
  s->events = g_ptr_array_new_with_free_func ((GDestroyNotify) json_decref);
  s->texts = g_ptr_array_new_with_free_func (g_free);
  s->people[0] = g_string_new (columns);
  s->people[1] = g_string_new (columns);
  for (gsize i = 0; i < G_N_ELEMENTS (domino_people); i++)
    ist_scenario_person (s, IST_SIDE_DOMINO, domino_people[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (exchange_people); i++)
    ist_scenario_person (s, IST_SIDE_EXCHANGE, exchange_people[i]);
  ist_scenario_configure (s, "%s", small_site);
  ist_scenario_configure (s,
                          "[relay domino]\nhosts = 127.0.0.1:%u\n[relay exchange]\nhosts = "
                          "127.0.0.1:%u\n[relay internet]\nhosts = 127.0.0.1:%u\n",
                          ist_host_port (s->domino), ist_host_port (s->exchange),
                          ist_host_port (s->internet));
  return s;
}

void
ist_scenario_configure (IstScenario *s, const char *format, ...)
{
  g_autoptr (GKeyFile) more = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) groups = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (!g_key_file_load_from_data (more, text, strlen (text), G_KEY_FILE_NONE, &error))
    g_error ("scenario configuration: %s", error->message);
  groups = g_key_file_get_groups (more, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (more, groups[i], NULL, NULL);

      for (guint k = 0; keys[k] != NULL; k++)
        {
          g_autofree char *value = g_key_file_get_value (more, groups[i], keys[k], NULL);

          if (value[0] != '\0')
            g_key_file_set_value (s->config, groups[i], keys[k], value);
          else
            g_key_file_remove_key (s->config, groups[i], keys[k], NULL);
        }
    }
}

void
ist_scenario_person (IstScenario *s, IstSide side, const char *row)
{
  g_string_append_printf (s->people[side == IST_SIDE_EXCHANGE], "%s\n", row);
}

void
ist_scenario_forget_person (IstScenario *s, IstSide side, const char *address)
{
  GString *people = s->people[side == IST_SIDE_EXCHANGE];
  g_autofree char *begin = g_strdup_printf ("\n%s,", address);
  const char *row = strstr (people->str, begin);

  g_return_if_fail (row != NULL);
  g_string_erase (people, row - people->str, (gssize) strcspn (row + 1, "\n") + 1);
}

static char *
write_files (IstScenario *s)
{
  char *path = g_build_filename (s->dir, "isthmus.conf", NULL);
  g_autofree char *domino = g_build_filename (s->dir, "domino.csv", NULL);
  g_autofree char *exchange = g_build_filename (s->dir, "exchange.csv", NULL);

  g_file_set_contents (domino, s->people[0]->str, -1, NULL);
  g_file_set_contents (exchange, s->people[1]->str, -1, NULL);
  g_key_file_save_to_file (s->config, path, NULL);
  return path;
}

gboolean
ist_scenario_open (IstScenario *s)
{
  g_autofree char *path = write_files (s);
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  IstSettings *settings = ist_settings_load (path, tables, errors);
  IstInstanceOptions options = { .log_to_stderr = FALSE };

  s->log_seen = 0;
  if (settings != NULL)
    s->instance = ist_instance_new (settings, &options, errors);
  for (guint i = 0; i < errors->len; i++)
    ist_note ("%s", (const char *) g_ptr_array_index (errors, i));
  return IST_ASSERT (s->instance != NULL);
}

gboolean
ist_scenario_start (IstScenario *s)
{
  g_autoptr (GError) error = NULL;

  if (s->instance == NULL && !ist_scenario_open (s))
    return FALSE;
  ist_instance_start (s->instance, &error);
  return IST_ASSERT_NO_ERROR (error);
}

static void read_log (IstScenario *s);

void
ist_scenario_stop (IstScenario *s)
{
  if (s->instance == NULL)
    return;
  ist_instance_stop (s->instance);
  read_log (s);
  g_clear_pointer (&s->instance, ist_instance_free);
}

gboolean
ist_scenario_reload (IstScenario *s)
{
  g_autofree char *path G_GNUC_UNUSED = write_files (s);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) waiting = NULL;
  gboolean ok = ist_instance_reload (s->instance, errors, &waiting);

  for (guint i = 0; i < errors->len; i++)
    ist_note ("%s", (const char *) g_ptr_array_index (errors, i));
  return IST_ASSERT (ok);
}

/* The hosts first: a delivery that waits for a silent one would hold up the stop. */
void
ist_scenario_free (IstScenario *s)
{
  ist_host_down (s->domino);
  ist_host_down (s->exchange);
  ist_host_down (s->internet);
  ist_scenario_stop (s);
  ist_host_free (s->domino);
  ist_host_free (s->exchange);
  ist_host_free (s->internet);
  g_key_file_unref (s->config);
  g_string_free (s->people[0], TRUE);
  g_string_free (s->people[1], TRUE);
  g_ptr_array_unref (s->events);
  g_ptr_array_unref (s->texts);
  g_free (s->dir);
  g_free (s);
}

/* ---- mail ---- */

const char *
ist_scenario_send (IstScenario *s, const char *side, const char *from, const char *to,
                   const char *text)
{
  static guint number;
  g_autofree char *small = NULL;

  if (text == NULL)
    {
      small = g_strdup_printf ("From: <%.*s>\nTo: <%.*s>\nSubject: Test %u\n"
                               "Date: Mon, 21 Sep 2026 10:00:00 +0000\n"
                               "Message-ID: <m%u@sender.example>\n\nHello.\n",
                               (int) strcspn (from, " "), from, (int) strcspn (to, " |"), to,
                               number, number);
      number++;
      text = small;
    }
  return ist_scenario_send_bytes (s, side, from, to, text, strlen (text));
}

const char *
ist_scenario_send_bytes (IstScenario *s, const char *side, const char *from, const char *to,
                         const char *text, gsize size_bytes)
{
  return keep (s, ist_sender_send (ist_instance_port (s->instance, side), from, to, text,
                                   size_bytes));
}

const char *
ist_scenario_field (IstScenario *s, const IstArrival *arrival, const char *name)
{
  g_autofree char *begin = g_strdup_printf ("\r\n%s:", name);
  g_autofree char *lower = g_ascii_strdown (begin, -1);
  g_autofree char *text = g_strconcat ("\r\n", arrival != NULL ? arrival->text->str : "", NULL);
  g_autofree char *text_lower = g_ascii_strdown (text, -1);
  const char *header_end = strstr (text, "\r\n\r\n");
  const char *at = strstr (text_lower, lower);
  GString *out = g_string_new (NULL);

  if (at != NULL && (header_end == NULL || at - text_lower < header_end - text))
    for (at = text + (at - text_lower) + strlen (begin);
         *at != '\0' && !(at[0] == '\r' && at[2] != ' ' && at[2] != '\t'); at++)
      if (*at != '\r' && *at != '\n')
        g_string_append_c (out, *at);
  g_strstrip (out->str);
  return keep (s, g_string_free (out, FALSE));
}

/* ---- the queue ---- */

typedef struct
{
  guint n;
  guint n_due;
  gint64 next; /* due, G_MAXINT64 if none */
} Look;

static void
look (IstScenario *s, int state, Look *out)
{
  IstQueueFilter filter = { .state = -1, .limit = 100000 };
  g_autoptr (GPtrArray) list = ist_queue_list (s->instance->queue, &filter, NULL);
  gint64 now = ist_queue_now (s->instance->queue);

  *out = (Look){ .next = G_MAXINT64 };
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const IstQueueMessage *message = g_ptr_array_index (list, i);

      for (guint k = 0; k < message->recipients->len; k++)
        {
          const IstQueueRecipient *row = g_ptr_array_index (message->recipients, k);

          out->n += state < 0 || row->state == (IstState) state;
          if (row->state != IST_STATE_QUEUED)
            continue;
          out->n_due += row->due <= now;
          out->next = MIN (out->next, row->due);
        }
    }
}

guint
ist_scenario_queued (IstScenario *s, int state)
{
  Look l;

  ist_queue_flush (s->instance->queue);
  look (s, state, &l);
  return l.n;
}

gboolean
ist_scenario_until (gboolean (*what) (gpointer user), gpointer user, const char *words)
{
  gint64 patience = g_get_monotonic_time () + PATIENCE_USECS;

  while (!what (user))
    {
      if (g_get_monotonic_time () > patience)
        {
          ist_note ("waited in vain: %s", words);
          return IST_ASSERT (FALSE && "waited in vain");
        }
      g_usleep (2000);
    }
  return TRUE;
}

/* A probe takes real time: were the clock moved meanwhile, it would time out by that clock. */
static gboolean
is_probing (IstScenario *s)
{
  g_autoptr (GPtrArray) hosts = ist_host_health_list (s->instance->health);

  for (guint i = 0; i < hosts->len; i++)
    if (((const IstHostState *) g_ptr_array_index (hosts, i))->probing)
      return TRUE;
  return FALSE;
}

/* Asked twice: a result that the first flush committed may have caused a report that is due. */
static gboolean
is_settled (gpointer user)
{
  IstScenario *s = user;
  Look l;

  for (guint i = 0; i < 2; i++)
    {
      ist_queue_flush (s->instance->queue);
      look (s, -1, &l);
      if (l.n_due > 0 || is_probing (s))
        return FALSE;
    }
  return TRUE;
}

typedef struct
{
  IstScenario *s;
  guint n_due;
  gint64 quiet_since; /* of the machine: since then nothing got less */
  gint64 crept;
} Settling;

/* Where nothing moves, something waits for a time that is near: a probe, a pause between connections. Measured by the
 * machine's clock, not by looks: on a busy machine a look takes long. */
static gboolean
is_settled_or_creeps (gpointer user)
{
  Settling *self = user;
  gint64 now;
  Look l;

  if (is_settled (self->s))
    return TRUE;
  look (self->s, -1, &l);
  now = g_get_monotonic_time ();
  if (l.n_due != self->n_due)
    {
      self->n_due = l.n_due;
      self->quiet_since = now;
    }
  if (now - self->quiet_since >= CREEP_AFTER_USECS && self->crept < CREEP_MOST_USECS)
    {
      ist_fake_clock_advance (CREEP_USECS);
      self->crept += CREEP_USECS;
      self->quiet_since = now;
    }
  return FALSE;
}

gboolean
ist_scenario_settle (IstScenario *s)
{
  Settling settling = { .s = s, .quiet_since = g_get_monotonic_time () };

  return ist_scenario_until (is_settled_or_creeps, &settling, "something stays due in the queue");
}

void
ist_scenario_pass (IstScenario *s, gint64 secs)
{
  gint64 end = ist_clock_mono_usecs () + secs * G_USEC_PER_SEC;
  gint64 most = MAX (MAX_STEP_SECS, secs / 100) * G_USEC_PER_SEC;

  if (!ist_scenario_settle (s))
    return;
  for (;;)
    {
      gint64 left = end - ist_clock_mono_usecs ();
      Look l;
      gint64 step;

      if (left <= 0)
        return;
      look (s, -1, &l);
      step = MIN (left, most);
      if (l.next != G_MAXINT64)
        step = MIN (step, MAX (l.next - ist_queue_now (s->instance->queue), 1));
      ist_fake_clock_advance (step);
      if (!ist_scenario_settle (s))
        return;
    }
}

void
ist_scenario_jump (IstScenario *s, gint64 secs)
{
  ist_fake_clock_advance (secs * G_USEC_PER_SEC);
}

/* ---- the log ---- */

static void
read_log (IstScenario *s)
{
  g_auto (GStrv) lines
      = s->instance != NULL ? ist_log_recent (s->instance->log, 2000, &s->log_seen) : NULL;

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      json_t *event = json_loads (lines[i], 0, NULL);

      IST_ASSERT (event != NULL);
      if (event != NULL)
        g_ptr_array_add (s->events, event);
    }
}

static gboolean
has (const json_t *event, const char *name, const char *value)
{
  const char *got = json_string_value (json_object_get (event, name));

  if (got == NULL)
    return FALSE;
  return value[0] == '~' ? strstr (got, value + 1) != NULL : strcmp (got, value) == 0;
}

guint
ist_scenario_count (IstScenario *s, const char *event, ...)
{
  guint n = 0;

  read_log (s);
  for (guint i = 0; i < s->events->len; i++)
    {
      const json_t *line = g_ptr_array_index (s->events, i);
      gboolean fits = has (line, "event", event);
      const char *name;
      va_list args;

      va_start (args, event);
      while (fits && (name = va_arg (args, const char *)) != NULL)
        fits = has (line, name, va_arg (args, const char *));
      va_end (args);
      n += fits;
    }
  return n;
}

typedef struct
{
  IstScenario *s;
  guint n;
  const char *event, *field, *value;
} Awaited;

static gboolean
has_come (gpointer user)
{
  const Awaited *a = user;

  return ist_scenario_count (a->s, a->event, a->field, a->value, NULL) >= a->n;
}

gboolean
ist_scenario_await (IstScenario *s, guint n, const char *event, const char *field, const char *value)
{
  Awaited awaited = { s, n, event, field, value };

  return ist_scenario_until (has_come, &awaited, event);
}

char **
ist_scenario_texts (IstScenario *s, const char *event, const char *queue_id)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new ();

  read_log (s);
  for (guint i = 0; i < s->events->len; i++)
    {
      const json_t *line = g_ptr_array_index (s->events, i);
      const char *text = json_string_value (json_object_get (line, "text"));

      if (has (line, "event", event) && has (line, "queue_id", queue_id) && text != NULL)
        g_ptr_array_add (out, g_strdup (text));
    }
  g_ptr_array_add (out, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&out), FALSE);
}

const char *
ist_scenario_event (IstScenario *s, const char *event, const char *field)
{
  read_log (s);
  for (guint i = s->events->len; i > 0; i--)
    {
      const json_t *line = g_ptr_array_index (s->events, i - 1);
      const char *value = json_string_value (json_object_get (line, field));

      if (has (line, "event", event) && value != NULL)
        return keep (s, g_strdup (value));
    }
  return "";
}
