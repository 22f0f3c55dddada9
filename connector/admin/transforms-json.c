#include "connector/admin/shapes.h"

#include "convert/pipeline.h"

static const char *
side_or_any (IstSide side)
{
  return side == IST_SIDE_NONE ? "any" : ist_side_name (side);
}

json_t *
ist_shape_transforms (const IstSettings *settings)
{
  json_t *list = json_array ();

  for (guint i = 0; i < ist_pipeline_count (); i++)
    {
      const IstTransform *t = ist_pipeline_get (i);

      json_array_append_new (list, json_pack ("{s:s,s:b,s:b,s:s,s:s,s:s,s:s}", "name", t->name, "on",
                                              ist_pipeline_is_on (i, settings), "on_by_default",
                                              t->on_by_default, "from", side_or_any (t->from), "to",
                                              side_or_any (t->to), "summary", t->summary, "source",
                                              t->source));
    }
  return list;
}
