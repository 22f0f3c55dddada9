#include "tests/crash/ledger.h"

#include <stdlib.h>
#include <string.h>

/* What the next hop had answered may reach it a little after the kill: the bytes were under way. */
#define IN_FLIGHT_USECS (2 * G_TIME_SPAN_SECOND)

typedef struct
{
  gboolean promised;
  GArray *arrivals; /* gint64 */
} Entry;

struct _IstLedger
{
  GMutex mutex;
  GPtrArray *entries;
  GArray *kills; /* gint64 */
  guint broken;
  gint64 longest_wait;
};

static void
entry_free (Entry *entry)
{
  g_array_unref (entry->arrivals);
  g_free (entry);
}

IstLedger *
ist_ledger_new (void)
{
  IstLedger *self = g_new0 (IstLedger, 1);

  g_mutex_init (&self->mutex);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  self->kills = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

void
ist_ledger_free (IstLedger *self)
{
  g_ptr_array_unref (self->entries);
  g_array_unref (self->kills);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static guint
new_entry (IstLedger *self)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Entry *entry = g_new0 (Entry, 1);

  entry->arrivals = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_ptr_array_add (self->entries, entry);
  return self->entries->len - 1;
}

char *
ist_ledger_write (IstLedger *self, gsize size_bytes, guint *number)
{
  g_autoptr (GString) text = g_string_sized_new (size_bytes + 128);
  g_autofree char *sum = NULL;
  g_autofree char *head = NULL;
  guint32 state;

  *number = new_entry (self);
  state = *number + 1;
  while (text->len < size_bytes)
    {
      for (guint i = 0; i < 70; i++)
        {
          state = state * 1664525u + 1013904223u;
          g_string_append_c (text, (char) ('a' + (state >> 24) % 26));
        }
      g_string_append (text, "\r\n");
    }
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, text->str, (gssize) text->len);
  head = g_strdup_printf ("From: <anna@a.example>\r\nTo: <bob@b.example>\r\nSubject: %u\r\n"
                          "Message-ID: <%u@a.example>\r\nX-Sum: %s\r\n\r\n",
                          *number, *number, sum);
  g_string_prepend (text, head);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
ist_ledger_promised (IstLedger *self, guint number, gint64 waited_usecs)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  ((Entry *) g_ptr_array_index (self->entries, number))->promised = TRUE;
  self->longest_wait = MAX (self->longest_wait, waited_usecs);
}

static gboolean
is_whole (const char *text, gsize size_bytes, guint *number)
{
  const char *subject = g_strstr_len (text, (gssize) size_bytes, "\r\nSubject: ");
  const char *want = g_strstr_len (text, (gssize) size_bytes, "\r\nX-Sum: ");
  const char *body = g_strstr_len (text, (gssize) size_bytes, "\r\n\r\n");
  g_autofree char *sum = NULL;

  if (subject == NULL || want == NULL || body == NULL || body < subject || body < want)
    return FALSE;
  *number = (guint) g_ascii_strtoull (subject + 11, NULL, 10);
  body += 4;
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, body, (gssize) (text + size_bytes - body));
  return strncmp (want + 9, sum, strlen (sum)) == 0;
}

gboolean
ist_ledger_arrived (IstLedger *self, const char *text, gsize size_bytes)
{
  guint number = 0;
  gboolean whole = is_whole (text, size_bytes, &number);
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  if (!whole || number >= self->entries->len)
    {
      self->broken++;
      return FALSE;
    }
  g_array_append_val (((Entry *) g_ptr_array_index (self->entries, number))->arrivals, now);
  return TRUE;
}

void
ist_ledger_killed (IstLedger *self)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  g_array_append_val (self->kills, now);
}

/* The shortest time from `first` to a kill before `second`; G_MAXINT64 when there was none. */
static gint64
gap_to_kill (const IstLedger *self, gint64 first, gint64 second)
{
  gint64 gap = G_MAXINT64;

  for (guint i = 0; i < self->kills->len; i++)
    {
      gint64 kill = g_array_index (self->kills, gint64, i);

      if (kill > second || kill < first - IN_FLIGHT_USECS)
        continue;
      gap = MIN (gap, MAX (0, kill - first));
    }
  return gap;
}

static void
sum_repeats (const IstLedger *self, const GArray *arrivals, gint64 window, IstLedgerSum *sum)
{
  for (guint i = 1; i < arrivals->len; i++)
    {
      gint64 gap = gap_to_kill (self, g_array_index (arrivals, gint64, i - 1),
                                g_array_index (arrivals, gint64, i));

      sum->duplicates++;
      if (gap > window)
        sum->unexplained++;
      else
        sum->longest_gap = MAX (sum->longest_gap, gap);
    }
}

void
ist_ledger_sum (IstLedger *self, gint64 window_usecs, IstLedgerSum *sum)
{
  g_autoptr (GMutexLocker) lock G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  *sum = (IstLedgerSum){ .written = self->entries->len,
                         .broken = self->broken,
                         .longest_wait = self->longest_wait };
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, i);

      sum->promised += entry->promised;
      sum->missing += entry->promised && entry->arrivals->len == 0;
      sum->unpromised += !entry->promised && entry->arrivals->len > 0;
      sum_repeats (self, entry->arrivals, window_usecs, sum);
    }
}
