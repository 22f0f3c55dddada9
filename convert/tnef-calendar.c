/* The basic iCalendar of a meeting or task; properties by [MS-OXOCAL] and [MS-OXOTASK], mapping by [MS-OXCICAL]. */
#include "convert/tnef-items.h"

#include <string.h>

#define MAX_DESCRIPTION ((gsize) 256 * 1024)

typedef struct
{
  const char *class; /* begins the message class */
  const char *method;
  const char *answer; /* PARTSTAT of an answer; NULL: no answer */
} Kind;

static const Kind kinds[] = {
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

static const Kind *
kind_of (const IstTnef *tnef)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strncasecmp (tnef->message_class, kinds[i].class, strlen (kinds[i].class)) == 0)
      return &kinds[i];
  return NULL;
}

/* [MS-OXCICAL] 2.1.3.1.1.20.26: the text behind "vCal-Uid", else the hex digits with the date of the instance zeroed. */
static char *
make_uid (const IstTnef *tnef)
{
  static const char mark[] = "vCal-Uid\1\0\0";
  const IstMapiProp *prop = ist_mapi_props_find_lid (tnef->props, ist_mapi_set_meeting, 0x23);
  const char *data = ist_body_data (ist_mapi_props_body (tnef->props), NULL);
  GString *uid;
  IstMapiValue value;

  if (prop == NULL)
    prop = ist_mapi_props_find_lid (tnef->props, ist_mapi_set_meeting, 0x03);
  if (!ist_mapi_prop_range (tnef->props, prop, 0, &value) || value.size_bytes < 40
      || value.size_bytes > 1024 || prop->type != IST_MAPI_BINARY)
    return NULL;
  data += value.offset;
  if (value.size_bytes > 52 && memcmp (data + 40, mark, 12) == 0)
    {
      g_autofree char *text = g_strndup (data + 52, value.size_bytes - 52);

      return g_utf8_make_valid (text, -1);
    }
  uid = g_string_new (NULL);
  for (gsize i = 0; i < value.size_bytes; i++)
    g_string_append_printf (uid, "%02X", i >= 16 && i < 20 ? 0 : (guint8) data[i]);
  return g_string_free (uid, FALSE);
}

static void
add_time (GString *out, const char *name, gint64 utc, gboolean is_date)
{
  g_autoptr (GDateTime) time = utc != 0 ? g_date_time_new_from_unix_utc (utc) : NULL;
  g_autofree char *text = NULL;

  if (time == NULL || g_date_time_get_year (time) > 9999)
    return;
  text = g_date_time_format (time, is_date ? "%Y%m%d" : "%Y%m%dT%H%M%SZ");
  g_string_append_printf (out, "%s%s:%s\n", name, is_date ? ";VALUE=DATE" : "", text);
}

static gint64
time_of (const IstTnef *tnef, const guint8 set[16], guint32 lid, guint16 id, gint64 fallback)
{
  gint64 utc
      = ist_mapi_prop_time_utc (tnef->props, ist_mapi_props_find_lid (tnef->props, set, lid));

  if (utc == 0 && id != 0)
    utc = ist_mapi_prop_time_utc (tnef->props, ist_mapi_props_find (tnef->props, id));
  return utc != 0 ? utc : fallback;
}

static void
add_person (GString *out, const char *property, const char *address)
{
  if (address != NULL)
    g_string_append_printf (out, "%s:mailto:%s\n", property, address);
}

static void
add_people (GString *out, const IstTnef *tnef, const IstMessage *head, const Kind *kind)
{
  g_autofree char *from = ist_tnef_items_address (head, "From");
  g_autofree char *to = ist_tnef_items_address (head, "To");
  g_autofree char *attendee = NULL;

  if (strcmp (kind->method, "PUBLISH") == 0)
    return;
  if (kind->answer != NULL)
    {
      attendee = g_strdup_printf ("ATTENDEE;PARTSTAT=%s", kind->answer);
      add_person (out, "ORGANIZER", to);
      add_person (out, attendee, from);
      return;
    }
  add_person (out, "ORGANIZER", from);
  for (guint i = 0; i < tnef->recipients->len && i < 1000; i++)
    {
      const IstTnefPerson *person = g_ptr_array_index (tnef->recipients, i);

      if (person->address != NULL && strpbrk (person->address, "\r\n;,<> ") == NULL)
        add_person (out, "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE", person->address);
    }
  if (tnef->recipients->len == 0)
    add_person (out, "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE", to);
}

static IstMimeNode *
make_node (const char *text, const char *name, const char *method)
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

/* DTSTAMP must be there (RFC 5545 3.6.1): when it was sent, else when it begins; never now, so that the same message
 * gives the same text. */
static GString *
begin (const char *method, const char *component, gint64 stamp, const char *uid)
{
  GString *out = g_string_new ("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Isthmus//TNEF//EN\n");

  g_string_append_printf (out, "METHOD:%s\nBEGIN:%s\n", method, component);
  ist_tnef_items_line (out, "UID", uid);
  add_time (out, "DTSTAMP", MAX (stamp, 1), FALSE);
  return out;
}

