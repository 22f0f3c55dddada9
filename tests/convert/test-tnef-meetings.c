/*
 * tests/convert/test-tnef-meetings.c - meetings in TNEF: series with their changed instances, time zones, people,
 * answers.
 */
#include "convert/format/mapi-recur.h"
#include "convert/format/mapi-zone.h"
#include "tests/convert/tnef-maker.h"

static void
change (GByteArray *out, guint month, guint day, guint hour)
{
  u16 (out, 0);
  u16 (out, month);
  u16 (out, 0);
  u16 (out, day);
  u16 (out, hour);
  u16 (out, 0);
  u16 (out, 0);
  u16 (out, 0);
}

/* Central Europe. */
static GByteArray *
zone_struct (void)
{
  GByteArray *out = g_byte_array_new ();

  tnef_u32 (out, (guint32) -60);
  tnef_u32 (out, 0);
  tnef_u32 (out, (guint32) -60);
  u16 (out, 0);
  change (out, 10, 5, 3);
  u16 (out, 0);
  change (out, 3, 5, 2);
  return out;
}

static void
zone_rule (GByteArray *out, guint flags, gint32 bias)
{
  g_byte_array_append (out, (const guint8 *) "\2\1\x3E\0", 4);
  u16 (out, flags);
  for (guint i = 0; i < 8; i++)
    u16 (out, 0);
  tnef_u32 (out, (guint32) bias);
  tnef_u32 (out, 0);
  tnef_u32 (out, (guint32) -60);
  change (out, 11, 1, 2);
  change (out, 3, 2, 2);
}

/* Two rules, of which the second is in force. */
static GByteArray *
zone_definition (void)
{
  static const char name[] = "E\0a\0s\0t\0e\0r\0n\0";
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) "\2\1", 2);
  u16 (out, 6 + sizeof name - 1);
  u16 (out, 2);
  u16 (out, (sizeof name - 1) / 2);
  g_byte_array_append (out, (const guint8 *) name, sizeof name - 1);
  u16 (out, 2);
  zone_rule (out, 0, 0);
  zone_rule (out, 2, 300);
  return out;
}

static GByteArray *
object_id (const char *data, gsize size, const guint8 date[4])
{
  static const guint8 head[] = { 4, 0, 0, 0, 0x82, 0, 0xE0, 0, 0x74, 0xC5, 0xB7, 0x10, 0x1A, 0x82, 0xE0, 8 };
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, date, 4);
  for (guint i = 0; i < 4; i++)
    tnef_u32 (out, 0);
  tnef_u32 (out, (guint32) size);
  g_byte_array_append (out, (const guint8 *) data, (guint) size);
  return out;
}

static void
add_id (Maker *m)
{
  static const guint8 none[4] = { 0 };
  g_autoptr (GByteArray) id = object_id ("vCal-Uid\1\0\0\0ABC-Lotus_Notes_Generated", 38, none);

  named_bytes (m, ist_mapi_set_meeting, 0x23, id);
}

static Maker
meeting (const char *class, gint64 start, gint64 end)
{
  Maker m = maker_begin (class);

  add_id (&m);
  text (&m, 0x0037, "Review; all, of it");
  named_time (&m, ist_mapi_set_appointment, 0x820D, start);
  named_time (&m, ist_mapi_set_appointment, 0x820E, end);
  named_text (&m, ist_mapi_set_appointment, 0x8208, "Room 1");
  tnef_named_bytes (m.props, 0x1E, ist_mapi_set_appointment, 0x8234, "(UTC+01:00) Amsterdam, Berlin", 30);
  m.n_props++;
  return m;
}

