/*
 * routing/queue/scheduler.c - who is due, in memory.
 *
 * Per relay and priority one window: the soonest entries, at most `window` of them, in two sequences
 * (ready by age, future by due time). What does not fit stays in the database and is fetched when the
 * window has room or its time comes. So a million messages for a dead relay fill that relay's own
 * window and nothing else, and low priority has a window and a share of its own.
 *
 * An entry that is out (taken, result not yet committed) stays in the hash: a refill from the database
 * cannot bring it a second time.
 */
#include "routing/queue/queue-private.h"

#include <string.h>

#define CACHE_MAX_BYTES (64 * 1024 * 1024)
#define DEFAULT_WINDOW 2000
/* Of every 16 takes so many belong to high, normal and low priority if they have anything. */
static const guint8 share[16] = { 0, 1, 0, 1, 0, 2, 0, 1, 0, 1, 0, 0, 2, 1, 0, 1 };

typedef struct _Window Window;

typedef struct
{
  gint64 message;
  gint64 row; /* a part; 0: all queued rows of the relay */
  gint64 due;
  Window *window;
  IstQueueMessage *cached;
  GSequenceIter *place; /* in ready or future; NULL while out */
  gboolean out;
} Entry;

struct _Window
{
  GSequence *ready;  /* by message id: oldest first */
  GSequence *future; /* by due */
  gboolean overflow; /* the database holds more than is here */
  gint64 overflow_due; /* the soonest of them, as far as known */
};

typedef struct
{
  char *relay;
  Window windows[IST_N_PRIORITIES];
  GHashTable *entries; /* Entry by (message, row) */
  guint turn;
} Lane;

struct _IstScheduler
{
  GMutex mutex;
  GHashTable *lanes;
  guint window;
  gsize cached_bytes;
};

static guint
entry_hash (gconstpointer key)
{
  const Entry *e = key;

  return g_int64_hash (&e->message) ^ g_int64_hash (&e->row);
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  const Entry *x = a;
  const Entry *y = b;

  return x->message == y->message && x->row == y->row;
}

static void
entry_free (Entry *entry)
{
  ist_queue_message_free (entry->cached);
  g_free (entry);
}

static void
lane_free (Lane *lane)
{
  for (guint p = 0; p < IST_N_PRIORITIES; p++)
    {
      g_sequence_free (lane->windows[p].ready);
      g_sequence_free (lane->windows[p].future);
    }
  g_hash_table_unref (lane->entries);
  g_free (lane->relay);
  g_free (lane);
}

IstScheduler *
ist_scheduler_new (guint window)
{
  IstScheduler *self = g_new0 (IstScheduler, 1);

  g_mutex_init (&self->mutex);
  self->window = window > 0 ? window : DEFAULT_WINDOW;
  self->lanes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) lane_free);
  return self;
}

void
ist_scheduler_free (IstScheduler *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->lanes);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static Lane *
lane_for (IstScheduler *self, const char *relay, gboolean create)
{
  Lane *lane = g_hash_table_lookup (self->lanes, relay);

  if (lane != NULL || !create)
    return lane;
  lane = g_new0 (Lane, 1);
  lane->relay = g_strdup (relay);
  lane->entries
      = g_hash_table_new_full (entry_hash, entry_equal, NULL, (GDestroyNotify) entry_free);
  for (guint p = 0; p < IST_N_PRIORITIES; p++)
    {
      lane->windows[p].ready = g_sequence_new (NULL);
      lane->windows[p].future = g_sequence_new (NULL);
    }
  g_hash_table_insert (self->lanes, lane->relay, lane);
  return lane;
}

/* ---- places ---- */

