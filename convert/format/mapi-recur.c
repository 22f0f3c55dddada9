#include "convert/format/mapi-recur.h"

#include "convert/format/code-page.h"

#include <string.h>

#define MAX_INSTANCES 5000
/* Minutes from 1601 to 1970. */
#define EPOCH_DELTA_MINUTES G_GINT64_CONSTANT (194074560)
#define CHANGE_HIGHLIGHT_VERSION 0x3009

/* Override flags ([MS-OXOCAL], ExceptionInfo). */
enum
{
  HAS_SUBJECT = 0x0001,
  HAS_MEETING_TYPE = 0x0002,
  HAS_REMINDER_DELTA = 0x0004,
  HAS_REMINDER = 0x0008,
  HAS_LOCATION = 0x0010,
  HAS_BUSY = 0x0020,
  HAS_ATTACHMENT = 0x0040,
  HAS_SUB_TYPE = 0x0080,
  HAS_COLOUR = 0x0100
};

typedef struct
{
  const guint8 *at, *end;
  guint code_page;
  gboolean ok;
} Cursor;

static const guint8 *
take (Cursor *c, gsize size)
{
  const guint8 *p = c->at;

  if (!c->ok || (gsize) (c->end - c->at) < size)
    {
      c->ok = FALSE;
      return NULL;
    }
  c->at += size;
  return p;
}

static guint
take_u16 (Cursor *c)
{
  const guint8 *p = take (c, 2);

  return p != NULL ? p[0] | (guint) p[1] << 8 : 0;
}

static guint32
take_u32 (Cursor *c)
{
  const guint8 *p = take (c, 4);

  return p != NULL ? p[0] | (guint32) p[1] << 8 | (guint32) p[2] << 16 | (guint32) p[3] << 24 : 0;
}

static guint32
bounded (guint32 value, guint32 max)
{
  return value < max ? value : max;
}

static gint64
take_time (Cursor *c)
{
  return ((gint64) take_u32 (c) - EPOCH_DELTA_MINUTES) * 60;
}

static void
free_exception (gpointer user)
{
  IstMapiException *exception = user;

  g_free (exception->subject);
  g_free (exception->location);
  g_free (exception);
}

void
ist_mapi_recur_free (IstMapiRecur *recur)
{
  if (recur == NULL)
    return;
  g_array_unref (recur->deleted);
  g_ptr_array_unref (recur->exceptions);
  g_free (recur);
}

/* A length, a length again (one more, for a NUL that is not there), the text. */
static char *
take_text (Cursor *c)
{
  gsize size;
  const guint8 *p;

  take_u16 (c);
  size = take_u16 (c);
  p = take (c, size);
  return p != NULL ? ist_code_page_to_utf8 ((const char *) p, size, c->code_page) : NULL;
}

static void
take_wide (Cursor *c, char **text)
{
  gsize size = (gsize) take_u16 (c) * 2;
  const guint8 *p = take (c, size);

  if (p == NULL)
    return;
  g_free (*text);
  *text = ist_code_page_from_utf16 ((const char *) p, size);
}

static guint
take_exception (Cursor *c, IstMapiRecur *recur)
{
  IstMapiException *exception = g_new0 (IstMapiException, 1);
  guint flags;

  exception->busy = exception->all_day = -1;
  exception->start = take_time (c);
  exception->end = take_time (c);
  exception->original = take_time (c);
  flags = take_u16 (c);
  if ((flags & HAS_SUBJECT) != 0)
    exception->subject = take_text (c);
  for (guint flag = HAS_MEETING_TYPE; flag <= HAS_REMINDER; flag <<= 1)
    if ((flags & flag) != 0)
      take_u32 (c);
  if ((flags & HAS_LOCATION) != 0)
    exception->location = take_text (c);
  if ((flags & HAS_BUSY) != 0)
    exception->busy = (gint) bounded (take_u32 (c), 4);
  if ((flags & HAS_ATTACHMENT) != 0)
    take_u32 (c);
  if ((flags & HAS_SUB_TYPE) != 0)
    exception->all_day = take_u32 (c) != 0;
  if ((flags & HAS_COLOUR) != 0)
    take_u32 (c);
  if (c->ok)
    g_ptr_array_add (recur->exceptions, exception);
  else
    free_exception (exception);
  return flags;
}

/* The texts again in UTF-16, for those exceptions that have some. */
static void
take_extended (Cursor *c, IstMapiException *exception, guint flags, guint version)
{
  if (version >= CHANGE_HIGHLIGHT_VERSION)
    take (c, take_u32 (c));
  take (c, take_u32 (c));
  if ((flags & (HAS_SUBJECT | HAS_LOCATION)) == 0)
    return;
  take (c, 12);
  if ((flags & HAS_SUBJECT) != 0)
    take_wide (c, &exception->subject);
  if ((flags & HAS_LOCATION) != 0)
    take_wide (c, &exception->location);
  take (c, take_u32 (c));
}

/* What meetings have behind the pattern; tasks end with it. */
static void
take_appointment (Cursor *c, IstMapiRecur *recur)
{
  g_autoptr (GArray) flags = g_array_new (FALSE, FALSE, sizeof (guint));
  guint version, n;

  take_u32 (c);
  version = take_u32 (c);
  recur->start_minutes = bounded (take_u32 (c), 1440);
  recur->end_minutes = bounded (take_u32 (c), 1440 * 365);
  n = take_u16 (c);
  for (guint i = 0; c->ok && i < MIN (n, MAX_INSTANCES); i++)
    {
      guint one = take_exception (c, recur);

      if (c->ok)
        g_array_append_val (flags, one);
    }
  recur->damaged = !c->ok || n > MAX_INSTANCES;
  take (c, take_u32 (c));
  for (guint i = 0; c->ok && i < flags->len; i++)
    take_extended (c, g_ptr_array_index (recur->exceptions, i), g_array_index (flags, guint, i),
                   version);
}