/* The message that is attached for a changed instance. */
static void
add_changed_text (Maker *m, gint64 original, const char *body)
{
  g_autoptr (GByteArray) inner = tnef_begin (1252);
  g_autoptr (GByteArray) props = g_byte_array_new ();
  g_autoptr (GByteArray) object = g_byte_array_new ();

  tnef_u32 (props, 1);
  tnef_property (props, 0x1000001E, body, strlen (body) + 1);
  tnef_attribute (inner, 1, 0x00069003, props->data, props->len);
  g_byte_array_append (object, (const guint8 *) "\7\3\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 16);
  g_byte_array_append (object, inner->data, inner->len);
  g_byte_array_set_size (props, 0);
  tnef_u32 (props, 3);
  tnef_property (props, 0x3701000D, object->data, object->len);
  tnef_long (props, 0x7FFD, 2);
  tnef_u32 (props, 0x7FF90040);
  tnef_filetime (props, original);
  tnef_attribute (m->files, 2, 0x00069002, "\1\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 14);
  tnef_attribute (m->files, 2, 0x00069005, props->data, props->len);
}

/* Mondays of every second week; the instance of `moved` is a day later at 14:00, with another subject. */
static GByteArray *
make_series (gint64 deleted, gint64 moved)
{
  static const guint32 monday[] = { 2 };
  GByteArray *recur = recur_begin (0x200B, 1, 2, monday, 1, 0x2021, 10);

  tnef_u32 (recur, 2);
  tnef_u32 (recur, minutes_of (deleted));
  tnef_u32 (recur, minutes_of (moved));
  tnef_u32 (recur, 1);
  tnef_u32 (recur, minutes_of (moved + 86400));
  tnef_u32 (recur, minutes_of (unix_of (2027, 3, 1, 0, 0)));
  tnef_u32 (recur, minutes_of (unix_of (2027, 7, 5, 0, 0)));
  tnef_u32 (recur, 0x3006);
  tnef_u32 (recur, 0x3009);
  tnef_u32 (recur, 600);
  tnef_u32 (recur, 660);
  u16 (recur, 1);
  tnef_u32 (recur, minutes_of (moved + 86400 + 14 * 3600));
  tnef_u32 (recur, minutes_of (moved + 86400 + 15 * 3600));
  tnef_u32 (recur, minutes_of (moved + 10 * 3600));
  u16 (recur, 0x0001 | 0x0020);
  u16 (recur, 4);
  u16 (recur, 3);
  g_byte_array_append (recur, (const guint8 *) "new", 3);
  tnef_u32 (recur, 3);
  tnef_u32 (recur, 0);
  tnef_u32 (recur, 4);
  tnef_u32 (recur, 0);
  tnef_u32 (recur, 0);
  for (guint i = 0; i < 3; i++)
    tnef_u32 (recur, 0);
  u16 (recur, 2);
  g_byte_array_append (recur, (const guint8 *) "\xAC\x20!\0", 4);
  tnef_u32 (recur, 0);
  tnef_u32 (recur, 0);
  return recur;
}

/* Every two weeks on Monday at 10:00 by the clock there, over the change to summer time; one is deleted, one moved. */
static void
test_series (void)
{
  const gint64 deleted = unix_of (2027, 3, 15, 0, 0), moved = unix_of (2027, 3, 29, 0, 0);
  Maker m = meeting ("IPM.Schedule.Meeting.Request", unix_of (2027, 3, 1, 9, 0), unix_of (2027, 3, 1, 10, 0));
  g_autoptr (GByteArray) zone = zone_struct ();
  g_autoptr (GByteArray) recur = make_series (deleted, moved);
  g_autoptr (GByteArray) stream = NULL;
  g_autoptr (IstMessage) message = NULL;
  Wanted attached = { "message/rfc822", NULL };
  g_autofree char *got = NULL;

  named_bytes (&m, ist_mapi_set_appointment, 0x8216, recur);
  named_bytes (&m, ist_mapi_set_appointment, 0x8233, zone);
  text (&m, 0x1000, "Agenda");
  add_changed_text (&m, moved + 8 * 3600, "Another agenda");
  stream = maker_end (&m);
  message = convert (g_byte_array_ref (stream), NULL, NULL);
  ist_mime_node_visit (ist_mime_tree (message), look, &attached);
  IST_ASSERT (attached.text == NULL);
  got = part_of (g_steal_pointer (&stream), "text/calendar", NULL);
  check_lines (got,
               "METHOD:REQUEST\nBEGIN:VTIMEZONE\nTZID:(UTC+01.00) Amsterdam/ Berlin\nBEGIN:STANDARD\n"
               "DTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\n"
               "BEGIN:DAYLIGHT\nDTSTART:19700329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
               "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:ABC-Lotus_Notes_Generated\n"
               "DTSTART;TZID=(UTC+01.00) Amsterdam/ Berlin:20270301T100000\n"
               "DTEND;TZID=(UTC+01.00) Amsterdam/ Berlin:20270301T110000\n"
               "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=MO;UNTIL=20270705T080000Z\n"
               "EXDATE;TZID=(UTC+01.00) Amsterdam/ Berlin:20270315T100000\nSUMMARY:Review\\; all\\, of it\n"
               "LOCATION:Room 1\nDESCRIPTION:Agenda\nEND:VEVENT\nBEGIN:VEVENT\nUID:ABC-Lotus_Notes_Generated\n"
               "RECURRENCE-ID;TZID=(UTC+01.00) Amsterdam/ Berlin:20270329T100000\n"
               "DTSTART;TZID=(UTC+01.00) Amsterdam/ Berlin:20270330T140000\nSUMMARY:€!\nLOCATION:Room 1\nDESCRIPTION:Another agenda\n"
               "X-MICROSOFT-CDO-BUSYSTATUS:OOF\nEND:VEVENT\nEND:VCALENDAR\n");
  IST_ASSERT (strstr (got, "EXDATE;TZID=(UTC+01.00) Amsterdam/ Berlin:20270329") == NULL);
}

static void
test_rules (void)
{
  static const struct
  {
    const char *name;
    guint frequency, pattern, period;
    guint32 specific[2];
    guint n_specific;
    const char *want;
  } rows[] = {
    { "each day", 0x200A, 0, 1440, { 0 }, 0, "FREQ=DAILY" },
    { "every third day", 0x200A, 0, 4320, { 0 }, 0, "FREQ=DAILY;INTERVAL=3" },
    { "weekdays", 0x200A, 1, 1, { 0x3E }, 1, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;WKST=MO" },
    { "day of the month", 0x200C, 2, 2, { 15 }, 1, "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15" },
    { "31st", 0x200C, 2, 1, { 31 }, 1, "FREQ=MONTHLY;BYMONTHDAY=-1" },
    { "last day", 0x200C, 4, 1, { 31 }, 1, "FREQ=MONTHLY;BYMONTHDAY=-1" },
    { "second Tuesday", 0x200C, 3, 1, { 4, 2 }, 2, "FREQ=MONTHLY;BYDAY=2TU" },
    { "last weekday", 0x200C, 3, 1, { 0x3E, 5 }, 2, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1" },
    { "yearly", 0x200D, 2, 12, { 1 }, 1, "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1" },
    { "yearly by weekday", 0x200D, 3, 24, { 1, 1 }, 2, "FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=1SU" },
    { "Islamic month", 0x200C, 10, 1, { 15 }, 1, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) bytes = recur_begin (rows[i].frequency, rows[i].pattern, rows[i].period, rows[i].specific,
                                                  rows[i].n_specific, 0x2022, 7);
      g_autoptr (IstMapiRecur) recur = NULL;
      g_autofree char *rule = NULL;

      tnef_u32 (bytes, 0);
      tnef_u32 (bytes, 0);
      tnef_u32 (bytes, minutes_of (unix_of (2027, 3, 1, 0, 0)));
      tnef_u32 (bytes, minutes_of (unix_of (2028, 3, 1, 0, 0)));
      ist_row ("%s", rows[i].name);
      recur = ist_mapi_recur_read (bytes->data, bytes->len, 1252);
      if (!IST_ASSERT (recur != NULL))
        continue;
      rule = ist_mapi_recur_rule (recur);
      IST_ASSERT_STR (rule, rows[i].want);
      IST_ASSERT_INT (recur->count, 7);
      /* Cut anywhere it is refused, not read beyond. */
      for (guint n = 0; n < bytes->len; n++)
        {
          g_autofree guint8 *exact = g_memdup2 (bytes->data, n);

          IST_ASSERT (ist_mapi_recur_read (exact, n, 1252) == NULL);
        }
    }
}

static void
test_zones (void)
{
  static const struct
  {
    const char *name;
    int month, day, hour, minute, local_hour;
  } rows[] = { { "before summer", 3, 14, 6, 59, 1 }, { "summer begins", 3, 14, 7, 0, 3 },
               { "summer ends", 11, 7, 5, 59, 1 },   { "after summer", 11, 7, 6, 0, 1 } };
  g_autoptr (GByteArray) bytes = zone_definition ();
  g_autoptr (IstMapiZone) zone = ist_mapi_zone_of_definition (bytes->data, bytes->len);

  if (!IST_ASSERT (zone != NULL))
    return;
  IST_ASSERT_STR (zone->name, "Eastern");
  IST_ASSERT_INT (zone->standard_minutes, -300);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 utc = unix_of (2027, rows[i].month, rows[i].day, rows[i].hour, rows[i].minute);
      gint64 local = ist_mapi_zone_to_local (zone, utc);

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (local % 86400 / 3600, rows[i].local_hour);
      /* The hour that comes twice is the first one. */
      if (i != 3)
        IST_ASSERT_INT (ist_mapi_zone_to_utc (zone, local), utc);
    }
  for (guint n = 0; n < bytes->len; n++)
    {
      g_autofree guint8 *exact = g_memdup2 (bytes->data, n);

      IST_ASSERT (ist_mapi_zone_of_definition (exact, n) == NULL);
    }
}

static void
test_people (void)
{
  Maker m = meeting ("IPM.Schedule.Meeting.Request", unix_of (2027, 3, 1, 9, 0), unix_of (2027, 3, 1, 10, 0));
  g_autofree char *got = NULL, *note = NULL;

  person (&m, "Anna Adler", "anna@x.example", 1, 3, 1);
  person (&m, "Bob \"B\" Brown", "bob@n.example", 1, 1, 0);
  person (&m, "Carl", "carl@n.example", 2, 1, 3);
  person (&m, "Room 1", "room1@n.example", 3, 1, 2);
  person (&m, "Nobody", NULL, 1, 1, 0);
  text (&m, 0x0042, "Anna Adler");
  number (&m, 0x0036, 2);
  number (&m, 0x0017, 2);
  named_long (&m, ist_mapi_set_appointment, 0x8205, 1);
  named_long (&m, ist_mapi_set_appointment, 0x8224, 2);
  named_bool (&m, ist_mapi_set_common, 0x8503);
  named_long (&m, ist_mapi_set_common, 0x8501, 30);
  named_long (&m, ist_mapi_set_appointment, 0x8201, 4);
  got = part_of (maker_end (&m), "text/calendar", &note);
  check_lines (got, "DTSTART:20270301T090000Z\nORGANIZER;CN=\"Anna Adler\":mailto:anna@x.example\n"
                    "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=\"Bob B Brown\":mailto:bob@n.example\n"
                    "ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE;CN=\"Carl\":mailto:carl@n.example\n"
                    "ATTENDEE;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;PARTSTAT=TENTATIVE;RSVP=TRUE;CN=\"Room 1\":mailto:"
                    "room1@n.example\nTRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\n"
                    "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY\nCLASS:PRIVATE\nPRIORITY:1\nSEQUENCE:4\nBEGIN:VALARM\n"
                    "TRIGGER;RELATED=START:-PT30M\nEND:VALARM\n");
  IST_ASSERT (strstr (got, "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=\"Anna") == NULL);
  IST_ASSERT (strstr (note, "1 of those invited have no address") != NULL);
}

static void
test_answers (void)
{
  static const guint8 day[4] = { 0x07, 0xEB, 3, 15 };
  Maker m = meeting ("IPM.Schedule.Meeting.Resp.Tent", unix_of (2027, 3, 1, 9, 0), unix_of (2027, 3, 1, 10, 0));
  g_autoptr (GByteArray) id = object_id ("DATA", 4, day);
  g_autoptr (GByteArray) zone = zone_definition ();
  g_autofree char *counter = NULL, *one = NULL, *days = NULL;

  named_bool (&m, ist_mapi_set_appointment, 0x8257);
  named_time (&m, ist_mapi_set_appointment, 0x8250, unix_of (2027, 3, 2, 9, 0));
  named_time (&m, ist_mapi_set_appointment, 0x8251, unix_of (2027, 3, 2, 10, 0));
  counter = part_of (maker_end (&m), "text/calendar", NULL);
  ist_row ("counter proposal");
  check_lines (counter, "METHOD:COUNTER\nDTSTART:20270302T090000Z\nDTEND:20270302T100000Z\n"
                        "ORGANIZER:mailto:bob@n.example\nATTENDEE;PARTSTAT=TENTATIVE:mailto:anna@x.example\n");
  /* One instance of a series: its day is in the id, the time of the day in a number of its own. */
  m = maker_begin ("IPM.Schedule.Meeting.Canceled");
  named_bytes (&m, ist_mapi_set_meeting, 0x03, id);
  named_time (&m, ist_mapi_set_appointment, 0x820D, unix_of (2027, 3, 15, 13, 0));
  named_long (&m, ist_mapi_set_meeting, 0x0E, 9 << 12 | 30 << 6);
  named_bytes (&m, ist_mapi_set_appointment, 0x825E, zone);
  one = part_of (maker_end (&m), "text/calendar", NULL);
  ist_row ("one instance is cancelled");
  check_lines (one, "METHOD:CANCEL\nTZID:Eastern\n"
                    "UID:040000008200E00074C5B7101A82E00800000000000000000000000000000000000000000400000044415441\n"
                    "RECURRENCE-ID;TZID=Eastern:20270315T093000\nDTSTART;TZID=Eastern:20270315T090000\nSUMMARY:x\nSTATUS:CANCELLED\n");
  m = meeting ("IPM.Appointment", unix_of (2027, 3, 1, 5, 0), unix_of (2027, 3, 3, 5, 0));
  named_bool (&m, ist_mapi_set_appointment, 0x8215);
  named_bytes (&m, ist_mapi_set_appointment, 0x825E, zone);
  days = part_of (maker_end (&m), "text/calendar", NULL);
  ist_row ("whole days");
  check_lines (days, "METHOD:PUBLISH\nDTSTART;VALUE=DATE:20270301\nDTEND;VALUE=DATE:20270303\n"
                     "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n");
}

int
main (void)
{
  static const IstTest tests[] = {
    { "series", test_series }, { "rules", test_rules },     { "zones", test_zones },
    { "people", test_people }, { "answers", test_answers }, { NULL, NULL },
  };

  return ist_test_main ("tnef-meetings", tests);
}
