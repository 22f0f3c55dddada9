#include "tests/crash/story.h"

#include "base/durable.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  guint n;
  gint row;
  gboolean only;
  guint states;
} Event;

typedef struct
{
  guint n_rows;
  gsize size;
  gint about, failed_row;
  gboolean promised;
} Message;

struct _IstStory
{
  GMutex mutex;
  GArray *events;
  GArray *messages;
};

/* One message as the story wants it at some moment. */
typedef struct
{
  guint presence;
  guint rows[IST_STORY_ROWS];
  const IstQueueMessage *found;
} Want;

IstStory *
ist_story_new (void)
{
  IstStory *self = g_new0 (IstStory, 1);

  g_mutex_init (&self->mutex);
  self->events = g_array_new (FALSE, FALSE, sizeof (Event));
  self->messages = g_array_new (FALSE, FALSE, sizeof (Message));
  return self;
}

void
ist_story_free (IstStory *self)
{
  g_array_unref (self->events);
  g_array_unref (self->messages);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* ---- writing ---- */

static void
add_event (IstStory *self, guint n, gint row, gboolean only, guint states)
{
  Event event = { n, row, only, states };
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  g_array_append_val (self->events, event);
}

guint
ist_story_add (IstStory *self, guint n_rows, gsize size, gint about, gint failed_row)
{
  Message message = { n_rows, size, about, failed_row, FALSE };
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->messages->len;
  g_array_append_val (self->messages, message);
  g_mutex_unlock (&self->mutex);
  ist_story_settle (self, n, -1, IST_STORY_ABSENT);
  for (guint row = 0; row < n_rows; row++)
    ist_story_settle (self, n, (gint) row, IST_STORY_STATE (IST_STATE_QUEUED));
  return n;
}

void
ist_story_allow (IstStory *self, guint n, gint row, guint states)
{
  add_event (self, n, row, FALSE, states);
}

void
ist_story_settle (IstStory *self, guint n, gint row, guint states)
{
  add_event (self, n, row, TRUE, states);
}

guint
ist_story_length (IstStory *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->events->len;
}

guint
ist_story_count (IstStory *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->messages->len;
}

guint
ist_story_rows (IstStory *self, guint n)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return g_array_index (self->messages, Message, n).n_rows;
}

void
ist_story_promised (IstStory *self, guint n)
{
  ist_story_settle (self, n, -1, IST_STORY_PRESENT);
  g_mutex_lock (&self->mutex);
  g_array_index (self->messages, Message, n).promised = TRUE;
  g_mutex_unlock (&self->mutex);
}

void
ist_story_wait_promised (IstStory *self, guint n)
{
  gboolean promised = FALSE;

  for (guint i = 0; i < 40000 && !promised; i++)
    {
      g_mutex_lock (&self->mutex);
      promised = g_array_index (self->messages, Message, n).promised;
      g_mutex_unlock (&self->mutex);
      if (!promised)
        g_usleep (50);
    }
}

/* ---- messages ---- */

char *
ist_story_text (guint n, gsize size)
{
  g_autofree char *head = g_strdup_printf ("Subject: number %u\r\n\r\n", n);
  GString *text = g_string_new (head);

  for (guint line = 0; text->len < size; line++)
    g_string_append_printf (text, "line %u of message %u\r\n", line, n);
  g_string_truncate (text, size);
  return g_string_free (text, FALSE);
}

IstQueueMessage *
ist_story_message (IstStory *self, IstQueue *queue, guint n, const char *relay)
{
  IstQueueMessage *message = ist_queue_message_new ();
  Message plan;

  g_mutex_lock (&self->mutex);
  plan = g_array_index (self->messages, Message, n);
  g_mutex_unlock (&self->mutex);
  message->queue_id = ist_queue_new_id (queue);
  message->sender = g_strdup_printf ("m%u@a.example", n);
  message->received = ist_queue_now (queue);
  message->expires = message->received + G_TIME_SPAN_DAY;
  message->size_bytes = plan.size;
  for (guint i = 0; i < plan.n_rows; i++)
    {
      IstQueueRecipient *row = ist_queue_recipient_new ("to@b.example");

      row->relay = g_strdup (relay);
      row->side = IST_SIDE_EXCHANGE;
      g_ptr_array_add (message->recipients, row);
    }
  return message;
}

gint
ist_story_number (const IstQueueMessage *message)
{
  guint n;

  return sscanf (message->sender, "m%u@", &n) == 1 ? (gint) n : -1;
}

/* ---- checking ---- */

static void broken_line (GPtrArray *broken, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
broken_line (GPtrArray *broken, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (broken, g_strdup_vprintf (format, args));
  va_end (args);
}

static Want *
replay (IstStory *self, guint length)
{
  Want *wants = g_new0 (Want, self->messages->len);

  for (guint i = 0; i < self->messages->len; i++)
    wants[i].presence = IST_STORY_ABSENT;
  for (guint i = 0; i < length; i++)
    {
      const Event *event = &g_array_index (self->events, Event, i);
      guint *states = event->row < 0 ? &wants[event->n].presence : &wants[event->n].rows[event->row];

      *states = event->only ? event->states : *states | event->states;
    }
  return wants;
}

static void
check_text (guint n, gsize want_size, IstQueue *queue, const char *queue_id, GPtrArray *broken)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IstQueueMessage) message = ist_queue_get (queue, queue_id, &error);
  g_autofree char *want = ist_story_text (n, want_size);
  const char *got;
  gsize size;

  if (message == NULL)
    {
      broken_line (broken, "message %u is listed but cannot be read: %s", n, error->message);
      return;
    }
  got = ist_body_data (message->body, &size);
  if (size != want_size || memcmp (got, want, size) != 0)
    broken_line (broken, "message %u has another text (%" G_GSIZE_FORMAT " bytes)", n, size);
}

