/* A task, or the request to do one, as VTODO: properties by [MS-OXOTASK]. */
#include "convert/tnef-items.h"

#include "convert/format/mapi-recur.h"
#include "convert/tnef-ical.h"

#include <string.h>

typedef struct
{
  const char *class;
  const char *method;
  const char *answer; /* PARTSTAT; NULL: no answer */
} Kind;

static const Kind kinds[] = {
  { "IPM.TaskRequest.Accept", "REPLY", "ACCEPTED" },
  { "IPM.TaskRequest.Decline", "REPLY", "DECLINED" },
  { "IPM.TaskRequest.Complete", "REPLY", "COMPLETED" },
  { "IPM.TaskRequest.Update", "REPLY", "IN-PROCESS" },
  { "IPM.TaskRequest", "REQUEST", NULL },
  { "IPM.Task", "PUBLISH", NULL },
};

static const Kind *
kind_of (const IstTnef *tnef)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gsize n = strlen (kinds[i].class);

      if (g_ascii_strncasecmp (tnef->message_class, kinds[i].class, n) == 0
          && (tnef->message_class[n] == '\0' || tnef->message_class[n] == '.'))
        return &kinds[i];
    }
  return NULL;
}

/* The task of a request is a message in it. */
static const IstTnef *
inner_task (const IstTnef *tnef)
{
  for (guint i = 0; i < tnef->attachments->len; i++)
    {
      const IstTnefAttachment *a = g_ptr_array_index (tnef->attachments, i);

      if (a->message != NULL && g_ascii_strncasecmp (a->message->message_class, "IPM.Task", 8) == 0)
        return a->message;
    }
  return NULL;
}

static const IstMapiProp *
find (const IstTnef *task, guint32 lid)
{
  return ist_mapi_props_find_lid (task->props, ist_mapi_set_task, lid);
}

static gint64
day (const IstTnef *task, guint32 lid)
{
  return ist_mapi_prop_time_utc (task->props, find (task, lid));
}

static void
add_percent (GString *out, const IstTnef *task)
{
  IstMapiValue value;
  const IstMapiProp *prop = find (task, 0x8102);
  guint64 bits = 0;
  const guint8 *p;
  double part;

  if (!ist_mapi_prop_range (task->props, prop, 0, &value) || value.size_bytes != 8)
    return;
  p = (const guint8 *) ist_body_data (ist_mapi_props_body (task->props), NULL) + value.offset;
  for (guint i = 8; i > 0; i--)
    bits = bits << 8 | p[i - 1];
  memcpy (&part, &bits, sizeof part);
  if (part >= 0 && part <= 1)
    g_string_append_printf (out, "PERCENT-COMPLETE:%d\n", (int) (part * 100 + 0.5));
}

static void
add_rule (GString *out, const IstTnef *task)
{
  gsize size;
  const guint8 *data = ist_tnef_ical_binary (task, ist_mapi_set_task, 0x8116, &size);
  g_autoptr (IstMapiRecur) recur = data != NULL ? ist_mapi_recur_read (data, size, task->code_page) : NULL;
  g_autofree char *rule = recur != NULL ? ist_mapi_recur_rule (recur) : NULL;
  g_autoptr (GString) line = g_string_new ("RRULE:");
  g_autoptr (GDateTime) until = NULL;

  if (rule == NULL)
    return;
  g_string_append (line, rule);
  until = g_date_time_new_from_unix_utc (recur->until);
  if (recur->count > 0)
    g_string_append_printf (line, ";COUNT=%u", recur->count);
  else if (!recur->endless && until != NULL && g_date_time_get_year (until) < 4500)
    {
      g_autofree char *text = g_date_time_format (until, "%Y%m%d");

      g_string_append_printf (line, ";UNTIL=%s", text);
    }
  ist_tnef_ical_fold (out, line->str);
}

static void
add_reminder (GString *out, const IstTnef *task)
{
  const IstMapiProps *props = task->props;
  gint64 utc = ist_mapi_prop_time_utc (props, ist_mapi_props_find_lid (props, ist_mapi_set_common, 0x8560));

  if (utc == 0)
    utc = ist_mapi_prop_time_utc (props, ist_mapi_props_find_lid (props, ist_mapi_set_common, 0x8502));
  if (utc == 0 || ist_mapi_prop_number (props, ist_mapi_props_find_lid (props, ist_mapi_set_common, 0x8503), 0) == 0)
    return;
  g_string_append (out, "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Reminder\n");
  ist_tnef_ical_time (out, "TRIGGER;VALUE=DATE-TIME", utc, NULL, FALSE);
  g_string_append (out, "END:VALARM\n");
}

