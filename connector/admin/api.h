/*
 * connector/admin/api.h - one endpoint is one function and one row of the table in admin.c.
 *
 * Threads: several calls at once, each in a thread of its own.
 */
#ifndef IST_CONNECTOR_ADMIN_API_H
#define IST_CONNECTOR_ADMIN_API_H

#include "base/http-server.h"
#include "connector/instance.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct
{
  IstInstance *instance;
  const IstHttpRequest *request;
  const char *rest;              /* the path behind the row's path, "" when nothing follows */
} IstApiCall;

typedef void (*IstApiRun) (const IstApiCall *call, IstHttpResponse *response);

void ist_api_status (const IstApiCall *call, IstHttpResponse *response);
void ist_api_metrics (const IstApiCall *call, IstHttpResponse *response);
void ist_api_queue (const IstApiCall *call, IstHttpResponse *response);
void ist_api_queue_messages (const IstApiCall *call, IstHttpResponse *response);
void ist_api_queue_message (const IstApiCall *call, IstHttpResponse *response);
void ist_api_queue_act (const IstApiCall *call, IstHttpResponse *response);
void ist_api_trace (const IstApiCall *call, IstHttpResponse *response);
void ist_api_route (const IstApiCall *call, IstHttpResponse *response);
void ist_api_reload (const IstApiCall *call, IstHttpResponse *response);
void ist_api_log (const IstApiCall *call, IstHttpResponse *response);
void ist_api_transforms (const IstApiCall *call, IstHttpResponse *response);

/* ---- for the endpoints ---- */

/* A query parameter, NULL when absent or empty. */
const char *ist_api_param (const IstApiCall *call, const char *name);

/* A number within 0..max; `otherwise` when absent. FALSE: answered 400. */
gboolean ist_api_number (const IstApiCall *call, const char *name, guint64 max, guint64 otherwise,
                         guint64 *out, IstHttpResponse *response);

/* Takes `json`. */
void ist_api_answer (IstHttpResponse *response, json_t *json);

/* {"error": {"code": …, "text": …}} */
void ist_api_fail (IstHttpResponse *response, guint status, const char *code, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* The same for an error of ours: REFUSED 404, RETRY 503, the others 500. */
void ist_api_error (IstHttpResponse *response, const GError *error);

/* ---- shapes that several endpoints share ---- */

json_t *ist_api_text (const char *text);    /* null for NULL; what is not UTF-8 is replaced */
json_t *ist_api_time (gint64 utc_usecs);    /* RFC 3339 in UTC, null for 0 and G_MAXINT64 */
json_t *ist_api_message (const IstQueueMessage *message);
json_t *ist_api_summary (const IstQueueSummary *summary);

/* What an instance counts since its start; ended by a row with name NULL. */
typedef struct
{
  const char *name;
  gsize offset;                  /* in IstCounters; a gsize changed with g_atomic_* */
  const char *sentence;
} IstApiCounter;

extern const IstApiCounter ist_api_counters[];
guint64 ist_api_counter (IstInstance *instance, const IstApiCounter *counter);

/* The state's value, -1 when there is no such name. */
int ist_api_state (const char *name);

G_END_DECLS

#endif
