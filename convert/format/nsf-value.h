/*
 * convert/format/nsf-value.h - values of items in a Notes database as text, numbers, times, ids.
 *
 *   g_autoptr (GBytes) value = ist_nsf_note_value (note, i, &error);
 *   g_auto (GStrv) texts = ist_nsf_value_texts (value, ist_nsf_note_item (note, i)->type);
 *
 * Source: docs/formats.md, "NSF".
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_NSF_VALUE_H
#define IST_CONVERT_FORMAT_NSF_VALUE_H

#include "convert/format/nsf.h"

G_BEGIN_DECLS

typedef struct
{
  IstNsfTime replica_id;
  IstNsfUnid view, note; /* all 0: none */
} IstNsfLink;

/* Each entry of a text, number, time or UNID item, or of a list of them, in UTF-8; a range is "FIRST/LAST". NULL for
 * other types and damaged values. */
char **ist_nsf_value_texts (GBytes *value, guint16 type);

/* Entries of a number item or list as doubles; of a range its first. NULL as above; the caller unrefs. */
GArray *ist_nsf_value_numbers (GBytes *value, guint16 type);

/* Entries of a time item or list as IstNsfTime; of a range its first. NULL as above; the caller unrefs. */
GArray *ist_nsf_value_times (GBytes *value, guint16 type);

/* Entries of a list of UNIDs ($REF) as IstNsfUnid, of a list of links ($Links) as IstNsfLink. NULL as above. */
GArray *ist_nsf_value_unids (GBytes *value, guint16 type);
GArray *ist_nsf_value_links (GBytes *value, guint16 type);

/* "YYYY-MM-DDTHH:MM:SSZ", or "YYYY-MM-DD" of a date without time, "T…Z" of a time without date, "" of neither. */
char *ist_nsf_time_text (IstNsfTime when);

/* Seconds since 1970 in UTC, of a date alone its midnight. FALSE when it has no date. */
gboolean ist_nsf_time_utc (IstNsfTime when, gint64 *since_utc);

/* Minutes east of GMT in which the time is meant to be shown, daylight saving time included. */
gint ist_nsf_time_zone_minutes (IstNsfTime when);

/* 16 hex digits of a replica id, 32 of a UNID, as Notes shows them. */
char *ist_nsf_replica_text (IstNsfTime replica_id);
char *ist_nsf_unid_text (IstNsfUnid unid);

G_END_DECLS

#endif