static void
add_people (GString *out, const Kind *kind, const IstMessage *head)
{
  g_autofree char *from = ist_tnef_items_address (head, "From");
  g_autofree char *to = ist_tnef_items_address (head, "To");
  const char *organizer = kind->answer != NULL ? to : from;
  const char *attendee = kind->answer != NULL ? from : to;
  g_autofree char *line = NULL;

  if (strcmp (kind->method, "PUBLISH") == 0)
    return;
  if (organizer != NULL)
    {
      g_autofree char *first = g_strdup_printf ("ORGANIZER:mailto:%s", organizer);

      ist_tnef_ical_fold (out, first);
    }
  if (attendee == NULL)
    return;
  line = g_strdup_printf ("ATTENDEE;PARTSTAT=%s%s:mailto:%s", kind->answer != NULL ? kind->answer : "NEEDS-ACTION",
                          kind->answer != NULL ? "" : ";RSVP=TRUE", attendee);
  ist_tnef_ical_fold (out, line);
}

static void
add_task (GString *out, const IstTnef *task, gint64 stamp, const char *subject, const char *text)
{
  static const char *const statuses[] = { "NEEDS-ACTION", "IN-PROCESS", "COMPLETED", "NEEDS-ACTION", "CANCELLED" };
  gint64 status = ist_mapi_prop_number (task->props, find (task, 0x8101), 0);
  g_autofree char *uid = ist_tnef_ical_uid (task);
  gint64 due = day (task, 0x8105);

  if (uid == NULL)
    uid = g_strdup_printf ("task-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "@tnef.invalid", stamp, due);
  ist_tnef_ical_text (out, "UID", uid);
  /* Never now, so that the same message gives the same text. */
  ist_tnef_ical_time (out, "DTSTAMP", MAX (stamp, 1), NULL, FALSE);
  /* Days are kept as midnight of the day itself ([MS-OXOTASK] 2.2.2.2.4). */
  ist_tnef_ical_time (out, "DTSTART", day (task, 0x8104), NULL, TRUE);
  ist_tnef_ical_time (out, "DUE", due, NULL, TRUE);
  if (day (task, 0x810F) != 0)
    ist_tnef_ical_time (out, "COMPLETED", day (task, 0x810F), NULL, FALSE);
  ist_tnef_ical_text (out, "SUMMARY", subject);
  ist_tnef_ical_text (out, "DESCRIPTION", text);
  if (status >= 0 && status < (gint64) G_N_ELEMENTS (statuses))
    ist_tnef_ical_text (out, "STATUS", statuses[status]);
  add_percent (out, task);
  ist_tnef_ical_marks (out, task);
  add_rule (out, task);
}

IstMimeNode *
ist_tnef_task_new (const IstTnef *tnef, const IstMessage *head)
{
  const Kind *kind = kind_of (tnef);
  gboolean is_task = kind != NULL && strcmp (kind->method, "PUBLISH") == 0;
  const IstTnef *task = is_task ? tnef : kind != NULL ? inner_task (tnef) : NULL;
  g_autofree char *text = task != NULL ? ist_tnef_text (task, IST_TNEF_MAX_TEXT, NULL) : NULL;
  g_autofree char *subject = NULL, *name = NULL;
  g_autoptr (GString) out = NULL;

  if (task == NULL)
    return NULL;
  if (text != NULL)
    g_strchomp (text);
  subject = ist_tnef_items_subject (task, head);
  name = g_strdup_printf ("%s.ics", subject != NULL ? subject : "task");
  out = ist_tnef_ical_begin (kind->method);
  g_string_append (out, "BEGIN:VTODO\n");
  add_task (out, task, task->sent_utc != 0 ? task->sent_utc : tnef->sent_utc, subject, text);
  add_people (out, kind, head);
  add_reminder (out, task);
  g_string_append (out, "END:VTODO\nEND:VCALENDAR\n");
  return ist_tnef_ical_node (out->str, name, kind->method);
}