/* CLASS by PidTagSensitivity ([MS-OXCMSG] 2.2.1.13): personal and private are one there. */
static void
add_class (GString *out, const IstTnef *tnef)
{
  gint64 value
      = ist_mapi_prop_number (tnef->props, ist_mapi_props_find (tnef->props, 0x0036), 0);

  if (value >= 1 && value <= 3)
    g_string_append_printf (out, "CLASS:%s\n", value == 3 ? "CONFIDENTIAL" : "PRIVATE");
}

/* The body is the text of the meeting, that of an answer its comment ([MS-OXCICAL] 2.1.3.1.1.20.5 and .11). A very long
 * one stands in the text part alone. */
static void
add_body (GString *out, const Kind *kind, const char *text)
{
  g_autofree char *body = text != NULL ? g_strchomp (g_strdup (text)) : NULL;

  if (body != NULL && *body != '\0' && strlen (body) <= MAX_DESCRIPTION)
    ist_tnef_items_line (out, kind->answer != NULL ? "COMMENT" : "DESCRIPTION", body);
}

IstMimeNode *
ist_tnef_calendar_new (const IstTnef *tnef, const IstMessage *head, const char *text)
{
  const Kind *kind = kind_of (tnef);
  gint64 start = time_of (tnef, ist_mapi_set_appointment, 0x820D, 0x0060, tnef->start_utc);
  gint64 end = time_of (tnef, ist_mapi_set_appointment, 0x820E, 0x0061, tnef->end_utc);
  gint64 sequence = ist_mapi_prop_number (
      tnef->props, ist_mapi_props_find_lid (tnef->props, ist_mapi_set_appointment, 0x8201), 0);
  gboolean all_day = ist_mapi_prop_number (
      tnef->props, ist_mapi_props_find_lid (tnef->props, ist_mapi_set_appointment, 0x8215), 0);
  g_autofree char *uid = make_uid (tnef);
  g_autofree char *location
      = ist_mapi_props_lid_text (tnef->props, ist_mapi_set_appointment, 0x8208);
  g_autoptr (GString) out = NULL;

  /* Without an identity nobody could match an answer; an appointment needs none. */
  if (kind == NULL || (uid == NULL && strcmp (kind->method, "PUBLISH") != 0) || start == 0)
    return NULL;
  if (uid == NULL)
    uid = g_strdup_printf ("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "@tnef.invalid", start,
                           tnef->sent_utc);
  out = begin (kind->method, "VEVENT", tnef->sent_utc != 0 ? tnef->sent_utc : start, uid);
  /* A whole day is kept as the UTC time of the sender's midnight; its date is the nearest one. */
  add_time (out, "DTSTART", all_day ? start + 43200 : start, all_day);
  add_time (out, "DTEND", all_day && end != 0 ? end + 43200 : end, all_day);
  ist_tnef_items_line (out, "SUMMARY", tnef->subject);
  ist_tnef_items_line (out, "LOCATION", location);
  add_body (out, kind, text);
  add_class (out, tnef);
  add_people (out, tnef, head, kind);
  g_string_append_printf (out, "SEQUENCE:%" G_GINT64_FORMAT "\n", MAX (sequence, 0));
  if (strcmp (kind->method, "CANCEL") == 0)
    g_string_append (out, "STATUS:CANCELLED\n");
  g_string_append (out, "END:VEVENT\nEND:VCALENDAR\n");
  return make_node (out->str, NULL, kind->method);
}

IstMimeNode *
ist_tnef_calendar_new_task (const IstTnef *tnef)
{
  static const char *const statuses[]
      = { "NEEDS-ACTION", "IN-PROCESS", "COMPLETED", "NEEDS-ACTION", "CANCELLED" };
  gint64 start = time_of (tnef, ist_mapi_set_task, 0x8104, 0, 0);
  gint64 due = time_of (tnef, ist_mapi_set_task, 0x8105, 0, 0);
  gint64 status = ist_mapi_prop_number (
      tnef->props, ist_mapi_props_find_lid (tnef->props, ist_mapi_set_task, 0x8101), 0);
  g_autofree char *uid = make_uid (tnef);
  g_autofree char *text = ist_tnef_text (tnef, IST_TNEF_MAX_TEXT, NULL);
  g_autofree char *name
      = g_strdup_printf ("%s.ics", tnef->subject != NULL ? tnef->subject : "task");
  g_autoptr (GString) out = NULL;

  if (uid == NULL)
    uid = g_strdup_printf ("task-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "@tnef.invalid",
                           tnef->sent_utc, due);
  out = begin ("PUBLISH", "VTODO", tnef->sent_utc, uid);
  /* Days are kept as midnight of the day itself ([MS-OXOTASK] 2.2.2.2.4). */
  add_time (out, "DTSTART", start, TRUE);
  add_time (out, "DUE", due, TRUE);
  ist_tnef_items_line (out, "SUMMARY", tnef->subject);
  ist_tnef_items_line (out, "DESCRIPTION", text);
  add_class (out, tnef);
  if (status >= 0 && status < (gint64) G_N_ELEMENTS (statuses))
    ist_tnef_items_line (out, "STATUS", statuses[status]);
  g_string_append (out, "END:VTODO\nEND:VCALENDAR\n");
  return make_node (out->str, name, "PUBLISH");
}
