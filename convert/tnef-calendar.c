/* The iCalendar of a meeting: properties by [MS-OXOCAL], mapping by [MS-OXCICAL] 2.1.3.1.1.20. */
#include "convert/tnef-items.h"

#include "convert/format/mapi-recur.h"
#include "convert/tnef-event.h"
#include "convert/tnef-ical.h"

#include <string.h>

static const IstTnefEventKind kinds[] = {
  { "IPM.Schedule.Meeting.Request", "REQUEST", NULL },
  { "IPM.Schedule.Meeting.Canceled", "CANCEL", NULL },
  { "IPM.Schedule.Meeting.Resp.Pos", "REPLY", "ACCEPTED" },
  { "IPM.Schedule.Meeting.Resp.Neg", "REPLY", "DECLINED" },
  { "IPM.Schedule.Meeting.Resp.Tent", "REPLY", "TENTATIVE" },
  { "IPM.Microsoft Schedule.MtgReq", "REQUEST", NULL },
  { "IPM.Microsoft Schedule.MtgCncl", "CANCEL", NULL },
  { "IPM.Microsoft Schedule.MtgRespP", "REPLY", "ACCEPTED" },
  { "IPM.Microsoft Schedule.MtgRespN", "REPLY", "DECLINED" },
  { "IPM.Microsoft Schedule.MtgRespA", "REPLY", "TENTATIVE" },
  { "IPM.Appointment", "PUBLISH", NULL },
};

static const IstTnefEventKind *
kind_of (const IstTnef *tnef)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strncasecmp (tnef->message_class, kinds[i].class, strlen (kinds[i].class)) == 0)
      return &kinds[i];
  return NULL;
}

static gint64
number (const IstTnef *tnef, guint32 lid, gint64 fallback)
{
  return ist_mapi_prop_number (
      tnef->props, ist_mapi_props_find_lid (tnef->props, ist_mapi_set_appointment, lid), fallback);
}

static gint64
time_of (const IstTnef *tnef, guint32 lid, guint16 id, gint64 fallback)
{
  gint64 utc = ist_mapi_prop_time_utc (
      tnef->props, ist_mapi_props_find_lid (tnef->props, ist_mapi_set_appointment, lid));

  if (utc == 0 && id != 0)
    utc = ist_mapi_prop_time_utc (tnef->props, ist_mapi_props_find (tnef->props, id));
  return utc != 0 ? utc : fallback;
}

/* The rule counts, not the name; a description names the old structure. */
static IstMapiZone *
find_zone (const IstTnef *tnef, gboolean is_series)
{
  static const guint32 for_series[] = { 0x8260, 0x8233, 0x825E };
  static const guint32 for_one[] = { 0x825E, 0x8260, 0x8233 };

  for (gsize i = 0; i < G_N_ELEMENTS (for_one); i++)
    {
      guint32 lid = is_series ? for_series[i] : for_one[i];
      gsize size;
      const guint8 *data = ist_tnef_ical_binary (tnef, ist_mapi_set_appointment, lid, &size);
      IstMapiZone *zone = NULL;

      if (data == NULL)
        continue;
      zone = lid == 0x8233 ? ist_mapi_zone_of_struct (data, size)
                           : ist_mapi_zone_of_definition (data, size);
      if (zone != NULL && zone->name == NULL)
        zone->name = ist_mapi_props_lid_text (tnef->props, ist_mapi_set_appointment, 0x8234);
      if (zone != NULL)
        return zone;
    }
  return NULL;
}

/* Without a rule: what the first meeting's time by the clock and by Greenwich differ. */
static IstMapiZone *
guess_zone (const IstTnefEvent *event)
{
  gint64 local = event->recur->first + (gint64) event->recur->start_minutes * 60;
  gint64 minutes = (local - event->start) / 60;

  return ist_mapi_zone_fixed (ABS (minutes) <= 14 * 60 ? (gint32) minutes : 0);
}

/* When the instance that is changed or cancelled was to be: [MS-OXCICAL] 2.1.3.1.1.20.20. */
static gint64
find_replaced (const IstTnefEvent *event)
{
  gint64 utc = time_of (event->tnef, 0x8228, 0, 0);
  gsize size;
  const guint8 *id = ist_tnef_ical_binary (event->tnef, ist_mapi_set_meeting, 0x03, &size);
  gint64 packed = ist_mapi_prop_number (
      event->tnef->props, ist_mapi_props_find_lid (event->tnef->props, ist_mapi_set_meeting, 0x0E), -1);
  g_autoptr (GDateTime) day = NULL;
  gint64 local;

  if (utc != 0)
    return utc;
  if (id == NULL || size < 20 || (id[16] == 0 && id[17] == 0))
    return 0;
  day = g_date_time_new_utc (id[16] << 8 | id[17], id[18], id[19], 0, 0, 0);
  if (day == NULL)
    return 0;
  /* Hours, minutes and seconds in six bits each. */
  if (packed < 0 || packed >> 12 > 23)
    return event->zone == NULL ? g_date_time_to_unix (day) + event->start % 86400 : 0;
  local = g_date_time_to_unix (day) + (packed >> 12) * 3600 + (packed >> 6 & 63) * 60 + (packed & 63);
  return event->zone != NULL ? ist_mapi_zone_to_utc (event->zone, local) : local;
}

