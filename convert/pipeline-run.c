#include "convert/pipeline.h"

#include "convert/attached.h"
#include "convert/limits.h"

#include "base/mime-tree.h"

IstDerived *
ist_derived_new (const char *key, const char *order_key, IstMessage *message)
{
  IstDerived *self = g_new0 (IstDerived, 1);

  self->key = g_strdup (key);
  self->order_key = g_strdup (order_key);
  self->message = message;
  return self;
}

void
ist_derived_free (IstDerived *self)
{
  if (self == NULL)
    return;
  g_free (self->key);
  g_free (self->order_key);
  ist_message_free (self->message);
  g_free (self);
}

GPtrArray *
ist_derived_array_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) ist_derived_free);
}

const char *
ist_convert_language (const IstConvertContext *context)
{
  const char *language = context->language != NULL ? context->language (context->language_user) : NULL;
  const IstConvertSettings *convert = context->settings;

  if (language != NULL)
    return language;
  return convert != NULL && convert->language != NULL ? convert->language : "en";
}

static gboolean
fits (const IstTransform *transform, const IstConvertContext *context)
{
  if (context->from == context->to)
    return FALSE;
  if (transform->derive != NULL && context->depth > 0)
    return FALSE;
  return (transform->from == IST_SIDE_NONE || transform->from == context->from)
         && (transform->to == IST_SIDE_NONE || transform->to == context->to);
}

static gboolean
apply (const IstTransform *transform, const IstConvertContext *context, IstMessage *message,
       GPtrArray *parts, GError **error)
{
  if (transform->derive != NULL)
    return transform->derive (context, message, parts, error);
  return transform->run (context, message, error);
}

/* What was made of one part takes its place, under a key that says where it came from. */
static void
replace_part (GPtrArray *parts, guint at, GPtrArray *inner)
{
  g_autofree char *outer_key = g_strdup (((IstDerived *) g_ptr_array_index (parts, at))->key);
  g_autofree char *outer_order = g_strdup (((IstDerived *) g_ptr_array_index (parts, at))->order_key);

  g_ptr_array_remove_index (parts, at);
  for (guint i = 0; inner->len > 0; i++)
    {
      IstDerived *part = g_ptr_array_steal_index (inner, 0);
      char *key = g_strdup_printf ("%s/%s", outer_key, part->key);

      g_free (part->key);
      part->key = key;
      if (part->order_key == NULL)
        part->order_key = g_strdup (outer_order);
      g_ptr_array_insert (parts, (gint) (at + i), part);
    }
}

static gboolean
apply_to_parts (const IstTransform *transform, const IstConvertContext *context, GPtrArray *parts,
                GError **error)
{
  for (guint i = 0; i < parts->len; i++)
    {
      g_autoptr (GPtrArray) inner = ist_derived_array_new ();
      guint made;

      if (!apply (transform, context, ((IstDerived *) g_ptr_array_index (parts, i))->message, inner,
                  error))
        return FALSE;
      made = inner->len;
      if (made == 0)
        continue;
      replace_part (parts, i, inner);
      i += made - 1;
    }
  return TRUE;
}

static gboolean
run_table (const IstConvertContext *context, IstMessage *message, GPtrArray *parts, GError **error)
{
  for (guint i = 0; i < ist_pipeline_count (); i++)
    {
      const IstTransform *transform = ist_pipeline_get (i);
      gboolean ok;

      if (!ist_pipeline_is_on (i, context->settings) || !fits (transform, context))
        continue;
      ok = parts->len == 0 ? apply (transform, context, message, parts, error)
                           : apply_to_parts (transform, context, parts, error);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

gboolean
ist_pipeline_run (const IstConvertContext *context, IstMessage *message, GPtrArray *parts,
                  GError **error)
{
  if (context->from == context->to || !ist_limits_fit (context, message))
    return TRUE;
  if (!run_table (context, message, parts, error))
    return FALSE;
  if (parts->len == 0)
    ist_attached_convert (context, message);
  ist_mime_tree_flush (message);
  for (guint i = 0; i < parts->len; i++)
    {
      IstMessage *part = ((IstDerived *) g_ptr_array_index (parts, i))->message;

      ist_attached_convert (context, part);
      ist_mime_tree_flush (part);
    }
  return TRUE;
}
