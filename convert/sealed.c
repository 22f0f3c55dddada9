#include "convert/sealed.h"

#include "convert/look.h"

#include <string.h>

#define MAX_NOTES 20

/* RFC 8551 3.2.2: what application/pkcs7-mime is says a parameter; without one it may be either. */
static const char *
kind_of (const IstMimeNode *node)
{
  g_autofree char *smime = NULL;

  if (strcmp (node->type, "multipart/signed") == 0)
    return "signed";
  if (strcmp (node->type, "multipart/encrypted") == 0)
    return "encrypted";
  smime = ist_mime_node_parameter (node, "smime-type");
  if (smime == NULL)
    return "signed or encrypted";
  return g_ascii_strcasecmp (smime, "signed-data") == 0 || g_ascii_strcasecmp (smime, "certs-only") == 0
             ? "signed"
             : "encrypted";
}

static gboolean
collect (gpointer user, IstMimeNode *node)
{
  if (node->sealed && !node->in_rfc822 && (node->parent == NULL || !node->parent->sealed))
    g_ptr_array_add (user, node);
  return TRUE;
}

void
ist_sealed_tell (IstMessage *message)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  if (!ist_look_may (message, IST_LOOK_SEALED))
    return;
  ist_mime_node_visit (ist_mime_tree (message), collect, found);
  for (guint i = 0; i < MIN (found->len, MAX_NOTES); i++)
    {
      const IstMimeNode *node = g_ptr_array_index (found, i);

      ist_message_note (message, IST_SEALED_NOTE, "the %s part (%s) stays byte for byte; transforms skip it",
                        kind_of (node), node->type);
    }
  if (found->len > MAX_NOTES)
    ist_message_note (message, IST_SEALED_NOTE, "%u more signed or encrypted parts stay too",
                      found->len - MAX_NOTES);
}

gboolean
ist_sealed_is_armoured (IstMessage *message, const IstMimeNode *node, const char *data, gsize size_bytes)
{
  static const char what[] = "the text that PGP signed or encrypted stays byte for byte; transforms skip it";
  static const char *const marks[] = { "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP MESSAGE-----" };
  gboolean found = FALSE;

  if (strcmp (node->type, "text/plain") != 0)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (marks) && !found; i++)
    {
      const char *at = g_strstr_len (data, (gssize) size_bytes, marks[i]);

      while (at != NULL && at > data && at[-1] != '\n')
        at = g_strstr_len (at + 1, (gssize) (size_bytes - (gsize) (at + 1 - data)), marks[i]);
      found = at != NULL;
    }
  if (found && !ist_message_is_noted (message, what))
    ist_message_note (message, IST_SEALED_NOTE, "%s", what);
  return found;
}
