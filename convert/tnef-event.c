#include "convert/tnef-event.h"

#include "convert/tnef-ical.h"
#include "convert/tnef-items.h"

#include <string.h>

#define MAX_ATTENDEES 1000
#define MAX_BYTES (2 * IST_TNEF_MAX_TEXT)
#define MAX_REMINDER_MINUTES (60 * 24 * 366)
/* "As the user has it by default" ([MS-OXORMDR], PidLidReminderDelta): Outlook's is a quarter of an hour. */
#define DEFAULT_REMINDER 0x5AE980E1

static gint64
to_utc (const IstTnefEvent *event, gint64 local)
{
  return event->zone != NULL ? ist_mapi_zone_to_utc (event->zone, local) : local;
}

static void
add_person (GString *out, const char *property, const char *parameters, const char *name, const char *address)
{
  g_autoptr (GString) line = g_string_new (property);

  g_string_append (line, parameters);
  ist_tnef_ical_parameter (line, "CN", name);
  g_string_append_printf (line, ":mailto:%s", address);
  ist_tnef_ical_fold (out, line->str);
}

static void
add_organizer (GString *out, const IstTnefEvent *event, const char *address, const char *name)
{
  g_autofree char *sender = ist_tnef_items_address (event->head, "Sender");
  g_autofree char *by = sender != NULL && g_ascii_strcasecmp (sender, address) != 0
                            ? g_strconcat ("mailto:", sender, NULL)
                            : NULL;
  g_autoptr (GString) parameters = g_string_new (NULL);

  ist_tnef_ical_parameter (parameters, "SENT-BY", by);
  add_person (out, "ORGANIZER", parameters->str, name, address);
}

static const char *
answer_of (const IstTnefPerson *person)
{
  switch (person->answer)
    {
    case 2:
      return "TENTATIVE";
    case 3:
      return "ACCEPTED";
    case 4:
      return "DECLINED";
    default:
      return "NEEDS-ACTION";
    }
}

/* [MS-OXCICAL] 2.1.3.1.1.20.2: required, optional, resource. */
static void
add_attendee (GString *out, const IstTnefPerson *person, gboolean wants_answer)
{
  static const char *const roles[] = { ";ROLE=REQ-PARTICIPANT", ";ROLE=OPT-PARTICIPANT",
                                       ";CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT" };
  g_autofree char *parameters = g_strdup_printf (
      "%s;PARTSTAT=%s;RSVP=%s", roles[CLAMP (person->kind, 1, 3) - 1], answer_of (person),
      wants_answer ? "TRUE" : "FALSE");

  add_person (out, "ATTENDEE", parameters, person->name, person->address);
}

static gboolean
is_usable (const char *address)
{
  return address != NULL && g_str_is_ascii (address) && strlen (address) <= 320
         && strpbrk (address, "\r\n;,<> \"") == NULL;
}

static void
add_attendees (GString *out, IstTnefEvent *event, const char *organizer)
{
  const IstTnef *tnef = event->tnef;
  g_autofree char *to = ist_tnef_items_address (event->head, "To");
  gboolean wants_answer
      = ist_mapi_prop_number (tnef->props, ist_mapi_props_find (tnef->props, 0x0063), 1) != 0;

  event->n_nameless = 0;
  for (guint i = 0; i < tnef->recipients->len && i < MAX_ATTENDEES; i++)
    {
      const IstTnefPerson *person = g_ptr_array_index (tnef->recipients, i);

      if ((person->flags & 2) != 0
          || (organizer != NULL && person->address != NULL && g_ascii_strcasecmp (person->address, organizer) == 0))
        continue;
      if (is_usable (person->address))
        add_attendee (out, person, wants_answer);
      else
        event->n_nameless++;
    }
  if (tnef->recipients->len == 0 && to != NULL)
    add_person (out, "ATTENDEE", ";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE", NULL, to);
}

static void
add_people (GString *out, IstTnefEvent *event)
{
  g_autofree char *from = ist_tnef_items_address (event->head, "From");
  g_autofree char *to = ist_tnef_items_address (event->head, "To");
  g_autofree char *name = ist_mapi_props_text (event->tnef->props, 0x0042);

  if (strcmp (event->method, "PUBLISH") == 0)
    return;
  if (event->kind->answer != NULL)
    {
      g_autofree char *answer = g_strdup_printf (";PARTSTAT=%s", event->kind->answer);

      if (to != NULL)
        add_person (out, "ORGANIZER", "", NULL, to);
      if (from != NULL)
        add_person (out, "ATTENDEE", answer, name, from);
      return;
    }
  if (from != NULL)
    add_organizer (out, event, from, name);
  add_attendees (out, event, from);
}

