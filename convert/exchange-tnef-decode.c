/*
 * exchange-tnef-decode - Outlook and Exchange can send a message as TNEF: text, attachments and meeting in one part
 * winmail.dat that nobody else reads.
 *
 * Predicate: a part is a TNEF stream by its type or by its first bytes, or one stands uuencoded in the text; it is in
 * no signed or encrypted part.
 * Repair: its content comes in its place (docs/transforms.md says what becomes what). The work is in tnef-place.c.
 * Towards Domino what cannot be read, and what only has the name of a stream, gets one that says what it is.
 */
#include "convert/transforms.h"

#include "convert/tnef-names.h"
#include "convert/tnef-place.h"
#include "convert/tnef-uu.h"

#include <string.h>

#define TYPE "ms-tnef"

/* Does a line begin as a stream does (raw, base64, quoted-printable, uuencoded), or does a header line name its type? */
static gboolean
is_suspicious (const char *line, gsize size)
{
  static const char *const starts[] = { "x\x9F>\"", "eJ8+I", "x=9F>", "=78=9F" };

  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    if (size >= strlen (starts[i]) && memcmp (line, starts[i], strlen (starts[i])) == 0)
      return TRUE;
  if (size > 6 && memcmp (line + 1, ">)\\^(", 5) == 0)
    return TRUE;
  if (size == 0 || strchr ("Cc \t", *line) == NULL)
    return FALSE;
  for (const char *dash = memchr (line, '-', size); dash != NULL;
       dash = memchr (dash + 1, '-', size - (gsize) (dash + 1 - line)))
    if (dash - line >= 2 && size - (gsize) (dash - line) >= strlen (TYPE) - 2
        && g_ascii_strncasecmp (dash - 2, TYPE, strlen (TYPE)) == 0)
      return TRUE;
  return FALSE;
}

/* Cheap test that lets nearly all mail pass without a tree. */
static gboolean
may_hold_one (const IstMessage *message)
{
  gsize size;
  const char *data = ist_body_data (ist_message_original (message), &size);

  while (size > 0)
    {
      const char *lf = memchr (data, '\n', size);
      gsize n = lf != NULL ? (gsize) (lf - data) : size;

      if (is_suspicious (data, n))
        return TRUE;
      n += lf != NULL;
      data += n;
      size -= n;
    }
  return FALSE;
}

gboolean
ist_exchange_tnef_decode (const IstConvertContext *context, IstMessage *message, GError **error)
{
  IstTnefRun run = { context, 0 };

  /* What comes from Domino goes through as Domino made it. */
  if (context->from != IST_SIDE_EXCHANGE && context->to != IST_SIDE_DOMINO)
    return TRUE;
  if (may_hold_one (message) || ist_tnef_name_is_in (message) || ist_tnef_uu_is_hidden (message))
    ist_tnef_place_all (message, &run);
  if (context->to == IST_SIDE_DOMINO)
    ist_tnef_name_mend (message);
  return TRUE;
}
