/*
 * header-hygiene - Domino turns X-Notes-Item fields of mail that comes in into items of the document, with the name
 * and type that stand in them: whoever sends mail could set the form, the icon or a flag of a stranger's document.
 * Mail without any recipient field is shown by both sides with whom they like.
 *
 * Predicate: towards Domino, fields that only Notes itself has reason to write, in mail that does not come from it;
 * between the sides, neither To nor Cc.
 * Repair: the fields go; "To: undisclosed-recipients:;" (RFC 5322 3.6.3 and A.1.3) is added.
 */
#include "convert/transforms.h"

#include "convert/field.h"

#include <string.h>

#define NAME "header-hygiene"

static gboolean
belongs_to_notes (const char *name)
{
  static const char *const names[]
      = { "X-Notes-Item", "X-Lotus-Item",     "X-Lotus-FromDomain", "X-KeepSent",
          "X-MIMETrack",  "DeliveryPriority", "X-TNEFEvaluated" };

  if (*name == '$' || g_ascii_strncasecmp (name, "X-Notes-Item", 12) == 0)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
drop_items (IstMessage *message)
{
  guint n = 0;

  for (guint i = 0; i < ist_message_n_fields (message);)
    if (belongs_to_notes (ist_message_field_name (message, i)))
      {
        ist_message_remove_field (message, i);
        n++;
      }
    else
      i++;
  if (n > 0)
    ist_message_note (message, NAME, "%u fields removed that only Notes itself may write", n);
}

static gboolean
has_content (const IstMessage *message, const char *name)
{
  g_autofree char *value = ist_field_get (message, name);

  return value != NULL && *value != '\0';
}

gboolean
ist_header_hygiene (const IstConvertContext *context, IstMessage *message, GError **error)
{
  if (context->to == IST_SIDE_DOMINO)
    drop_items (message);
  if ((context->to == IST_SIDE_DOMINO || context->to == IST_SIDE_EXCHANGE)
      && ist_field_exists (message, "From") && !has_content (message, "To")
      && !has_content (message, "Cc"))
    {
      ist_field_put (message, "To", "undisclosed-recipients:;");
      ist_message_note (message, NAME,
                        "To: undisclosed-recipients added to a message without recipients");
    }
  return TRUE;
}
