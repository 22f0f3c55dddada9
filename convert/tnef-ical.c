#include "convert/tnef-ical.h"

#include <string.h>

#define LINE_OCTETS 73
#define NO_YEAR 4500 /* Outlook's "none" is in 4501 */

GString *
ist_tnef_ical_begin (const char *method)
{
  GString *out = g_string_new ("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Isthmus//TNEF//EN\n");

  g_string_append_printf (out, "METHOD:%s\n", method);
  return out;
}

IstMimeNode *
ist_tnef_ical_node (const char *text, const char *name, const char *method)
{
  IstMimeNode *node = ist_mime_node_new ("text/calendar", name, name != NULL ? "attachment" : NULL);
  g_autofree char *field
      = g_strdup_printf ("Content-Type: text/calendar; charset=utf-8; method=%s\r\n", method);

  ist_mime_node_set_text (node, text);
  if (name != NULL)
    return node;
  ist_mime_node_set_field (node, "Content-Type", field);
  ist_mime_node_reread (node);
  return node;
}

void
ist_tnef_ical_fold (GString *out, const char *line)
{
  gsize size = strlen (line), at = 0;

  while (size - at > LINE_OCTETS)
    {
      gsize n = LINE_OCTETS;

      while (n > 1 && ((guchar) line[at + n] & 0xC0) == 0x80)
        n--;
      g_string_append_len (out, line + at, (gssize) n);
      g_string_append (out, "\n ");
      at += n;
    }
  g_string_append (out, line + at);
  g_string_append_c (out, '\n');
}

void
ist_tnef_ical_escape (GString *out, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (out, "\\n");
    else if (*p == '\\' || *p == ';' || *p == ',')
      g_string_append_printf (out, "\\%c", *p);
    else if (!g_ascii_iscntrl (*p))
      g_string_append_c (out, *p);
}

void
ist_tnef_ical_text (GString *out, const char *name, const char *text)
{
  g_autoptr (GString) line = g_string_new (name);

  if (text == NULL)
    return;
  g_string_append_c (line, ':');
  ist_tnef_ical_escape (line, text);
  ist_tnef_ical_fold (out, line->str);
}

void
ist_tnef_ical_parameter (GString *line, const char *name, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  g_string_append_printf (line, ";%s=\"", name);
  for (const char *p = text; *p != '\0'; p++)
    if (*p != '"' && !g_ascii_iscntrl (*p))
      g_string_append_c (line, *p);
  g_string_append_c (line, '"');
}

/* Comma, colon and semicolon would have to be written in two ways, in which programs differ. */
char *
ist_tnef_ical_zone_name (const IstMapiZone *zone)
{
  g_autofree char *name = g_strndup (zone->name != NULL ? zone->name : "", 200);
  char *valid;

  g_strdelimit (name, ",;", '/');
  g_strdelimit (name, ":", '.');
  for (char *p = name; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) || *p == '"' || *p == '\\')
      *p = ' ';
  g_strstrip (name);
  valid = g_utf8_make_valid (name, -1);
  if (*valid != '\0')
    return valid;
  g_free (valid);
  return g_strdup ("Customized Time Zone");
}

void
ist_tnef_ical_time (GString *out, const char *name, gint64 utc, const IstMapiZone *zone,
                    gboolean is_date)
{
  g_autoptr (GDateTime) time
      = utc != 0 ? g_date_time_new_from_unix_utc (zone != NULL ? ist_mapi_zone_to_local (zone, utc) : utc)
                 : NULL;
  g_autofree char *text = NULL, *zone_name = NULL, *line = NULL;

  if (time == NULL || g_date_time_get_year (time) > NO_YEAR)
    return;
  text = g_date_time_format (time, is_date ? "%Y%m%d" : "%Y%m%dT%H%M%S");
  if (is_date)
    line = g_strdup_printf ("%s;VALUE=DATE:%s", name, text);
  else if (zone == NULL)
    line = g_strdup_printf ("%s:%sZ", name, text);
  else
    {
      zone_name = ist_tnef_ical_zone_name (zone);
      line = g_strdup_printf ("%s;TZID=%s:%s", name, zone_name, text);
    }
  ist_tnef_ical_fold (out, line);
}

static void
add_offset (GString *out, const char *name, gint32 minutes)
{
  g_string_append_printf (out, "%s:%c%02d%02d\n", name, minutes < 0 ? '-' : '+', ABS (minutes) / 60,
                          ABS (minutes) % 60);
}

