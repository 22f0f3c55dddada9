/*
 * convert/format/mapi-zone.h - a time zone as a calendar item carries it: its rule, whatever it is called.
 *
 *   g_autoptr (IstMapiZone) zone = ist_mapi_zone_of_definition (data, size);
 *   gint64 local = ist_mapi_zone_to_local (zone, utc);
 *
 * Source: [MS-OXOCAL] 2.2.1.39 (PidLidTimeZoneStruct) and 2.2.1.41 (PidLidAppointmentTimeZoneDefinitionRecur).
 *
 * Threads: immutable; any.
 */
#ifndef IST_CONVERT_FORMAT_MAPI_ZONE_H
#define IST_CONVERT_FORMAT_MAPI_ZONE_H

#include <glib.h>

G_BEGIN_DECLS

/* When the clock changes. */
typedef struct
{
  guint year;                 /* 0: each year; else only in this one, and `day` is the day of the month */
  guint month;                /* 0: never */
  guint weekday;              /* 0 Sunday */
  guint day;                  /* which one in the month, 5 the last */
  guint hour, minute, second; /* by the clock before the change */
} IstMapiZoneChange;

/* All members are for reading. */
typedef struct
{
  char *name;                             /* UTF-8, NULL: it has none */
  gint32 standard_minutes, summer_minutes; /* east of Greenwich */
  IstMapiZoneChange to_standard, to_summer; /* both or none have a month */
} IstMapiZone;

/* PidLidTimeZoneStruct. NULL: damaged. */
IstMapiZone *ist_mapi_zone_of_struct (const guint8 *data, gsize size_bytes);
/* PidLidAppointmentTimeZoneDefinition*: of several rules the one that is marked as in force. NULL: damaged. */
IstMapiZone *ist_mapi_zone_of_definition (const guint8 *data, gsize size_bytes);
/* One that never changes. */
IstMapiZone *ist_mapi_zone_fixed (gint32 minutes);
void ist_mapi_zone_free (IstMapiZone *zone); /* NULL is allowed */

/* Seconds since 1970, of Greenwich and by the clock there. */
gint64 ist_mapi_zone_to_local (const IstMapiZone *zone, gint64 utc);
gint64 ist_mapi_zone_to_utc (const IstMapiZone *zone, gint64 local);
/* The change in this year, by the clock before it. */
gint64 ist_mapi_zone_change (const IstMapiZoneChange *change, gint year);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstMapiZone, ist_mapi_zone_free)

G_END_DECLS

#endif
