/*
 * headers-trim - Notes invitations carry dozens of X-Notes-Item fields; beyond 32 KiB of header some relays
 * return the message ("Headers too large", IBM technote 1575472). X-MIMETrack names internal servers,
 * X-TNEFEvaluated is Domino's note to itself. None of them means anything to the other side.
 */
#include "convert/transforms.h"

gboolean
ist_headers_trim (const IstConvertContext *context, IstMessage *message, GError **error)
{
  static const char *const names[] = { "X-Notes-Item", "X-MIMETrack", "X-TNEFEvaluated" };

  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      gsize bytes = 0;
      guint count = 0;
      guint i = 0;

      while ((i = ist_message_find_field (message, names[n], i)) != IST_MESSAGE_NOT_FOUND)
        {
          gsize size;

          ist_message_field_raw (message, i, &size);
          bytes += size;
          count++;
          ist_message_remove_field (message, i);
        }
      if (count > 0)
        ist_message_note (message, "headers-trim",
                          "%u %s fields of %" G_GSIZE_FORMAT " bytes removed", count, names[n], bytes);
    }
  return TRUE;
}
