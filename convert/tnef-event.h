/*
 * convert/tnef-event.h - a meeting that was read out of TNEF as VEVENTs: the series, and one for each changed instance.
 *
 *   ist_tnef_event_write (out, &event);
 *
 * Threads: one.
 */
#ifndef IST_CONVERT_TNEF_EVENT_H
#define IST_CONVERT_TNEF_EVENT_H

#include "convert/format/mapi-recur.h"
#include "convert/format/mapi-zone.h"
#include "convert/format/tnef.h"
#include "base/message.h"

G_BEGIN_DECLS

typedef struct
{
  const char *class; /* begins the message class */
  const char *method;
  const char *answer; /* PARTSTAT of an answer; NULL: no answer */
} IstTnefEventKind;

typedef struct
{
  const IstTnef *tnef;
  const IstMessage *head;
  const IstTnefEventKind *kind;
  const char *method; /* of the kind, or COUNTER */
  const char *text;   /* NULL: none */
  char *uid, *subject, *location, *rule;
  gint64 start, end, stamp, sequence;
  gint64 replaced; /* the instance that this is about; 0: the whole */
  gboolean all_day;
  IstMapiZone *zone;   /* NULL: times are those of Greenwich */
  IstMapiRecur *recur; /* NULL: no series */
  guint n_nameless;    /* written: attendees without an address */
  gboolean is_cut;     /* written: not all changed instances */
  GHashTable *changed_texts; /* made by writing: time -> text of a changed instance */
} IstTnefEvent;

void ist_tnef_event_write (GString *out, IstTnefEvent *event);

G_END_DECLS

#endif
