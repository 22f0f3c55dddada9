#include "convert/format/nsf-private.h"

#include "convert/format/lmbcs.h"
#include "convert/format/nsf-value.h"

#include <string.h>

#define DAY_MASK 0x00FFFFFFu
#define JULIAN_1970 2440588
#define NO_PART 0xFFFFFFFFu
#define ZONE_EAST 0x40000000u
#define ZONE_DST 0x80000000u
#define HUNDREDTHS_PER_DAY (24 * 60 * 60 * 100)
#define ENTRY_BYTES 8
#define UNID_BYTES 16
#define LINK_BYTES 40

static IstNsfUnid
read_unid (const guint8 *p)
{
  return (IstNsfUnid) { nsf_time (p), nsf_time (p + 8) };
}

static double
read_number (const guint8 *p)
{
  guint64 bits = (guint64) nsf_u32 (p + 4) << 32 | nsf_u32 (p);
  double number;

  memcpy (&number, &bits, sizeof number);
  return number;
}

gboolean
ist_nsf_time_utc (IstNsfTime when, gint64 *since_utc)
{
  gint64 day = (gint64) (when.high & DAY_MASK);

  if (day == 0 || day == DAY_MASK)
    return FALSE;
  *since_utc = (day - JULIAN_1970) * 24 * 60 * 60;
  if (when.low < HUNDREDTHS_PER_DAY)
    *since_utc += when.low / 100;
  return TRUE;
}

char *
ist_nsf_time_text (IstNsfTime when)
{
  gboolean has_clock = when.low < HUNDREDTHS_PER_DAY;
  guint seconds = has_clock ? when.low / 100 : 0;
  g_autofree char *clock = has_clock ? g_strdup_printf ("T%02u:%02u:%02uZ", seconds / 3600, seconds / 60 % 60,
                                                        seconds % 60)
                                     : g_strdup ("");
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *day = NULL;
  gint64 since_utc;

  if (ist_nsf_time_utc (when, &since_utc))
    date = g_date_time_new_from_unix_utc (since_utc);
  if (date != NULL)
    day = g_strdup_printf ("%04d-%02d-%02d", g_date_time_get_year (date), g_date_time_get_month (date),
                           g_date_time_get_day_of_month (date));
  return g_strconcat (day != NULL ? day : "", clock, NULL);
}

gint
ist_nsf_time_zone_minutes (IstNsfTime when)
{
  gint minutes = (gint) (when.high >> 24 & 0x0F) * 60 + (gint) (when.high >> 28 & 0x03) * 15;

  if ((when.high & ZONE_EAST) == 0)
    minutes = -minutes;
  return minutes + (when.high & ZONE_DST ? 60 : 0);
}

char *
ist_nsf_replica_text (IstNsfTime replica_id)
{
  return g_strdup_printf ("%08X%08X", replica_id.high, replica_id.low);
}

char *
ist_nsf_unid_text (IstNsfUnid unid)
{
  return g_strdup_printf ("%08X%08X%08X%08X", unid.file.high, unid.file.low, unid.note.high, unid.note.low);
}

static char **
read_text_list (const guint8 *p, gsize size)
{
  guint n;
  gsize at;
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  if (size < 2)
    return size == 0 ? g_new0 (char *, 1) : NULL;
  n = nsf_u16 (p);
  at = 2 + 2 * (gsize) n;
  if (at > size)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      guint16 length = nsf_u16 (p + 2 + 2 * (gsize) i);

      if (length > size - at)
        return NULL;
      g_ptr_array_add (texts, ist_lmbcs_to_utf8 (p + at, length));
      at += length;
    }
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}

/* Counts the entries of a number or time item; *p moves to the first. Ranges follow the single ones. */
static gboolean
split_list (GBytes *value, gboolean list, const guint8 **p, guint *singles, guint *ranges)
{
  gsize size;

  *p = g_bytes_get_data (value, &size);
  *singles = 1;
  *ranges = 0;
  if (!list)
    return size >= ENTRY_BYTES;
  if (size < 4)
    return FALSE;
  *singles = nsf_u16 (*p);
  *ranges = nsf_u16 (*p + 2);
  *p += 4;
  return (gsize) *singles * ENTRY_BYTES + (gsize) *ranges * 2 * ENTRY_BYTES <= size - 4;
}

static char *
entry_text (const guint8 *p, gboolean is_time)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (is_time)
    return ist_nsf_time_text (nsf_time (p));
  return g_strdup (g_ascii_formatd (number, sizeof number, "%.15g", read_number (p)));
}

