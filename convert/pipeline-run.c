#include "convert/pipeline.h"

#include "convert/attached.h"
#include "convert/converted-header.h"
#include "convert/limits.h"
#include "convert/sealed.h"

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

/* Has the message changed since its revision and the state of its tree were these? */
static gboolean
has_changed (const IstMessage *message, guint revision, guint64 state)
{
  if (ist_message_revision (message) != revision)
    return TRUE;
  return state != 0 ? ist_mime_tree_state (message) != state : ist_mime_tree_is_changed (message);
}

/* What changed the message before it became several changed each of them. */
static void
inherit (const IstMessage *message, const char *transform, const GPtrArray *parts)
{
  for (guint i = 0; i < parts->len; i++)
    {
      IstMessage *part = ((IstDerived *) g_ptr_array_index (parts, i))->message;

      for (guint k = 0; k < ist_pipeline_count (); k++)
        if (ist_message_is_changed_by (message, ist_pipeline_get (k)->name))
          ist_message_set_changed_by (part, ist_pipeline_get (k)->name);
      ist_message_set_changed_by (part, transform);
    }
}

static gboolean
apply (const IstTransform *transform, const IstConvertContext *context, IstMessage *message,
       GPtrArray *parts, GError **error)
{
  guint revision = ist_message_revision (message);
  guint64 state = ist_mime_tree_state (message);
  gboolean ok = transform->derive != NULL ? transform->derive (context, message, parts, error)
                                          : transform->run (context, message, error);

  if (ok && parts->len > 0)
    inherit (message, transform->name, parts);
  else if (has_changed (message, revision, state))
    ist_message_set_changed_by (message, transform->name);
  return ok;
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

/* Exchange marks them so ("Journal reports in Exchange Online", learn.microsoft.com); what they hold is evidence. */
static gboolean
is_journal_report (const IstConvertContext *context, const IstMessage *message)
{
  return context->from == IST_SIDE_EXCHANGE
         && ist_message_find_field (message, "X-MS-Journal-Report", 0) != IST_MESSAGE_NOT_FOUND;
}

static gboolean
run_table (const IstConvertContext *context, gboolean guards_only, IstMessage *message, GPtrArray *parts,
           GError **error)
{
  for (guint i = 0; i < ist_pipeline_count (); i++)
    {
      const IstTransform *transform = ist_pipeline_get (i);
      gboolean ok;

      if (!ist_pipeline_is_on (i, context->settings) || !fits (transform, context)
          || (guards_only && !transform->is_guard))
        continue;
      ok = parts->len == 0 ? apply (transform, context, message, parts, error)
                           : apply_to_parts (transform, context, parts, error);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

/* What comes behind the transforms, for a message that leaves. */
static void
finish (const IstConvertContext *context, IstMessage *message)
{
  ist_sealed_tell (message);
  ist_attached_convert (context, message);
  ist_mime_tree_flush (message);
  if (context->depth == 0)
    ist_converted_header_put (context, message);
}

gboolean
ist_pipeline_run (const IstConvertContext *context, IstMessage *message, GPtrArray *parts,
                  GError **error)
{
  gboolean is_journal = is_journal_report (context, message);
  gboolean whole = !is_journal && context->from != context->to && ist_limits_fit (context, message);

  if (context->from == context->to)
    return TRUE;
  if (is_journal)
    ist_message_note (message, "journal", "a journal report passes unchanged");
  if (!run_table (context, !whole, message, parts, error))
    return FALSE;
  if (!whole)
    return TRUE;
  if (parts->len == 0)
    finish (context, message);
  for (guint i = 0; i < parts->len; i++)
    finish (context, ((IstDerived *) g_ptr_array_index (parts, i))->message);
  return TRUE;
}
