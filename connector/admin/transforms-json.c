#include "connector/admin/api.h"
#include "connector/admin/shapes.h"

#include "convert/pipeline.h"

static const char *
side_or_any (IstSide side)
{
  return side == IST_SIDE_NONE ? "any" : ist_side_name (side);
}

json_t *
ist_shape_transforms (const IstSettings *settings, const char *profile)
{
  const IstConvertSettings *convert = ist_convert_settings (settings, profile);
  gboolean is_named = profile != NULL && *profile != '\0';
  json_t *list;

  if (convert == NULL && (settings != NULL || is_named))
    return NULL;
  list = json_array ();

  for (guint i = 0; i < ist_pipeline_count (); i++)
    {
      const IstTransform *t = ist_pipeline_get (i);

      json_array_append_new (list, json_pack ("{s:s,s:b,s:b,s:s,s:s,s:s,s:s}", "name", t->name, "on",
                                              ist_pipeline_is_on (i, convert), "on_by_default",
                                              t->on_by_default, "from", side_or_any (t->from), "to",
                                              side_or_any (t->to), "summary", t->summary, "source",
                                              t->source));
    }
  return json_pack ("{s:o,s:o}", "profile", ist_api_text (is_named ? profile : NULL), "transforms", list);
}
