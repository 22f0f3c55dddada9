#include "convert/format/mapi-zone.h"

#include "convert/format/code-page.h"

#include <string.h>

#define STRUCT_BYTES 48
#define RULE_BYTES 66
#define RULE_HEAD_BYTES 22 /* versions, size, flags, year, 14 bytes of nothing */
#define MAX_RULES 1024
#define MAX_MINUTES (26 * 60)
#define RULE_RECUR_CURRENT 1
#define RULE_EFFECTIVE 2

static guint
u16 (const guint8 *p)
{
  return p[0] | (guint) p[1] << 8;
}

static gint32
s32 (const guint8 *p)
{
  return (gint32) (u16 (p) | (guint32) u16 (p + 2) << 16);
}

void
ist_mapi_zone_free (IstMapiZone *zone)
{
  if (zone == NULL)
    return;
  g_free (zone->name);
  g_free (zone);
}

IstMapiZone *
ist_mapi_zone_fixed (gint32 minutes)
{
  IstMapiZone *zone = g_new0 (IstMapiZone, 1);

  zone->standard_minutes = zone->summer_minutes = minutes;
  return zone;
}

/* SYSTEMTIME: year, month, weekday, day, hour, minute, second, millisecond. */
static gboolean
read_change (IstMapiZoneChange *change, const guint8 *p)
{
  change->year = u16 (p);
  change->month = u16 (p + 2);
  change->weekday = u16 (p + 4);
  change->day = u16 (p + 6);
  change->hour = u16 (p + 8);
  change->minute = u16 (p + 10);
  change->second = u16 (p + 12);
  if (change->month == 0)
    return TRUE;
  return change->month <= 12 && change->weekday <= 6 && change->day >= 1
         && change->day <= (change->year != 0 ? 31 : 5) && change->hour <= 23
         && change->minute <= 59 && change->second <= 59 && change->year <= 4500;
}

/* Three offsets in minutes west, then the two changes, `gap` bytes before each. */
static IstMapiZone *
read_rule (const guint8 *p, gsize gap)
{
  g_autoptr (IstMapiZone) zone = g_new0 (IstMapiZone, 1);
  gint64 standard = -((gint64) s32 (p) + s32 (p + 4));
  gint64 summer = -((gint64) s32 (p) + s32 (p + 8));

  if (ABS (standard) > MAX_MINUTES || ABS (summer) > MAX_MINUTES
      || !read_change (&zone->to_standard, p + 12 + gap)
      || !read_change (&zone->to_summer, p + 28 + 2 * gap))
    return NULL;
  zone->standard_minutes = (gint32) standard;
  zone->summer_minutes = (gint32) summer;
  if (zone->to_standard.month == 0 || zone->to_summer.month == 0)
    {
      zone->to_standard.month = zone->to_summer.month = 0;
      zone->summer_minutes = zone->standard_minutes;
    }
  return g_steal_pointer (&zone);
}

IstMapiZone *
ist_mapi_zone_of_struct (const guint8 *data, gsize size_bytes)
{
  return size_bytes >= STRUCT_BYTES ? read_rule (data, 2) : NULL;
}

IstMapiZone *
ist_mapi_zone_of_definition (const guint8 *data, gsize size_bytes)
{
  gsize head, name_bytes, at;
  guint n, best = 0, best_rank = 0;
  IstMapiZone *zone;

  if (size_bytes < 8 || data[0] != 2)
    return NULL;
  head = 4 + (gsize) u16 (data + 2);
  name_bytes = (gsize) u16 (data + 6) * 2;
  if (head > size_bytes || head < 10 + name_bytes)
    return NULL;
  n = u16 (data + 8 + name_bytes);
  at = head;
  if (n == 0 || n > MAX_RULES || (size_bytes - at) / RULE_BYTES < n)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      guint flags = u16 (data + at + (gsize) i * RULE_BYTES + 4);
      guint rank = (flags & RULE_EFFECTIVE) != 0 ? 3 : (flags & RULE_RECUR_CURRENT) != 0 ? 2 : 1;

      if (rank >= best_rank)
        {
          best = i;
          best_rank = rank;
        }
    }
  zone = read_rule (data + at + (gsize) best * RULE_BYTES + RULE_HEAD_BYTES, 0);
  if (zone != NULL && name_bytes > 0)
    zone->name = ist_code_page_from_utf16 ((const char *) data + 8, name_bytes);
  return zone;
}

gint64
ist_mapi_zone_change (const IstMapiZoneChange *change, gint year)
{
  GDate first, day;
  gint64 days;

  g_date_clear (&first, 1);
  g_date_set_dmy (&first, 1, (GDateMonth) change->month, (GDateYear) year);
  day = first;
  if (change->year != 0)
    g_date_add_days (&day, MIN (change->day, g_date_get_days_in_month ((GDateMonth) change->month, (GDateYear) year)) - 1);
  else
    {
      guint weekday = (guint) g_date_get_weekday (&first) % 7;
      guint last = g_date_get_days_in_month ((GDateMonth) change->month, (GDateYear) year);
      guint n = (change->weekday + 7 - weekday) % 7 + (change->day - 1) * 7;

      g_date_add_days (&day, n < last ? n : n - 7);
    }
  /* Day 1 of GDate is the first of the year 1. */
  days = (gint64) g_date_get_julian (&day) - 719163;
  return days * 86400 + change->hour * 3600 + change->minute * 60 + change->second;
}

static gboolean
is_summer (const IstMapiZone *zone, gint64 utc)
{
  g_autoptr (GDateTime) time = NULL;
  gint64 begin, end;
  gint year;

  if (zone->to_summer.month == 0)
    return FALSE;
  time = g_date_time_new_from_unix_utc (utc + (gint64) zone->standard_minutes * 60);
  if (time == NULL)
    return FALSE;
  year = g_date_time_get_year (time);
  if ((zone->to_summer.year != 0 && zone->to_summer.year != (guint) year)
      || (zone->to_standard.year != 0 && zone->to_standard.year != (guint) year))
    return FALSE;
  begin = ist_mapi_zone_change (&zone->to_summer, year) - (gint64) zone->standard_minutes * 60;
  end = ist_mapi_zone_change (&zone->to_standard, year) - (gint64) zone->summer_minutes * 60;
  /* South of the equator summer goes over the new year. */
  return begin < end ? utc >= begin && utc < end : utc >= begin || utc < end;
}

gint64
ist_mapi_zone_to_local (const IstMapiZone *zone, gint64 utc)
{
  return utc + (gint64) (is_summer (zone, utc) ? zone->summer_minutes : zone->standard_minutes) * 60;
}

gint64
ist_mapi_zone_to_utc (const IstMapiZone *zone, gint64 local)
{
  gint64 summer = local - (gint64) zone->summer_minutes * 60;

  /* A time that comes twice is the first one, as RFC 5545 3.3.5 says. */
  return is_summer (zone, summer) ? summer : local - (gint64) zone->standard_minutes * 60;
}
