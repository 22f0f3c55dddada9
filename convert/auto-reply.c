#include "convert/auto-reply.h"

#include "convert/field.h"

#include <string.h>

/* Mailing lists put their name in front: "[ILUG] …". */
static const char *
skip_list_name (const char *subject)
{
  const char *end = *subject == '[' ? strchr (subject, ']') : NULL;

  if (end == NULL)
    return subject;
  end++;
  while (*end == ' ')
    end++;
  return end;
}

gboolean
ist_auto_reply_is_absence (const IstMessage *message, const char *const *begins,
                           const char *const *contains)
{
  g_autofree char *subject = ist_field_text (message, "Subject");
  g_autofree char *lower = NULL;

  if (subject == NULL
      || ist_field_skip_prefixes (skip_list_name (subject)) != skip_list_name (subject))
    return FALSE;
  lower = g_utf8_strdown (skip_list_name (subject), -1);
  for (gsize i = 0; begins[i] != NULL; i++)
    if (g_str_has_prefix (lower, begins[i]))
      return TRUE;
  for (gsize i = 0; contains[i] != NULL; i++)
    if (strstr (lower, contains[i]) != NULL)
      return TRUE;
  return FALSE;
}

gboolean
ist_auto_reply_mark (IstMessage *message, const char *transform, const char *submitted,
                     const char *suppress)
{
  g_autofree char *has = ist_field_get (message, "Auto-Submitted");
  gboolean changed = FALSE;

  if (has == NULL || *has == '\0' || g_ascii_strcasecmp (has, "no") == 0)
    {
      ist_field_put (message, "Auto-Submitted", submitted);
      ist_message_note (message, transform, "Auto-Submitted: %s added to an automatic answer",
                        submitted);
      changed = TRUE;
    }
  if (!ist_field_exists (message, "X-Auto-Response-Suppress"))
    {
      ist_field_put (message, "X-Auto-Response-Suppress", suppress);
      ist_message_note (message, transform, "X-Auto-Response-Suppress: %s added", suppress);
      changed = TRUE;
    }
  return changed;
}