static char **
read_scalars (GBytes *value, guint16 type)
{
  gboolean is_time = type == IST_NSF_TIME || type == IST_NSF_TIMES;
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  guint singles, ranges;
  const guint8 *p;

  if (!split_list (value, type == IST_NSF_NUMBERS || type == IST_NSF_TIMES, &p, &singles, &ranges))
    return NULL;
  for (guint i = 0; i < singles; i++, p += ENTRY_BYTES)
    g_ptr_array_add (texts, entry_text (p, is_time));
  for (guint i = 0; i < ranges; i++, p += 2 * ENTRY_BYTES)
    {
      g_autofree char *first = entry_text (p, is_time);
      g_autofree char *last = entry_text (p + ENTRY_BYTES, is_time);

      g_ptr_array_add (texts, g_strconcat (first, "/", last, NULL));
    }
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}

static char **
read_unid_texts (GBytes *value)
{
  g_autoptr (GArray) unids = ist_nsf_value_unids (value, IST_NSF_UNIDS);
  char **texts;

  if (unids == NULL)
    return NULL;
  texts = g_new0 (char *, unids->len + 1);
  for (guint i = 0; i < unids->len; i++)
    texts[i] = ist_nsf_unid_text (g_array_index (unids, IstNsfUnid, i));
  return texts;
}

char **
ist_nsf_value_texts (GBytes *value, guint16 type)
{
  gsize size;
  const guint8 *p = g_bytes_get_data (value, &size);
  char **texts;

  switch (type)
    {
    case IST_NSF_TEXT:
      texts = g_new0 (char *, 2);
      texts[0] = ist_lmbcs_to_utf8 (p, size);
      return texts;
    case IST_NSF_TEXTS:
      return read_text_list (p, size);
    case IST_NSF_NUMBER:
    case IST_NSF_NUMBERS:
    case IST_NSF_TIME:
    case IST_NSF_TIMES:
      return read_scalars (value, type);
    case IST_NSF_UNIDS:
      return read_unid_texts (value);
    default:
      return NULL;
    }
}

GArray *
ist_nsf_value_numbers (GBytes *value, guint16 type)
{
  GArray *numbers;
  guint singles, ranges;
  const guint8 *p;

  if ((type != IST_NSF_NUMBER && type != IST_NSF_NUMBERS)
      || !split_list (value, type == IST_NSF_NUMBERS, &p, &singles, &ranges))
    return NULL;
  numbers = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < singles + ranges; i++, p += i > singles ? 2 * ENTRY_BYTES : ENTRY_BYTES)
    {
      double number = read_number (p);

      g_array_append_val (numbers, number);
    }
  return numbers;
}

GArray *
ist_nsf_value_times (GBytes *value, guint16 type)
{
  GArray *times;
  guint singles, ranges;
  const guint8 *p;

  if ((type != IST_NSF_TIME && type != IST_NSF_TIMES)
      || !split_list (value, type == IST_NSF_TIMES, &p, &singles, &ranges))
    return NULL;
  times = g_array_new (FALSE, FALSE, sizeof (IstNsfTime));
  for (guint i = 0; i < singles + ranges; i++, p += i > singles ? 2 * ENTRY_BYTES : ENTRY_BYTES)
    {
      IstNsfTime when = nsf_time (p);

      g_array_append_val (times, when);
    }
  return times;
}

/* Counted entries of one size; NULL when they are not all there. */
static const guint8 *
read_counted (GBytes *value, gsize entry_bytes, guint *n)
{
  gsize size;
  const guint8 *p = g_bytes_get_data (value, &size);

  if (size < 2 || nsf_u16 (p) > (size - 2) / entry_bytes)
    return NULL;
  *n = nsf_u16 (p);
  return p + 2;
}

GArray *
ist_nsf_value_unids (GBytes *value, guint16 type)
{
  guint n = 0;
  const guint8 *p = type == IST_NSF_UNIDS ? read_counted (value, UNID_BYTES, &n) : NULL;
  GArray *unids;

  if (p == NULL)
    return NULL;
  unids = g_array_sized_new (FALSE, FALSE, sizeof (IstNsfUnid), n);
  for (guint i = 0; i < n; i++, p += UNID_BYTES)
    {
      IstNsfUnid unid = read_unid (p);

      g_array_append_val (unids, unid);
    }
  return unids;
}

GArray *
ist_nsf_value_links (GBytes *value, guint16 type)
{
  guint n = 0;
  const guint8 *p = type == IST_NSF_LINKS ? read_counted (value, LINK_BYTES, &n) : NULL;
  GArray *links;

  if (p == NULL)
    return NULL;
  links = g_array_sized_new (FALSE, FALSE, sizeof (IstNsfLink), n);
  for (guint i = 0; i < n; i++, p += LINK_BYTES)
    {
      IstNsfLink link = { nsf_time (p), read_unid (p + 8), read_unid (p + 24) };

      g_array_append_val (links, link);
    }
  return links;
}
