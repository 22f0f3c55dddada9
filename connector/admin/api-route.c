#include "connector/admin/api.h"
#include "connector/admin/shapes.h"

/* GET /v1/transforms?profile=NAME; without it, those of [convert]. */
void
ist_api_transforms (const IstApiCall *call, IstHttpResponse *response)
{
  g_autoptr (IstSnapshot) snapshot = ist_instance_snapshot (call->instance);
  const char *profile = ist_api_param (call, "profile");
  json_t *transforms = ist_shape_transforms (snapshot->settings, profile);

  if (transforms != NULL)
    ist_api_answer (response, transforms);
  else
    ist_api_fail (response, 404, "refused", "there is no group [convert %s]", profile);
}

/* GET /v1/route?from=ADDRESS&to=ADDRESS&side=SIDE; an empty `from` is the null sender. */
void
ist_api_route (const IstApiCall *call, IstHttpResponse *response)
{
  const char *from = ist_api_param (call, "from");
  const char *to = ist_api_param (call, "to");
  const char *side = ist_api_param (call, "side");
  IstSide origin = side != NULL ? ist_side_from_name (side) : IST_SIDE_NONE;
  g_autoptr (IstSnapshot) snapshot = NULL;

  if (to == NULL)
    ist_api_fail (response, 400, "usage", "\"to\" is needed");
  else if (side != NULL && origin == IST_SIDE_NONE)
    ist_api_fail (response, 400, "usage", "\"%s\" is no side; say domino, exchange or internet", side);
  else
    {
      snapshot = ist_instance_snapshot (call->instance);
      ist_api_answer (response,
                      ist_shape_route (snapshot->router, snapshot->settings,
                                       ist_mirror_directory (call->instance->mirror),
                                       from != NULL ? from : "", to, origin));
    }
}
