#include "convert/attached.h"

#include "base/mime-tree.h"
#include "convert/limits.h"
#include "convert/look.h"

#include <string.h>

#define MAX_NOTES 100 /* of all attached messages together */

static gboolean
is_report (const IstMimeNode *node)
{
  return strcmp (node->type, "multipart/report") == 0;
}

/* Those of this message itself; theirs are found when they are converted. */
static void
collect (IstMimeNode *node, GPtrArray *found)
{
  g_autoptr (IstBody) body = NULL;

  if (node->sealed || is_report (node))
    return;
  body = ist_mime_node_attached (node);
  if (body != NULL)
    {
      g_ptr_array_add (found, node);
      return;
    }
  if (g_str_has_prefix (node->type, "message/"))
    return;
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    collect (g_ptr_array_index (node->children, i), found);
}

static void
take_notes (IstMessage *message, const IstMessage *inner)
{
  static const char prefix[] = "attached message: ";
  const GPtrArray *changes = ist_message_changes (inner);

  for (guint i = 0; i < changes->len && ist_message_changes (message)->len < MAX_NOTES; i++)
    {
      const IstChange *change = g_ptr_array_index (changes, i);

      ist_message_note (message, change->transform, "%s%s", g_str_has_prefix (change->what, prefix) ? "" : prefix,
                        change->what);
    }
  if (changes->len > 0 && ist_message_changes (message)->len == MAX_NOTES)
    ist_message_note (message, IST_LIMITS_NOTE, "more changes of attached messages are not listed");
}

static void
convert_one (const IstConvertContext *context, IstMessage *message, IstMimeNode *node)
{
  IstConvertContext inner_context = *context;
  g_autoptr (IstBody) body = ist_mime_node_attached (node);
  g_autoptr (IstMessage) inner = ist_message_new (body);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GError) error = NULL;

  inner_context.depth++;
  if (!ist_pipeline_run (&inner_context, inner, parts, &error))
    {
      ist_message_note (message, IST_LIMITS_NOTE, "attached message: not converted: %s", error->message);
      return;
    }
  if (ist_message_is_changed (inner))
    ist_mime_node_set_attached (node, inner);
  for (guint i = 0; i < ist_pipeline_count (); i++)
    if (ist_message_is_changed_by (inner, ist_pipeline_get (i)->name))
      ist_message_set_changed_by (message, ist_pipeline_get (i)->name);
  take_notes (message, inner);
}

void
ist_attached_convert (const IstConvertContext *context, IstMessage *message)
{
  IstLimits limits = ist_limits_of (context->settings);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  if (!ist_look_may (message, IST_LOOK_ATTACHED)
      || (ist_message_companion (message) == NULL && ist_message_body_is_changed (message)))
    return;
  collect (ist_mime_tree (message), found);
  if (found->len > 0 && context->depth >= limits.max_depth)
    {
      ist_message_note (message, IST_LIMITS_NOTE,
                        "%u attached messages deeper than max-depth; they pass unchanged", found->len);
      return;
    }
  for (guint i = 0; i < found->len; i++)
    convert_one (context, message, g_ptr_array_index (found, i));
}
