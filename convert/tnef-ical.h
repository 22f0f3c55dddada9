/*
 * convert/tnef-ical.h - lines of iCalendar and vCard as TNEF items need them.
 *
 *   g_autoptr (GString) out = ist_tnef_ical_begin ("REQUEST");
 *   ist_tnef_ical_text (out, "SUMMARY", subject);
 *
 * Lines end with LF and are folded (RFC 5545 3.1; RFC 2426 2.6).
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_TNEF_ICAL_H
#define IST_CONVERT_TNEF_ICAL_H

#include "base/mime-tree.h"
#include "convert/format/mapi-zone.h"
#include "convert/format/tnef.h"

G_BEGIN_DECLS

/* "BEGIN:VCALENDAR" and what must follow. */
GString *ist_tnef_ical_begin (const char *method);
/* The part: `name` NULL is an alternative of the text, else an attachment. */
IstMimeNode *ist_tnef_ical_node (const char *text, const char *name, const char *method);

/* A whole content line, already escaped. */
void ist_tnef_ical_fold (GString *out, const char *line);
/* "NAME:text" with its escapes (RFC 5545 3.3.11; RFC 2426 4). text NULL: nothing. */
void ist_tnef_ical_text (GString *out, const char *name, const char *text);
/* `text` as it stands in a list or between semicolons. */
void ist_tnef_ical_escape (GString *out, const char *text);
/* ";CN="text"" without what a parameter must not hold (RFC 5545 3.2). text NULL: nothing. */
void ist_tnef_ical_parameter (GString *line, const char *name, const char *text);

/* The time `utc` (seconds since 1970; 0, and what Outlook writes for "none": nothing) as a date, by the clock of `zone`,
 * or of Greenwich where `zone` is NULL. */
void ist_tnef_ical_time (GString *out, const char *name, gint64 utc, const IstMapiZone *zone,
                         gboolean is_date);
/* VTIMEZONE, and what it is called in TZID. */
void ist_tnef_ical_zone (GString *out, const IstMapiZone *zone);
char *ist_tnef_ical_zone_name (const IstMapiZone *zone);

/* The UID of a meeting or task by its global object id; NULL: it has none. g_free(). */
char *ist_tnef_ical_uid (const IstTnef *tnef);

/* CLASS, PRIORITY and CATEGORIES. */
void ist_tnef_ical_marks (GString *out, const IstTnef *tnef);

/* The first value of a binary property, borrowed; NULL: none. */
const guint8 *ist_tnef_ical_binary (const IstTnef *tnef, const guint8 set[16], guint32 lid, gsize *size_bytes);

G_END_DECLS

#endif
