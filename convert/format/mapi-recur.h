/*
 * convert/format/mapi-recur.h - how a meeting or task recurs, as Outlook keeps it.
 *
 *   g_autoptr (IstMapiRecur) recur = ist_mapi_recur_read (data, size, 1252);
 *   g_autofree char *rule = ist_mapi_recur_rule (recur);       "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU"
 *
 * Times are seconds since 1970 by the clock of the series' time zone.
 * Source: [MS-OXOCAL] 2.2.1.44 and 2.2.1.44.1 (AppointmentRecurrencePattern, RecurrencePattern); rules by [MS-OXCICAL]
 * 2.1.3.2.2. Bounds: 5,000 deleted and as many changed instances.
 *
 * Threads: immutable; any.
 */
#ifndef IST_CONVERT_FORMAT_MAPI_RECUR_H
#define IST_CONVERT_FORMAT_MAPI_RECUR_H

#include <glib.h>

G_BEGIN_DECLS

/* An instance that is not like the others. */
typedef struct
{
  gint64 start, end;
  gint64 original;          /* when it was to start */
  char *subject, *location; /* NULL: as the series */
  gint busy;                /* as PidLidBusyStatus; -1: as the series */
  gint all_day;             /* 0, 1; -1: as the series */
} IstMapiException;

/* All members are for reading. */
typedef struct
{
  guint pattern;    /* 0 days, 1 weeks, 2 day of the month, 3 n-th weekday, 4 last of the month */
  guint calendar;   /* 0, 1: Gregorian */
  guint period;     /* days, weeks or months from one to the next */
  guint weekdays;   /* bits, 1 Sunday */
  guint day;        /* of the month */
  guint nth;        /* 1 to 4; 5 the last */
  guint count;      /* 0: `until` says */
  gboolean endless;
  guint first_weekday;
  gint64 first, until;                /* midnights of the first and the last day */
  guint start_minutes, end_minutes;   /* from midnight; 0 of tasks */
  GArray *deleted;                    /* gint64: midnights, those of changed instances too */
  GPtrArray *exceptions;              /* IstMapiException */
  gboolean damaged;                   /* some of the exceptions could not be read */
} IstMapiRecur;

/* `code_page` is that of its 8-bit texts. NULL: damaged. */
IstMapiRecur *ist_mapi_recur_read (const guint8 *data, gsize size_bytes, guint code_page);
void ist_mapi_recur_free (IstMapiRecur *recur); /* NULL is allowed */

/* The rule of RFC 5545 3.3.10 without COUNT and UNTIL, g_free(). NULL: it cannot be said there (lunar calendars). */
char *ist_mapi_recur_rule (const IstMapiRecur *recur);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstMapiRecur, ist_mapi_recur_free)

G_END_DECLS

#endif