static gint
by_age (gconstpointer a, gconstpointer b, gpointer unused)
{
  const Entry *x = a;
  const Entry *y = b;

  if (x->message != y->message)
    return x->message < y->message ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static gint
by_due (gconstpointer a, gconstpointer b, gpointer unused)
{
  const Entry *x = a;
  const Entry *y = b;

  if (x->due != y->due)
    return x->due < y->due ? -1 : 1;
  return by_age (a, b, NULL);
}

static void
place_entry (Entry *entry, gint64 now)
{
  Window *window = entry->window;

  if (entry->due <= now)
    entry->place = g_sequence_insert_sorted (window->ready, entry, by_age, NULL);
  else
    entry->place = g_sequence_insert_sorted (window->future, entry, by_due, NULL);
}

static void
unplace (Entry *entry)
{
  if (entry->place != NULL)
    g_sequence_remove (entry->place);
  entry->place = NULL;
}

static void
drop_cache (IstScheduler *self, Entry *entry)
{
  if (entry->cached == NULL)
    return;
  self->cached_bytes -= entry->cached->size_bytes;
  g_clear_pointer (&entry->cached, ist_queue_message_free);
}

/* ---- the window ---- */

static guint
window_size (const Window *window)
{
  return (guint) (g_sequence_get_length (window->ready) + g_sequence_get_length (window->future));
}

static void
note_overflow (Window *window, gint64 due)
{
  window->overflow_due = window->overflow ? MIN (window->overflow_due, due) : due;
  window->overflow = TRUE;
}

/* Makes room for something due at `due`. FALSE: everything here is sooner. */
static gboolean
make_room (IstScheduler *self, Lane *lane, Window *window, gint64 due)
{
  GSequenceIter *last;
  Entry *latest;

  if (window_size (window) < self->window)
    return TRUE;
  if (g_sequence_is_empty (window->future))
    return FALSE;
  last = g_sequence_iter_prev (g_sequence_get_end_iter (window->future));
  latest = g_sequence_get (last);
  if (latest->due <= due)
    return FALSE;
  note_overflow (window, latest->due);
  drop_cache (self, latest);
  unplace (latest);
  g_hash_table_remove (lane->entries, latest);
  return TRUE;
}

static gboolean
add_entry (IstScheduler *self, Lane *lane, Window *window, const IstStoreDue *row,
           IstQueueMessage *message, gint64 now)
{
  Entry key = { .message = ist_queue_message_of (row->id), .row = row->parent != 0 ? row->id : 0 };
  Entry *entry = g_hash_table_lookup (lane->entries, &key);

  if (entry != NULL)
    {
      /* Another recipient of a message that is already here: the sooner time counts. */
      if (entry->place != NULL && row->due < entry->due)
        {
          unplace (entry);
          entry->due = row->due;
          place_entry (entry, now);
        }
      return FALSE;
    }
  if (!make_room (self, lane, window, row->due))
    {
      note_overflow (window, row->due);
      return FALSE;
    }
  entry = g_new0 (Entry, 1);
  entry->message = key.message;
  entry->row = key.row;
  entry->due = row->due;
  entry->window = window;
  if (message != NULL && self->cached_bytes + message->size_bytes <= CACHE_MAX_BYTES)
    {
      self->cached_bytes += message->size_bytes;
      entry->cached = message;
    }
  g_hash_table_add (lane->entries, entry);
  place_entry (entry, now);
  return entry->cached != NULL;
}

gboolean
ist_scheduler_add (IstScheduler *self, const char *relay, IstPriority priority,
                   const IstStoreDue *row, IstQueueMessage *message, gint64 now)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Lane *lane = lane_for (self, relay, TRUE);

  if (!add_entry (self, lane, &lane->windows[priority], row, message, now))
    ist_queue_message_free (message);
  return row->due <= now;
}

/* ---- taking ---- */

static void
promote (Window *window, gint64 now)
{
  while (!g_sequence_is_empty (window->future))
    {
      Entry *entry = g_sequence_get (g_sequence_get_begin_iter (window->future));

      if (entry->due > now)
        return;
      unplace (entry);
      place_entry (entry, now);
    }
}

static Window *
pick_window (Lane *lane, gint64 now)
{
  guint preferred = share[lane->turn++ % G_N_ELEMENTS (share)];

  for (guint p = 0; p < IST_N_PRIORITIES; p++)
    promote (&lane->windows[p], now);
  if (!g_sequence_is_empty (lane->windows[preferred].ready))
    return &lane->windows[preferred];
  for (guint p = 0; p < IST_N_PRIORITIES; p++)
    if (!g_sequence_is_empty (lane->windows[p].ready))
      return &lane->windows[p];
  return NULL;
}

gboolean
ist_scheduler_take (IstScheduler *self, const char *relay, gint64 now, IstScheduled *out)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Lane *lane = lane_for (self, relay, FALSE);
  Window *window = lane != NULL ? pick_window (lane, now) : NULL;
  Entry *entry;

  if (window == NULL)
    return FALSE;
  entry = g_sequence_get (g_sequence_get_begin_iter (window->ready));
  unplace (entry);
  entry->out = TRUE;
  out->message = entry->message;
  out->row = entry->row;
  out->priority = (IstPriority) (window - lane->windows);
  out->cached = g_steal_pointer (&entry->cached);
  if (out->cached != NULL)
    self->cached_bytes -= out->cached->size_bytes;
  return TRUE;
}