static void
add_busy (GString *out, const IstTnefEvent *event, gint64 override)
{
  static const char *const names[] = { "FREE", "TENTATIVE", "BUSY", "OOF", "WORKINGELSEWHERE" };
  static const struct
  {
    guint32 lid;
    const char *property;
  } rows[] = { { 0x8205, "X-MICROSOFT-CDO-BUSYSTATUS" }, { 0x8224, "X-MICROSOFT-CDO-INTENDEDSTATUS" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 busy = ist_mapi_prop_number (
          event->tnef->props,
          ist_mapi_props_find_lid (event->tnef->props, ist_mapi_set_appointment, rows[i].lid), -1);

      if (i == 0 && override >= 0)
        busy = override;
      if (busy < 0 || busy >= (gint64) G_N_ELEMENTS (names))
        continue;
      if (i == 0)
        g_string_append_printf (out, "TRANSP:%s\n", busy == 0 || busy == 4 ? "TRANSPARENT" : "OPAQUE");
      g_string_append_printf (out, "%s:%s\n", rows[i].property, names[busy]);
    }
}

static void
add_reminder (GString *out, const IstTnefEvent *event)
{
  const IstMapiProps *props = event->tnef->props;
  gint64 minutes = ist_mapi_prop_number (props, ist_mapi_props_find_lid (props, ist_mapi_set_common, 0x8501), 15);

  if ((strcmp (event->method, "REQUEST") != 0 && strcmp (event->method, "PUBLISH") != 0)
      || ist_mapi_prop_number (props, ist_mapi_props_find_lid (props, ist_mapi_set_common, 0x8503), 0) == 0)
    return;
  if (minutes == DEFAULT_REMINDER)
    minutes = 15;
  if (minutes < 0 || minutes > MAX_REMINDER_MINUTES)
    return;
  g_string_append_printf (out,
                          "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Reminder\nTRIGGER;RELATED=START:-PT%"
                          G_GINT64_FORMAT "M\nEND:VALARM\n",
                          minutes);
}

/* A day without hours is kept as the sender's midnight; where his clock is not known, the nearest date is meant. */
static gint64
shown (const IstTnefEvent *event, gint64 utc, gboolean all_day)
{
  return all_day && utc != 0 && event->zone == NULL ? utc + 43200 : utc;
}

static void
add_time (GString *out, const IstTnefEvent *event, const char *name, gint64 utc, gboolean all_day)
{
  ist_tnef_ical_time (out, name, shown (event, utc, all_day), event->zone, all_day);
}

static void
begin_event (GString *out, const IstTnefEvent *event)
{
  g_string_append (out, "BEGIN:VEVENT\n");
  ist_tnef_ical_text (out, "UID", event->uid);
  /* DTSTAMP must be there (RFC 5545 3.6.1): when it was sent, else when it begins; never now, so that the same
   * message gives the same text. */
  ist_tnef_ical_time (out, "DTSTAMP", MAX (event->stamp, 1), NULL, FALSE);
}

static void
end_event (GString *out, IstTnefEvent *event, gint busy)
{
  add_people (out, event);
  add_busy (out, event, busy);
  ist_tnef_ical_marks (out, event->tnef);
  g_string_append_printf (out, "SEQUENCE:%" G_GINT64_FORMAT "\n", event->sequence);
  if (strcmp (event->method, "CANCEL") == 0)
    g_string_append (out, "STATUS:CANCELLED\n");
  add_reminder (out, event);
  g_string_append (out, "END:VEVENT\n");
}

static gboolean
is_changed (const IstMapiRecur *recur, gint64 day)
{
  for (guint i = 0; i < recur->exceptions->len; i++)
    {
      const IstMapiException *exception = g_ptr_array_index (recur->exceptions, i);

      if (exception->original >= day && exception->original < day + 86400)
        return TRUE;
    }
  return FALSE;
}

/* Deleted instances have their days there; changed ones too, but those get a VEVENT of their own. */
static void
add_rule (GString *out, const IstTnefEvent *event)
{
  const IstMapiRecur *recur = event->recur;
  gint64 offset = event->all_day ? 0 : (gint64) recur->start_minutes * 60;
  g_autoptr (GString) rule = g_string_new ("RRULE:");

  g_string_append (rule, event->rule);
  if (recur->count > 0)
    g_string_append_printf (rule, ";COUNT=%u", recur->count);
  else if (!recur->endless)
    {
      gint64 until = event->all_day ? recur->until : to_utc (event, recur->until + offset);
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (until);
      g_autofree char *text
          = time != NULL ? g_date_time_format (time, event->all_day ? "%Y%m%d" : "%Y%m%dT%H%M%SZ") : NULL;

      if (text != NULL && g_date_time_get_year (time) < 4500)
        g_string_append_printf (rule, ";UNTIL=%s", text);
    }
  ist_tnef_ical_fold (out, rule->str);
  for (guint i = 0; i < recur->deleted->len; i++)
    {
      gint64 day = g_array_index (recur->deleted, gint64, i);

      if (is_changed (recur, day))
        continue;
      if (event->all_day)
        ist_tnef_ical_time (out, "EXDATE", day, NULL, TRUE);
      else
        add_time (out, event, "EXDATE", to_utc (event, day + offset), FALSE);
    }
}

/* The text of a changed instance is in a message that is attached out of sight (PidTagExceptionReplaceTime says to
 * which it belongs). */
static void
read_changed_texts (IstTnefEvent *event)
{
  event->changed_texts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  for (guint i = 0; i < event->tnef->attachments->len; i++)
    {
      const IstTnefAttachment *a = g_ptr_array_index (event->tnef->attachments, i);
      gint64 time;
      char *text;

      if (a->message == NULL)
        continue;
      time = ist_mapi_prop_time_utc (a->props, ist_mapi_props_find (a->props, 0x7FF9));
      text = time != 0 ? ist_tnef_text (a->message, IST_TNEF_MAX_TEXT, NULL) : NULL;
      if (text != NULL)
        g_hash_table_insert (event->changed_texts, g_memdup2 (&time, sizeof time), g_strchomp (text));
    }
}

static void
add_exception (GString *out, IstTnefEvent *event, const IstMapiException *exception)
{
  gboolean all_day = exception->all_day >= 0 ? exception->all_day != 0 : event->all_day;
  gint64 original = to_utc (event, exception->original);
  const char *text = g_hash_table_lookup (event->changed_texts, &original);

  begin_event (out, event);
  if (event->all_day)
    ist_tnef_ical_time (out, "RECURRENCE-ID", exception->original, NULL, TRUE);
  else
    add_time (out, event, "RECURRENCE-ID", original, FALSE);
  if (all_day)
    {
      ist_tnef_ical_time (out, "DTSTART", exception->start, NULL, TRUE);
      ist_tnef_ical_time (out, "DTEND", exception->end, NULL, TRUE);
    }
  else
    {
      add_time (out, event, "DTSTART", to_utc (event, exception->start), FALSE);
      add_time (out, event, "DTEND", to_utc (event, exception->end), FALSE);
    }
  ist_tnef_ical_text (out, "SUMMARY", exception->subject != NULL ? exception->subject : event->subject);
  ist_tnef_ical_text (out, "LOCATION", exception->location != NULL ? exception->location : event->location);
  ist_tnef_ical_text (out, "DESCRIPTION", text != NULL ? text : event->text);
  end_event (out, event, exception->busy);
}

void
ist_tnef_event_write (GString *out, IstTnefEvent *event)
{
  begin_event (out, event);
  if (event->replaced != 0)
    add_time (out, event, "RECURRENCE-ID", event->replaced, event->all_day);
  add_time (out, event, "DTSTART", event->start, event->all_day);
  add_time (out, event, "DTEND", event->end, event->all_day);
  if (event->all_day)
    g_string_append (out, "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n");
  if (event->recur != NULL)
    add_rule (out, event);
  ist_tnef_ical_text (out, "SUMMARY", event->subject);
  ist_tnef_ical_text (out, "LOCATION", event->location);
  /* The body of an answer is its comment: [MS-OXCICAL] 2.1.3.1.1.20.5. */
  ist_tnef_ical_text (out, event->kind->answer != NULL ? "COMMENT" : "DESCRIPTION", event->text);
  end_event (out, event, -1);
  if (event->recur == NULL)
    return;
  read_changed_texts (event);
  for (guint i = 0; i < event->recur->exceptions->len && !event->is_cut; i++)
    {
      /* Each repeats all people and the text. */
      event->is_cut = out->len > MAX_BYTES;
      if (!event->is_cut)
        add_exception (out, event, g_ptr_array_index (event->recur->exceptions, i));
    }
}
