#include "routing/queue/queue-private.h"

#include <string.h>

/* Crockford's letters: none is mistaken for another when read over the telephone, and their order is
 * ASCII's, so that queue ids sort by time. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

char *
ist_queue_id_format (gint64 id, const char *node)
{
  char text[IST_QUEUE_ID_LETTERS + 1];

  for (int i = IST_QUEUE_ID_LETTERS - 1; i >= 0; i--)
    {
      text[i] = letters[id & 31];
      id >>= 5;
    }
  text[IST_QUEUE_ID_LETTERS] = '\0';
  return g_strconcat (text, node, NULL);
}

gint64
ist_queue_id_parse (const char *queue_id)
{
  gint64 id = 0;

  for (int i = 0; i < IST_QUEUE_ID_LETTERS; i++)
    {
      const char *at = queue_id[i] != '\0' ? strchr (letters, g_ascii_toupper (queue_id[i])) : NULL;

      if (at == NULL)
        return 0;
      id = id << 5 | (at - letters);
    }
  return id;
}