/* The rule as a component that holds since 1970. */
static void
add_observance (GString *out, const char *kind, gint32 from, gint32 to, const IstMapiZoneChange *change)
{
  static const char *const days[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };
  g_autoptr (GDateTime) start = NULL;
  g_autofree char *text = NULL;

  g_string_append_printf (out, "BEGIN:%s\n", kind);
  if (change->month != 0)
    start = g_date_time_new_from_unix_utc (
        ist_mapi_zone_change (change, change->year != 0 ? (gint) change->year : 1970));
  text = start != NULL ? g_date_time_format (start, "%Y%m%dT%H%M%S") : g_strdup ("19700101T000000");
  g_string_append_printf (out, "DTSTART:%s\n", text);
  add_offset (out, "TZOFFSETFROM", from);
  add_offset (out, "TZOFFSETTO", to);
  if (change->month != 0 && change->year == 0)
    g_string_append_printf (out, "RRULE:FREQ=YEARLY;BYDAY=%d%s;BYMONTH=%u\n",
                            change->day == 5 ? -1 : (gint) change->day, days[change->weekday],
                            change->month);
  g_string_append_printf (out, "END:%s\n", kind);
}

void
ist_tnef_ical_zone (GString *out, const IstMapiZone *zone)
{
  g_autofree char *name = ist_tnef_ical_zone_name (zone);

  g_string_append (out, "BEGIN:VTIMEZONE\n");
  ist_tnef_ical_text (out, "TZID", name);
  add_observance (out, "STANDARD", zone->summer_minutes, zone->standard_minutes, &zone->to_standard);
  if (zone->to_summer.month != 0)
    add_observance (out, "DAYLIGHT", zone->standard_minutes, zone->summer_minutes, &zone->to_summer);
  g_string_append (out, "END:VTIMEZONE\n");
}

const guint8 *
ist_tnef_ical_binary (const IstTnef *tnef, const guint8 set[16], guint32 lid, gsize *size_bytes)
{
  const IstMapiProp *prop = ist_mapi_props_find_lid (tnef->props, set, lid);
  IstMapiValue value;

  if (prop == NULL || prop->type != IST_MAPI_BINARY
      || !ist_mapi_prop_range (tnef->props, prop, 0, &value))
    return NULL;
  *size_bytes = value.size_bytes;
  return (const guint8 *) ist_body_data (ist_mapi_props_body (tnef->props), NULL) + value.offset;
}

/* [MS-OXCICAL] 2.1.3.1.1.20.26: the text behind "vCal-Uid", else the hex digits with the date of the instance zeroed. */
char *
ist_tnef_ical_uid (const IstTnef *tnef)
{
  static const char mark[] = "vCal-Uid\1\0\0";
  gsize size;
  const guint8 *data = ist_tnef_ical_binary (tnef, ist_mapi_set_meeting, 0x23, &size);
  GString *uid;

  if (data == NULL)
    data = ist_tnef_ical_binary (tnef, ist_mapi_set_meeting, 0x03, &size);
  if (data == NULL || size < 40 || size > 1024)
    return NULL;
  if (size > 52 && memcmp (data + 40, mark, 12) == 0)
    {
      g_autofree char *text = g_strndup ((const char *) data + 52, size - 52);

      if (*text != '\0')
        return g_utf8_make_valid (text, -1);
    }
  uid = g_string_new (NULL);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (uid, "%02X", i >= 16 && i < 20 ? 0 : data[i]);
  return g_string_free (uid, FALSE);
}

static void
add_categories (GString *out, const IstTnef *tnef)
{
  const IstMapiProp *prop
      = ist_mapi_props_find_name (tnef->props, ist_mapi_set_public_strings, "Keywords");
  g_autoptr (GString) line = g_string_new ("CATEGORIES:");
  gsize empty = line->len;

  for (guint i = 0; prop != NULL && i < MIN (prop->n_values, 100); i++)
    {
      g_autofree char *text = ist_mapi_prop_text (tnef->props, prop, i);

      if (text == NULL || *text == '\0')
        continue;
      if (line->len > empty)
        g_string_append_c (line, ',');
      ist_tnef_ical_escape (line, text);
    }
  if (line->len > empty)
    ist_tnef_ical_fold (out, line->str);
}

void
ist_tnef_ical_marks (GString *out, const IstTnef *tnef)
{
  static const char *const classes[] = { "PUBLIC", "PRIVATE", "PRIVATE", "CONFIDENTIAL" };
  static const char *const priorities[] = { "9", "5", "1" };
  gint64 sensitivity
      = ist_mapi_prop_number (tnef->props, ist_mapi_props_find (tnef->props, 0x0036), -1);
  gint64 importance
      = ist_mapi_prop_number (tnef->props, ist_mapi_props_find (tnef->props, 0x0017), -1);

  if (sensitivity >= 0 && sensitivity < (gint64) G_N_ELEMENTS (classes))
    ist_tnef_ical_text (out, "CLASS", classes[sensitivity]);
  if (importance >= 0 && importance < (gint64) G_N_ELEMENTS (priorities))
    ist_tnef_ical_text (out, "PRIORITY", priorities[importance]);
  add_categories (out, tnef);
}
