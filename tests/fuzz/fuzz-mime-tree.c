/*
 * Changes to the tree of any message, chosen by the first bytes of the input: what is written has the size it says,
 * is the same a second time, and without a change is the input.
 */
#include "tests/fuzz/fuzz.h"

#include "base/mime-tree.h"

#include <string.h>

#define OPS 12
#define LIMIT 4096

typedef struct
{
  guint left;
  IstMimeNode *found;
} Pick;

static gboolean
count_down (gpointer user, IstMimeNode *node)
{
  Pick *pick = user;

  pick->found = node;
  return pick->left-- > 0;
}

static gboolean
is_free (const IstMimeNode *node)
{
  return !node->sealed && (node->parent == NULL || !node->parent->sealed);
}

static IstMimeNode *
fresh (void)
{
  IstMimeNode *node = ist_mime_node_new ("application/x-fuzz", "f\303\274.bin", "attachment");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("0123456789", 10);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  ist_mime_node_set_content (node, body, 2, 5);
  return node;
}

static gboolean
is_multipart (const IstMimeNode *node)
{
  return node->children != NULL && g_str_has_prefix (node->type, "multipart/");
}

static gboolean
change (IstMimeNode *node, guint op)
{
  gboolean in_multipart = node->parent != NULL && is_multipart (node->parent);

  if (!is_free (node))
    return FALSE;
  if (op == 0 && in_multipart)
    ist_mime_node_free (ist_mime_node_take (node));
  else if (op == 1 && in_multipart)
    ist_mime_node_replace (node, fresh ());
  else if (op == 2 && (node->parent == NULL || in_multipart))
    ist_mime_node_wrap (node, "mixed");
  else if (op == 3 && is_multipart (node) && node->children->len == 1 && (node->parent == NULL || in_multipart))
    ist_mime_node_hoist (node);
  else if (op == 4 && is_multipart (node))
    ist_mime_node_insert (node, 1, fresh ());
  else if (op == 5 && node->children == NULL)
    ist_mime_node_set_text (node, "gr\303\274\303\237e\nzwei\n");
  else if (op == 6)
    ist_mime_node_set_field (node, "X-Fuzz", "X-Fuzz: 1\r\n");
  else if (op == 7 && node->children == NULL)
    ist_mime_node_set_name (node, "name\r\n.txt");
  else
    return FALSE;
  return TRUE;
}

static GBytes *
converted (IstBody *body, const guint8 *ops, guint n_ops, gboolean *changed)
{
  g_autoptr (IstMessage) message = ist_message_new (body);
  GBytes *out;

  *changed = FALSE;
  for (guint i = 0; i + 1 < n_ops; i += 2)
    {
      Pick pick = { .left = ops[i] };
      g_autofree char *text = NULL;
      g_autoptr (IstBody) decoded = NULL;

      ist_mime_node_visit (ist_mime_tree (message), count_down, &pick);
      if (pick.found->children == NULL)
        {
          text = ist_mime_node_text (pick.found, LIMIT, NULL);
          decoded = ist_mime_node_decode_body (pick.found, LIMIT, NULL);
          g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
        }
      *changed |= change (pick.found, ops[i + 1] % 8);
      if (ops[i + 1] > 127)
        ist_mime_tree_flush (message);
    }
  ist_mime_tree_flush (message);
  out = ist_message_to_bytes (message);
  g_assert_cmpuint (ist_message_size (message), ==, g_bytes_get_size (out));
  return out;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint n_ops = (guint) MIN (size, OPS);
  g_autoptr (GBytes) bytes = g_bytes_new (data + n_ops, size - n_ops);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  gboolean changed;

  first = converted (body, data, n_ops, &changed);
  second = converted (body, data, n_ops, &changed);
  g_assert_true (g_bytes_equal (first, second));
  g_assert_true (changed || g_bytes_equal (first, bytes));
  return 0;
}