/* All parts of a recipient or none, in their order, with their texts. */
static void
check_parts (guint n, const IstQueueMessage *message, const IstQueueRecipient *parent,
             GPtrArray *broken)
{
  guint found = 0;

  for (guint i = 0; i < message->recipients->len; i++)
    {
      const IstQueueRecipient *row = message->recipients->pdata[i];

      if (row->parent != parent->id)
        continue;
      if (row->part_key == NULL || row->part_key[0] != (char) ('1' + found))
        broken_line (broken, "message %u: part %u has the key %s", n, found + 1, row->part_key);
      found++;
    }
  if (found != 0 && found != IST_STORY_PARTS)
    broken_line (broken, "message %u: %u of its parts are there", n, found);
  if (found == 0 && parent->state == IST_STATE_PARTS)
    broken_line (broken, "message %u: its parts are missing", n);
}

static void
check_rows (const Message *plan, const Want *want, guint n, GPtrArray *broken)
{
  const IstQueueMessage *message = want->found;
  guint i = 0;

  for (; i < message->recipients->len; i++)
    {
      const IstQueueRecipient *row = message->recipients->pdata[i];

      if (row->parent != 0)
        break;
      if (i < plan->n_rows && (want->rows[i] & IST_STORY_STATE (row->state)) == 0)
        broken_line (broken, "message %u row %u is %s, allowed 0x%x", n, i,
                     ist_state_name (row->state), want->rows[i]);
      check_parts (n, message, row, broken);
    }
  if (i != plan->n_rows)
    broken_line (broken, "message %u has %u of its %u recipients", n, i, plan->n_rows);
}

/* Crash rule 7: the report is there exactly when the failure is. */
static void
check_report (const Message *plan, const Want *wants, guint n, GPtrArray *broken)
{
  const Want *about = &wants[plan->about];
  const IstQueueRecipient *row
      = about->found != NULL
                && (guint) plan->failed_row < about->found->recipients->len
            ? about->found->recipients->pdata[plan->failed_row]
            : NULL;
  gboolean failed = row == NULL || (IST_STORY_STATE (row->state) & IST_STORY_FINAL) != 0;

  if ((about->presence & IST_STORY_PRESENT) == 0 || wants[n].presence == IST_STORY_ABSENT)
    return;
  if (failed != (wants[n].found != NULL))
    broken_line (broken, "message %u row %d is %s but its report %u is %s", (guint) plan->about,
                 plan->failed_row, failed ? "failed" : "open", n,
                 wants[n].found != NULL ? "there" : "missing");
}

static void
find_messages (Want *wants, guint n_wants, const GPtrArray *list, GPtrArray *broken)
{
  for (guint i = 0; i < list->len; i++)
    {
      const IstQueueMessage *message = list->pdata[i];
      gint n = ist_story_number (message);

      if (n < 0 || (guint) n >= n_wants)
        broken_line (broken, "a message of %s is there that nobody sent", message->sender);
      else if (wants[n].found != NULL)
        broken_line (broken, "message %d is there twice", n);
      else
        wants[n].found = message;
    }
}

/* Crash rule 4 in both directions. */
static void
check_files (const char *folder, guint want, IstQueue *queue, GPtrArray *broken)
{
  g_autofree char *bodies = g_build_filename (folder, "bodies", NULL);
  g_auto (GStrv) ids = ist_durable_list (bodies);
  const GPtrArray *notes = ist_queue_start_notes (queue);
  guint n = 0;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *inner = g_build_filename (bodies, ids[i], NULL);
      g_auto (GStrv) names = ist_durable_list (inner);

      n += g_strv_length (names);
    }
  if (n != want)
    broken_line (broken, "%u body files for %u messages with one", n, want);
  for (guint i = 0; i < notes->len; i++)
    if (n != want || strstr (notes->pdata[i], "missing") != NULL)
      broken_line (broken, "at start: %s", (const char *) notes->pdata[i]);
}

void
ist_story_check (IstStory *self, guint length, IstQueue *queue, const char *folder,
                 GPtrArray *broken)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autofree Want *wants = replay (self, length);
  IstQueueFilter all = { .state = -1, .limit = G_MAXINT };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = ist_queue_list (queue, &all, &error);
  guint files = 0;

  if (list == NULL)
    {
      broken_line (broken, "the queue cannot be listed: %s", error->message);
      return;
    }
  find_messages (wants, self->messages->len, list, broken);
  for (guint n = 0; n < self->messages->len; n++)
    {
      const Message *plan = &g_array_index (self->messages, Message, n);

      if ((wants[n].presence & (wants[n].found != NULL ? IST_STORY_PRESENT : IST_STORY_ABSENT)) == 0)
        broken_line (broken, "message %u is %s", n,
                     wants[n].found != NULL ? "there but must not be" : "lost");
      if (plan->failed_row >= 0)
        check_report (plan, wants, n, broken);
      if (wants[n].found == NULL)
        continue;
      files += plan->size > IST_STORY_THRESHOLD;
      check_rows (plan, &wants[n], n, broken);
      check_text (n, plan->size, queue, wants[n].found->queue_id, broken);
    }
  if (folder != NULL)
    check_files (folder, files, queue, broken);
}
