#include "connector/admin/api.h"

static json_t *
list (char *const *lines)
{
  json_t *out = json_array ();

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    json_array_append_new (out, ist_api_text (lines[i]));
  return out;
}

/* What SIGHUP does, with the answer. */
void
ist_api_reload (const IstApiCall *call, IstHttpResponse *response)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) waiting = NULL;
  gboolean ok = ist_instance_reload (call->instance, errors, &waiting);
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (call->instance);

  g_ptr_array_add (errors, NULL);
  response->status = ok ? 200 : 409;
  ist_api_answer (response, json_pack ("{s:b,s:I,s:o,s:o}", "reloaded", ok, "generation",
                                       (json_int_t) snapshot->generation, "waiting_for_restart",
                                       list (waiting), "errors", list ((char *const *) errors->pdata)));
}
