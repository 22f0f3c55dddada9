/*
 * The MIME tree: its ranges lie in each other and in order; decoding stays within its limit.
 */
#include "tests/fuzz/fuzz.h"

#include "base/mime.h"

#define LIMIT 1000

static void
check_part (const IstMimePart *part, IstBody *body, guint depth)
{
  gsize last = part->content;

  g_assert_cmpuint (depth, <=, 64);
  g_assert_cmpuint (part->outer, <=, part->header);
  g_assert_cmpuint (part->header, <=, part->content);
  g_assert_cmpuint (part->content, <=, part->content_end);
  g_assert_cmpuint (part->content_end, <=, part->outer_end);
  g_assert_nonnull (part->type);
  g_assert_nonnull (part->encoding);
  if (part->children == NULL)
    {
      g_autoptr (GBytes) bytes = ist_mime_decode (part, body, LIMIT);

      g_assert_cmpuint (g_bytes_get_size (bytes), <=, LIMIT);
    }
  for (guint i = 0; part->children != NULL && i < part->children->len; i++)
    {
      const IstMimePart *child = g_ptr_array_index (part->children, i);

      g_assert_true (child->parent == part);
      g_assert_cmpuint (child->outer, >=, last);
      /* The last part of a multipart without end owns the line end before its parent's delimiter. */
      g_assert_cmpuint (child->outer_end, <=, part->outer_end);
      g_assert_cmpuint (child->content_end, <=, MAX (part->content_end, child->content));
      g_assert_true (!part->sealed || child->sealed);
      g_assert_true (!part->in_rfc822 || child->in_rfc822);
      last = child->outer_end;
      check_part (child, body, depth + 1);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMimePart) root = ist_mime_parse (body);

  g_assert_null (root->parent);
  g_assert_cmpuint (root->outer_end, ==, size);
  check_part (root, body, 0);
  return 0;
}
