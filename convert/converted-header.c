#include "convert/converted-header.h"

#include "convert/field.h"

#include <string.h>

#define MAX_LINE 78 /* RFC 5322 2.1.1 */

/* "name; name", folded behind a semicolon (RFC 5322 2.2.3). NULL: no transform changed it. */
static char *
names_of (const IstMessage *message)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gsize column = strlen (IST_CONVERTED_FIELD ": ");

  for (guint i = 0; i < ist_pipeline_count (); i++)
    {
      const char *name = ist_pipeline_get (i)->name;

      if (!ist_message_is_changed_by (message, name))
        continue;
      if (out->len > 0)
        {
          gboolean fold = column + strlen ("; ") + strlen (name) + strlen (";") > MAX_LINE;

          g_string_append (out, fold ? ";\r\n " : "; ");
          column = fold ? 1 : column + 2;
        }
      g_string_append (out, name);
      column += strlen (name);
    }
  return out->len > 0 ? g_strdup (out->str) : NULL;
}

void
ist_converted_header_put (const IstConvertContext *context, IstMessage *message)
{
  g_autofree char *names = NULL;

  if (context->settings == NULL || !context->settings->converted_header)
    return;
  names = names_of (message);
  if (names == NULL)
    return;
  ist_field_drop (message, IST_CONVERTED_FIELD);
  ist_field_put (message, IST_CONVERTED_FIELD, names);
}