static void
read_series (IstTnefEvent *event, char **note)
{
  gsize size;
  const guint8 *data = ist_tnef_ical_binary (event->tnef, ist_mapi_set_appointment, 0x8216, &size);

  if (data == NULL)
    return;
  event->recur = ist_mapi_recur_read (data, size, event->tnef->code_page);
  event->rule = event->recur != NULL ? ist_mapi_recur_rule (event->recur) : NULL;
  if (event->rule == NULL)
    {
      g_free (*note);
      *note = g_strdup (event->recur == NULL ? "how the meeting recurs is damaged: only its first time is given"
                                             : "the meeting recurs by a calendar that iCalendar does not know: only "
                                               "its first time is given");
      g_clear_pointer (&event->recur, ist_mapi_recur_free);
    }
  else if (event->recur->damaged && *note == NULL)
    *note = g_strdup ("some of the changed times of the series could not be read");
}

static gboolean
fill (IstTnefEvent *event, const IstTnef *tnef, char **note)
{
  gboolean is_counter = event->kind->answer != NULL && number (tnef, 0x8257, 0) != 0;

  event->tnef = tnef;
  event->method = is_counter ? "COUNTER" : event->kind->method;
  event->start = time_of (tnef, is_counter ? 0x8250 : 0x820D, 0x0060, tnef->start_utc);
  event->end = time_of (tnef, is_counter ? 0x8251 : 0x820E, 0x0061, tnef->end_utc);
  event->all_day = number (tnef, 0x8215, 0) != 0;
  event->sequence = MAX (number (tnef, 0x8201, 0), 0);
  event->uid = ist_tnef_ical_uid (tnef);
  event->subject = ist_tnef_items_subject (tnef, event->head);
  event->location = ist_mapi_props_lid_text (tnef->props, ist_mapi_set_appointment, 0x8208);
  event->stamp = tnef->sent_utc != 0 ? tnef->sent_utc : event->start;
  /* Without an identity nobody could match an answer; an appointment needs none. */
  if ((event->uid == NULL && strcmp (event->kind->method, "PUBLISH") != 0) || event->start == 0)
    return FALSE;
  if (event->uid == NULL)
    event->uid = g_strdup_printf ("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "@tnef.invalid",
                                  event->start, tnef->sent_utc);
  if (event->kind->answer == NULL)
    read_series (event, note);
  event->zone = find_zone (tnef, event->recur != NULL);
  if (event->recur != NULL && event->zone == NULL)
    event->zone = guess_zone (event);
  event->replaced = event->recur == NULL ? find_replaced (event) : 0;
  return TRUE;
}

static void
clear (IstTnefEvent *event)
{
  g_free (event->uid);
  g_free (event->subject);
  g_free (event->location);
  g_free (event->rule);
  ist_mapi_recur_free (event->recur);
  ist_mapi_zone_free (event->zone);
  if (event->changed_texts != NULL)
    g_hash_table_unref (event->changed_texts);
}

static IstMimeNode *
write (IstTnefEvent *event, char **note)
{
  g_autoptr (GString) out = ist_tnef_ical_begin (event->method);

  if (event->zone != NULL && !event->all_day)
    ist_tnef_ical_zone (out, event->zone);
  ist_tnef_event_write (out, event);
  g_string_append (out, "END:VCALENDAR\n");
  if (event->is_cut && *note == NULL)
    *note = g_strdup ("the series has more changed times than can be carried");
  if (event->n_nameless > 0 && *note == NULL)
    *note = g_strdup_printf ("%u of those invited have no address and are left out of the invitation",
                             event->n_nameless);
  return ist_tnef_ical_node (out->str, NULL, event->method);
}

void
ist_tnef_calendar_add (const IstTnef *tnef, IstTnefParts *parts, const IstMessage *head)
{
  g_autofree char *text = parts->text != NULL ? g_strchomp (g_strdup (parts->text)) : NULL;
  IstTnefEvent event
      = { .kind = kind_of (tnef), .head = head, .text = text != NULL && *text != '\0' ? text : NULL };

  if (event.kind != NULL && fill (&event, tnef, &parts->note))
    {
      g_ptr_array_add (parts->alternatives, write (&event, &parts->note));
      parts->has_series = event.recur != NULL;
    }
  clear (&event);
}
