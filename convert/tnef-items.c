#include "convert/tnef-items.h"

#include "base/address.h"
#include "convert/field.h"

#include <string.h>

char *
ist_tnef_items_subject (const IstTnef *tnef, const IstMessage *head)
{
  return tnef->subject != NULL ? g_strdup (tnef->subject) : ist_field_text (head, "Subject");
}

char *
ist_tnef_items_address (const IstMessage *head, const char *field)
{
  guint i = ist_message_find_field (head, field, 0);
  g_autofree char *value = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (head, i) : NULL;
  const char *open, *at;
  const char *start, *end;
  g_autofree char *address = NULL;

  if (value == NULL)
    return NULL;
  open = strrchr (value, '<');
  at = strchr (open != NULL && strchr (value, ',') == NULL ? open : value, '@');
  if (at == NULL)
    return NULL;
  for (start = at; start > value && strchr (" \t<,;:\"(", start[-1]) == NULL;)
    start--;
  for (end = at; *end != '\0' && strchr (" \t>,;)\"", *end) == NULL;)
    end++;
  address = g_strndup (start, (gsize) (end - start));
  return ist_address_is_valid (address, FALSE) ? g_steal_pointer (&address) : NULL;
}

static gboolean
is_class (const IstTnef *tnef, const char *class)
{
  gsize n = strlen (class);

  return g_ascii_strncasecmp (tnef->message_class, class, n) == 0
         && (tnef->message_class[n] == '\0' || tnef->message_class[n] == '.');
}

static void
add_attachment (IstTnefParts *parts, IstMimeNode *node)
{
  if (node != NULL)
    g_ptr_array_add (parts->attachments, node);
}

void
ist_tnef_items_add (const IstTnef *tnef, IstTnefParts *parts, const IstTnefRun *run, const IstMessage *head)
{
  ist_tnef_calendar_add (tnef, parts, head);
  if (is_class (tnef, "IPM.Contact"))
    add_attachment (parts, ist_tnef_contact_new (tnef, head, parts->text, FALSE));
  if (is_class (tnef, "IPM.DistList"))
    add_attachment (parts, ist_tnef_contact_new (tnef, head, NULL, TRUE));
  add_attachment (parts, ist_tnef_task_new (tnef, head));
  parts->report = ist_tnef_report_new (tnef, head);
  if (parts->report != NULL && parts->text == NULL)
    parts->report_text
        = ist_tnef_report_text (tnef, parts->report, head, run->convert != NULL ? ist_convert_language (run->convert) : NULL);
  ist_tnef_vote_add (tnef, parts, run, head);
}