static void
take_end (Cursor *c, IstMapiRecur *recur)
{
  guint32 kind = take_u32 (c), count = take_u32 (c), n;

  recur->first_weekday = take_u32 (c) % 7;
  n = take_u32 (c);
  if (n > MAX_INSTANCES)
    c->ok = FALSE;
  for (guint32 i = 0; c->ok && i < n; i++)
    {
      gint64 day = take_time (c);

      g_array_append_val (recur->deleted, day);
    }
  n = take_u32 (c);
  if (n > MAX_INSTANCES)
    c->ok = FALSE;
  if (c->ok)
    take (c, (gsize) n * 4);
  recur->first = take_time (c);
  recur->until = take_time (c);
  recur->endless = kind == 0x2023 || kind == 0xFFFFFFFF;
  if (kind == 0x2022)
    recur->count = MIN (count, 9999);
}

IstMapiRecur *
ist_mapi_recur_read (const guint8 *data, gsize size_bytes, guint code_page)
{
  Cursor c = { data, data + size_bytes, code_page, TRUE };
  g_autoptr (IstMapiRecur) recur = g_new0 (IstMapiRecur, 1);
  guint32 period;

  recur->deleted = g_array_new (FALSE, FALSE, sizeof (gint64));
  recur->exceptions = g_ptr_array_new_with_free_func (free_exception);
  take (&c, 6); /* versions; the frequency, which pattern and period say too */
  recur->pattern = take_u16 (&c);
  recur->calendar = take_u16 (&c);
  take_u32 (&c);
  period = take_u32 (&c);
  take_u32 (&c);
  recur->period = recur->pattern == 0 ? period / 1440 : period;
  if (recur->pattern == 1)
    recur->weekdays = take_u32 (&c) & 0x7F;
  else if ((recur->pattern & 0xF7) == 3)
    {
      recur->weekdays = take_u32 (&c) & 0x7F;
      recur->nth = take_u32 (&c);
    }
  else if (recur->pattern != 0)
    recur->day = take_u32 (&c);
  take_end (&c, recur);
  if (!c.ok || recur->period == 0 || recur->period > 1000)
    return NULL;
  if (c.at < c.end)
    take_appointment (&c, recur);
  return g_steal_pointer (&recur);
}

static void
append_days (GString *out, guint weekdays, const char *before)
{
  static const char *const names[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };
  const char *comma = "";

  g_string_append (out, ";BYDAY=");
  for (guint i = 0; i < 7; i++)
    if ((weekdays & 1u << i) != 0)
      {
        g_string_append_printf (out, "%s%s%s", comma, before, names[i]);
        comma = ",";
      }
}

/* Months that are whole years are a yearly rule, which needs its month. */
static void
begin_months (GString *out, const IstMapiRecur *recur)
{
  g_autoptr (GDateTime) first = g_date_time_new_from_unix_utc (recur->first);
  gboolean is_yearly = recur->period % 12 == 0 && first != NULL;
  guint interval = is_yearly ? recur->period / 12 : recur->period;

  g_string_append (out, is_yearly ? "FREQ=YEARLY" : "FREQ=MONTHLY");
  if (interval > 1)
    g_string_append_printf (out, ";INTERVAL=%u", interval);
  if (is_yearly)
    g_string_append_printf (out, ";BYMONTH=%d", g_date_time_get_month (first));
}

static gboolean
is_gregorian (guint calendar)
{
  static const guint8 known[] = { 0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12 };

  return calendar <= 12 && memchr (known, (int) calendar, sizeof known) != NULL;
}

static void
append_nth (GString *out, const IstMapiRecur *recur)
{
  gint nth = recur->nth >= 5 ? -1 : (gint) recur->nth;
  g_autofree char *before = g_strdup_printf ("%d", nth);

  begin_months (out, recur);
  if ((recur->weekdays & (recur->weekdays - 1)) == 0)
    {
      append_days (out, recur->weekdays, before);
      return;
    }
  append_days (out, recur->weekdays, "");
  g_string_append_printf (out, ";BYSETPOS=%d", nth);
}

char *
ist_mapi_recur_rule (const IstMapiRecur *recur)
{
  static const char *const names[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };
  g_autoptr (GString) out = g_string_new (NULL);

  if (!is_gregorian (recur->calendar))
    return NULL;
  switch (recur->pattern)
    {
    case 0:
      g_string_append (out, "FREQ=DAILY");
      if (recur->period > 1)
        g_string_append_printf (out, ";INTERVAL=%u", recur->period);
      break;
    case 1:
      if (recur->weekdays == 0)
        return NULL;
      g_string_append (out, "FREQ=WEEKLY");
      if (recur->period > 1)
        g_string_append_printf (out, ";INTERVAL=%u", recur->period);
      append_days (out, recur->weekdays, "");
      g_string_append_printf (out, ";WKST=%s", names[recur->first_weekday]);
      break;
    case 2:
      if (recur->day < 1 || recur->day > 31)
        return NULL;
      begin_months (out, recur);
      /* In Outlook the 31st is the last day of a month that has fewer. */
      g_string_append_printf (out, ";BYMONTHDAY=%d", recur->day == 31 ? -1 : (gint) recur->day);
      break;
    case 3:
      if (recur->weekdays == 0 || recur->nth == 0)
        return NULL;
      append_nth (out, recur);
      break;
    case 4:
      begin_months (out, recur);
      g_string_append (out, ";BYMONTHDAY=-1");
      break;
    default: /* by the Islamic calendar */
      return NULL;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
