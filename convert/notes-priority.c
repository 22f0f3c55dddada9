/*
 * notes-priority - importance, delivery priority and the private mark are spelled in five header fields and some
 * Notes items; each side reads other ones. Web clients of Domino write the fields empty.
 *
 * Predicate: one of these fields is empty, or the importance, priority or sensitivity that one spelling gives is
 * missing in the spelling that the other side reads (table in docs/transforms.md).
 * Repair: empty fields go; Importance, X-Priority, Priority and Sensitivity are completed. A field that says
 * something else on its own is never overruled, and nothing is ever held back because its priority is low.
 */
#include "convert/transforms.h"

#include "convert/field.h"

#include <string.h>

#define NAME "notes-priority"

typedef enum
{
  LEVEL_NONE,
  LEVEL_HIGH,
  LEVEL_NORMAL,
  LEVEL_LOW
} Level;

static const struct
{
  const char *field;
  const char *values[4]; /* by Level */
} spellings[] = {
  { "Importance", { NULL, "high", "normal", "low" } },
  { "X-Priority", { NULL, "1", "3", "5" } },
  { "X-MSMail-Priority", { NULL, "High", "Normal", "Low" } },
};

static void
drop_empty (IstMessage *message)
{
  static const char *const names[] = { "Importance",  "X-Priority", "X-MSMail-Priority", "Priority",
                                       "Sensitivity", "Reply-By",   "Expiry-Date" };

  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      guint i = 0;

      while ((i = ist_message_find_field (message, names[n], i)) != IST_MESSAGE_NOT_FOUND)
        {
          g_autofree char *value = ist_message_field_value (message, i);

          if (*value != '\0')
            {
              i++;
              continue;
            }
          ist_message_remove_field (message, i);
          ist_message_note (message, NAME, "empty %s removed", names[n]);
        }
    }
}

/* "1 (Highest)", "High", "urgent", "H": one letter or digit tells them apart, but for "highest" and "normal". */
static Level
level_of (const char *value)
{
  if (value == NULL)
    return LEVEL_NONE;
  if (*value == '1' || *value == '2' || g_ascii_strncasecmp (value, "h", 1) == 0
      || g_ascii_strncasecmp (value, "urgent", 6) == 0)
    return LEVEL_HIGH;
  if (*value == '4' || *value == '5' || g_ascii_strncasecmp (value, "l", 1) == 0
      || g_ascii_strncasecmp (value, "non-urgent", 10) == 0)
    return LEVEL_LOW;
  if (*value == '3' || g_ascii_strncasecmp (value, "n", 1) == 0)
    return LEVEL_NORMAL;
  return LEVEL_NONE;
}

/* A Notes item counts otherwise: 1 high, 2 normal, 3 low. */
static Level
item_level (const IstMessage *message, const char *item)
{
  g_autofree char *value = ist_field_notes_item (message, item);

  if (value == NULL)
    return LEVEL_NONE;
  if (*value == '2')
    return LEVEL_NORMAL;
  return *value == '3' ? LEVEL_LOW : level_of (value);
}

static Level
importance_of (const IstMessage *message)
{
  for (gsize i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_autofree char *value = ist_field_get (message, spellings[i].field);
      Level level = level_of (value);

      if (level != LEVEL_NONE)
        return level;
    }
  return item_level (message, "Importance");
}

/* Normal is what no field says too. */
static void
complete_importance (IstMessage *message)
{
  Level level = importance_of (message);

  if (level != LEVEL_HIGH && level != LEVEL_LOW)
    return;
  for (gsize i = 0; i < 2; i++)
    if (!ist_field_exists (message, spellings[i].field))
      {
        ist_field_put (message, spellings[i].field, spellings[i].values[level]);
        ist_message_note (message, NAME, "%s: %s added", spellings[i].field,
                          spellings[i].values[level]);
      }
}

/* Delivery priority is not importance: RFC 2156 5.3.6 "Priority". */
static void
complete_priority (IstMessage *message)
{
  g_autofree char *field = ist_field_get (message, "DeliveryPriority");
  Level level = field != NULL ? level_of (field) : item_level (message, "DeliveryPriority");
  const char *value = level == LEVEL_HIGH ? "urgent" : "non-urgent";

  if ((level != LEVEL_HIGH && level != LEVEL_LOW) || ist_field_exists (message, "Priority"))
    return;
  ist_field_put (message, "Priority", value);
  ist_message_note (message, NAME, "Priority: %s added for the delivery priority of Notes", value);
}

static void
set_sensitivity (IstMessage *message, const char *value, const char *was)
{
  ist_field_put (message, "Sensitivity", value);
  ist_message_note (message, NAME, "Sensitivity: %s for \"%s\"", value, was);
}

/* Exchange knows Personal, Private and Company-Confidential ([MS-OXCMAIL], Sensitivity; RFC 2156 5.3.4). */
static void
sensitivity_to_exchange (IstMessage *message)
{
  g_autofree char *value = ist_field_get (message, "Sensitivity");
  g_autofree char *kept = ist_field_notes_item (message, "$KeepPrivate");
  g_autofree char *item = ist_field_notes_item (message, "Sensitivity");
  g_autofree char *meeting = ist_field_notes_item (message, "OrgConfidential");

  if (value == NULL)
    {
      if (g_strcmp0 (kept, "1") == 0 || g_strcmp0 (item, "1") == 0 || g_strcmp0 (meeting, "1") == 0)
        set_sensitivity (message, "Private", "the private mark of Notes");
      return;
    }
  if (g_ascii_strcasecmp (value, "Confidential") == 0)
    set_sensitivity (message, "Company-Confidential", value);
  else if (strcmp (value, "1") == 0)
    set_sensitivity (message, "Private", value);
}

/* Notes has one mark, private. */
static void
sensitivity_to_domino (IstMessage *message)
{
  g_autofree char *value = ist_field_get (message, "Sensitivity");

  if (value != NULL
      && (g_ascii_strcasecmp (value, "Personal") == 0
          || g_ascii_strcasecmp (value, "Company-Confidential") == 0))
    set_sensitivity (message, "Private", value);
}

gboolean
ist_notes_priority (const IstConvertContext *context, IstMessage *message, GError **error)
{
  if (context->from != IST_SIDE_DOMINO && context->to != IST_SIDE_DOMINO)
    return TRUE;
  drop_empty (message);
  complete_importance (message);
  if (context->from == IST_SIDE_DOMINO)
    {
      complete_priority (message);
      sensitivity_to_exchange (message);
    }
  else
    sensitivity_to_domino (message);
  return TRUE;
}
