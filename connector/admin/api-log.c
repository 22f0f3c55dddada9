#include "connector/admin/api.h"

#define MAX_LINES 2000
#define MAX_WAIT_SECS 60
#define LOOK_MSECS 200

/* GET /v1/log?after=N&limit=N&wait=SECS: the newest events, or those after number N; with `wait` the
 * answer comes when there is one, at the latest after that time. */
void
ist_api_log (const IstApiCall *call, IstHttpResponse *response)
{
  guint64 after, limit, wait;
  g_auto (GStrv) lines = NULL;
  json_t *events;

  if (!ist_api_number (call, "after", G_MAXINT64, 0, &after, response)
      || !ist_api_number (call, "limit", MAX_LINES, 100, &limit, response)
      || !ist_api_number (call, "wait", MAX_WAIT_SECS, 0, &wait, response))
    return;
  lines = ist_log_recent (call->instance->log, (guint) limit, &after);
  if (lines[0] == NULL && call->request->waited_msecs < wait * 1000)
    {
      response->again_msecs = LOOK_MSECS;
      return;
    }
  events = json_array ();
  for (guint i = 0; lines[i] != NULL; i++)
    json_array_append_new (events, json_loads (lines[i], 0, NULL));
  ist_api_answer (response,
                  json_pack ("{s:o,s:I}", "events", events, "after", (json_int_t) after));
}