static void
remove_entry (IstScheduler *self, Lane *lane, Entry *entry)
{
  drop_cache (self, entry);
  unplace (entry);
  g_hash_table_remove (lane->entries, entry);
}

void
ist_scheduler_settle (IstScheduler *self, const char *relay, gint64 message, gint64 row, gint64 due)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Lane *lane = lane_for (self, relay, FALSE);
  Entry key = { .message = message, .row = row };
  Entry *entry = lane != NULL ? g_hash_table_lookup (lane->entries, &key) : NULL;

  if (entry == NULL)
    return;
  if (due == G_MAXINT64)
    {
      remove_entry (self, lane, entry);
      return;
    }
  if (!make_room (self, lane, entry->window, due))
    {
      note_overflow (entry->window, due);
      remove_entry (self, lane, entry);
      return;
    }
  drop_cache (self, entry);
  unplace (entry);
  entry->out = FALSE;
  entry->due = due;
  place_entry (entry, G_MININT64);
}

gboolean
ist_scheduler_drop (IstScheduler *self, const char *relay, gint64 message, gint64 row)
{
  Entry key = { .message = message, .row = row };
  gboolean out = FALSE;

  g_mutex_lock (&self->mutex);
  {
    const Lane *lane = lane_for (self, relay, FALSE);
    const Entry *entry = lane != NULL ? g_hash_table_lookup (lane->entries, &key) : NULL;

    out = entry != NULL && entry->out;
  }
  g_mutex_unlock (&self->mutex);
  if (!out)
    ist_scheduler_settle (self, relay, message, row, G_MAXINT64);
  return !out;
}

/* ---- looking ---- */

static gint64
window_next (const Window *window, gint64 now)
{
  gint64 next = window->overflow ? window->overflow_due : G_MAXINT64;

  if (!g_sequence_is_empty (window->ready))
    return now;
  if (!g_sequence_is_empty (window->future))
    next = MIN (next, ((Entry *) g_sequence_get (g_sequence_get_begin_iter (window->future)))->due);
  return next;
}

gint64
ist_scheduler_next_due (IstScheduler *self, const char *relay)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Lane *lane = lane_for (self, relay, FALSE);
  gint64 next = G_MAXINT64;

  for (guint p = 0; lane != NULL && p < IST_N_PRIORITIES; p++)
    next = MIN (next, window_next (&lane->windows[p], 0));
  return next;
}

GPtrArray *
ist_scheduler_ready (IstScheduler *self, gint64 now, gint64 *next)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  Lane *lane;

  *next = G_MAXINT64;
  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane))
    {
      gint64 lane_next = G_MAXINT64;

      for (guint p = 0; p < IST_N_PRIORITIES; p++)
        lane_next = MIN (lane_next, window_next (&lane->windows[p], now));
      if (lane_next <= now)
        g_ptr_array_add (out, g_strdup (lane->relay));
      else
        *next = MIN (*next, lane_next);
    }
  return out;
}

static void
refill_free (IstRefill *refill)
{
  g_free (refill->relay);
  g_free (refill);
}

GPtrArray *
ist_scheduler_wants (IstScheduler *self, gint64 now)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) refill_free);
  GHashTableIter iter;
  Lane *lane;

  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane))
    for (guint p = 0; p < IST_N_PRIORITIES; p++)
      {
        const Window *window = &lane->windows[p];
        guint size = window_size (window);
        guint few = (self->window + 1) / 2;

        if (window->overflow
            && (size < few
                || (window->overflow_due <= now
                    && (guint) g_sequence_get_length (window->ready) < few)))
          {
            IstRefill *refill = g_new0 (IstRefill, 1);

            refill->relay = g_strdup (lane->relay);
            refill->priority = (IstPriority) p;
            g_ptr_array_add (out, refill);
          }
      }
  return out;
}

void
ist_scheduler_refilled (IstScheduler *self, const char *relay, IstPriority priority,
                        gboolean complete, gint64 last_due)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Lane *lane = lane_for (self, relay, TRUE);
  Window *window = &lane->windows[priority];

  window->overflow = !complete;
  window->overflow_due = last_due;
}

guint
ist_scheduler_size (IstScheduler *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  GHashTableIter iter;
  Lane *lane;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane))
    n += g_hash_table_size (lane->entries);
  return n;
}
