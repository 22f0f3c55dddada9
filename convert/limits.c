#include "convert/limits.h"

#include "convert/look.h"
#include "convert/sealed.h"

#include "base/mime.h"

#include <string.h>

IstLimits
ist_limits_of (const IstConvertSettings *settings)
{
  IstLimits limits = { IST_CONVERT_MAX_TEXT, IST_CONVERT_MAX_PARTS, IST_CONVERT_MAX_DEPTH, IST_CONVERT_MAX_HEADER };

  if (settings == NULL)
    return limits;
  limits.max_text_bytes = (gsize) settings->max_text;
  limits.max_parts = (guint) settings->max_parts;
  limits.max_depth = (guint) settings->max_depth;
  limits.max_header_bytes = (gsize) settings->max_header;
  return limits;
}

static gboolean
count (gpointer user, IstMimeNode *node)
{
  (*(guint *) user)++;
  return TRUE;
}

gboolean
ist_limits_fit (const IstConvertContext *context, IstMessage *message)
{
  IstLimits limits = ist_limits_of (context->settings);
  gsize header = ist_message_body_offset (message);
  guint n = 0;

  if (header > limits.max_header_bytes)
    {
      ist_message_note (message, IST_LIMITS_NOTE,
                        "a header of %" G_GSIZE_FORMAT " bytes, more than max-header; the message passes unchanged",
                        header);
      return FALSE;
    }
  ist_look_at (message, &n);
  /* Each level of parts takes a delimiter. */
  if (n <= MIN (limits.max_parts, IST_MIME_MAX_DEPTH))
    return TRUE;
  n = 0;
  ist_mime_node_visit (ist_mime_tree (message), count, &n);
  if (n > limits.max_parts)
    {
      ist_message_note (message, IST_LIMITS_NOTE, "%u parts, more than max-parts; the message passes unchanged", n);
      return FALSE;
    }
  if (ist_mime_tree (message)->cut)
    ist_message_note (message, IST_LIMITS_NOTE,
                      "parts deeper than %u levels, more than %u, or behind too many lines of dashes pass unchanged",
                      IST_MIME_MAX_DEPTH, IST_MIME_MAX_PARTS);
  return TRUE;
}

gboolean
ist_limits_text_fits (const IstConvertContext *context, IstMessage *message, const IstMimeNode *node)
{
  IstLimits limits = ist_limits_of (context->settings);
  g_autofree char *what = NULL;

  /* Every encoding makes it larger; what decodes to more than allowed is found in reading. */
  if (ist_mime_node_size (node) <= limits.max_text_bytes)
    return TRUE;
  what = g_strdup_printf ("a text (%s) of %" G_GSIZE_FORMAT " bytes, more than max-text; it passes unchanged",
                          node->type, ist_mime_node_size (node));
  if (!ist_message_is_noted (message, what))
    ist_message_note (message, IST_LIMITS_NOTE, "%s", what);
  return FALSE;
}

char *
ist_limits_text (const IstConvertContext *context, IstMessage *message, const IstMimeNode *node)
{
  g_autofree char *text = NULL;

  if (!ist_limits_text_fits (context, message, node))
    return NULL;
  text = ist_look_text (node, ist_limits_of (context->settings).max_text_bytes);
  if (text == NULL || ist_sealed_is_armoured (message, node, text, strlen (text)))
    return NULL;
  return g_steal_pointer (&text);
}
