/*
 * exchange-headers-trim - Exchange adds kilobytes of X-MS-* fields, which Domino keeps as items of the document.
 *
 * Predicate and repair: fields of these names go. Not those that say something about the content
 * (X-MS-TNEF-Correlator, X-MS-Has-Attach) or that keep absence agents quiet.
 */
#include "convert/transforms.h"

#include <string.h>

static gboolean
is_ballast (const char *name)
{
  static const char *const beginnings[]
      = { "X-MS-Exchange-",         "X-MS-Office365-",
          "X-MS-PublicTrafficType", "X-MS-TrafficTypeDiagnostic",
          "X-Microsoft-Antispam",   "X-Microsoft-Exchange-Diagnostics",
          "X-Forefront-",           "X-Exchange-Antispam-" };

  if (g_ascii_strcasecmp (name, "X-MS-Exchange-Message-Is-Ndr") == 0
      || g_ascii_strcasecmp (name, "X-MS-Exchange-Inbox-Rules-Loop") == 0)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (g_ascii_strncasecmp (name, beginnings[i], strlen (beginnings[i])) == 0)
      return TRUE;
  return FALSE;
}

gboolean
ist_exchange_headers_trim (const IstConvertContext *context, IstMessage *message, GError **error)
{
  gsize bytes = 0;
  guint n = 0;

  for (guint i = 0; i < ist_message_n_fields (message);)
    {
      gsize size;

      if (!is_ballast (ist_message_field_name (message, i)))
        {
          i++;
          continue;
        }
      ist_message_field_raw (message, i, &size);
      ist_message_remove_field (message, i);
      bytes += size;
      n++;
    }
  if (n > 0)
    ist_message_note (message, "exchange-headers-trim",
                      "%u X-MS fields of %" G_GSIZE_FORMAT " bytes removed", n, bytes);
  return TRUE;
}
