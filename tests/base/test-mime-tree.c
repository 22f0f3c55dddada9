/*
 * tests/base/test-mime-tree.c - changes to the parts of a message: what is touched changes, all else keeps its bytes.
 */
#include "base/mime-tree.h"

#include "base/error.h"
#include "tests/harness/harness.h"

#include <string.h>

#define TWO \
  "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npre\r\n--b b\r\nX: 1\r\n\r\none\r\n" \
  "--b b  \r\nContent-Type: text/html\r\n\r\n<p>two\r\n--b b--\r\npost\r\n"

static IstMessage *
message_of (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

static char *
written (IstMessage *message)
{
  g_autoptr (GBytes) bytes = NULL;

  ist_mime_tree_flush (message);
  bytes = ist_message_to_bytes (message);
  IST_ASSERT_INT (ist_message_size (message), g_bytes_get_size (bytes));
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static IstMimeNode *
child (IstMimeNode *node, guint i)
{
  return g_ptr_array_index (node->children, i);
}

/* ---- one change each ---- */

static void
nothing (IstMimeNode *root)
{
}

static void
take_second (IstMimeNode *root)
{
  ist_mime_node_free (ist_mime_node_take (child (root, 1)));
}

static void
take_first (IstMimeNode *root)
{
  ist_mime_node_free (ist_mime_node_take (child (root, 0)));
}

static void
take_all (IstMimeNode *root)
{
  take_first (root);
  take_first (root);
}

static void
change_text (IstMimeNode *root)
{
  ist_mime_node_set_text (child (root, 1), "<b>neu\n");
}

static void
change_text_utf8 (IstMimeNode *root)
{
  ist_mime_node_set_text (child (root, 1), "<b>Das ist ein Satz mit \303\274.\n");
}

static void
change_text_chinese (IstMimeNode *root)
{
  ist_mime_node_set_text (child (root, 1), "\344\270\212\n");
}

static void
change_field (IstMimeNode *root)
{
  ist_mime_node_set_field (child (root, 0), "X", "X: 2\r\n");
}

static void
hoist_html (IstMimeNode *root)
{
  take_first (root);
  IST_ASSERT (ist_mime_node_hoist (root) == root);
  IST_ASSERT_STR (root->type, "text/html");
}

static void
swap (IstMimeNode *root)
{
  ist_mime_node_insert (root, 0, ist_mime_node_take (child (root, 1)));
}

static IstMimeNode *
attachment (const char *name, const char *data)
{
  IstMimeNode *node = ist_mime_node_new ("application/octet-stream", name, "attachment");
  g_autoptr (GBytes) bytes = g_bytes_new (data, strlen (data));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  ist_mime_node_set_content (node, body, 0, strlen (data));
  return node;
}

static void
wrap_and_attach (IstMimeNode *root)
{
  ist_mime_node_insert (ist_mime_node_wrap (root, "mixed"), 1, attachment ("a b.txt", "hello"));
}

static void
wrap_inner (IstMimeNode *root)
{
  ist_mime_node_insert (ist_mime_node_wrap (child (root, 1), "related"), 1, attachment ("\303\274.txt", "x"));
}

/* The second part of the inner multipart quotes the outer one's delimiter, and vice versa. */
static void
move_out (IstMimeNode *root)
{
  ist_mime_node_insert (root, 0, ist_mime_node_take (child (child (root, 0), 0)));
}

static void
move_in (IstMimeNode *root)
{
  ist_mime_node_insert (child (root, 0), 1, ist_mime_node_take (child (root, 1)));
}

static void
test_changes (void)
{
  static const struct
  {
    const char *name, *in;
    void (*change) (IstMimeNode *root);
    const char *want;
  } rows[] = {
    { "nothing", TWO, nothing, TWO },
    { "the second goes", TWO, take_second,
      "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npre\r\n--b b\r\nX: 1\r\n\r\none\r\n"
      "--b b--\r\npost\r\n" },
    { "the first goes", TWO, take_first,
      "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npre\r\n"
      "--b b  \r\nContent-Type: text/html\r\n\r\n<p>two\r\n--b b--\r\npost\r\n" },
    { "a multipart is never empty", TWO, take_all,
      "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npre\r\n--b b\r\n\r\n\r\n"
      "--b b--\r\npost\r\n" },
    { "new text", TWO, change_text,
      "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npre\r\n--b b\r\nX: 1\r\n\r\none\r\n"
      "--b b\r\nContent-Type: text/html; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<b>neu\r\n\r\n"
      "--b b--\r\npost\r\n" },
    { "new text beyond ASCII", TWO, change_text_utf8,
      "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npre\r\n--b b\r\nX: 1\r\n\r\none\r\n"
      "--b b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      "<b>Das ist ein Satz mit =C3=BC.\r\n\r\n--b b--\r\npost\r\n" },
    { "mostly beyond ASCII", TWO, change_text_chinese,
      "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npre\r\n--b b\r\nX: 1\r\n\r\none\r\n"
      "--b b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n5LiKDQo=\r\n\r\n"
      "--b b--\r\npost\r\n" },
    { "a field of a part", TWO, change_field,
      "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npre\r\n--b b\r\nX: 2\r\n\r\none\r\n"
      "--b b  \r\nContent-Type: text/html\r\n\r\n<p>two\r\n--b b--\r\npost\r\n" },
    { "one left becomes the message", TWO, hoist_html,
      "Subject: x\r\nContent-Type: text/html\r\n\r\n<p>two\r\n" },
    { "another order", TWO, swap,
      "Subject: x\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npre\r\n"
      "--b b  \r\nContent-Type: text/html\r\n\r\n<p>two\r\n--b b\r\nX: 1\r\n\r\none\r\n--b b--\r\npost\r\n" },
    { "what moves in quotes the delimiter",
      "Content-Type: multipart/mixed; boundary=a; x=y\r\n\r\n--a\r\nContent-Type: multipart/related; boundary=b; type=\"t\"\r\n\r\n"
      "--b\r\n\r\none\r\n--b--\r\n--a\r\nX: 1\r\n\r\ntwo\r\n--b\r\nquoted\r\n--a--\r\n",
      move_in,
      "Content-Type: multipart/mixed; boundary=a; x=y\r\n\r\n--a\r\nContent-Type: multipart/related; "
      "boundary=\"=_isthmus_1_26c0e4cb3aa232979e450a19\"; type=\"t\"\r\n\r\n"
      "--=_isthmus_1_26c0e4cb3aa232979e450a19\r\n\r\none\r\n--=_isthmus_1_26c0e4cb3aa232979e450a19\r\nX: 1\r\n\r\ntwo\r\n"
      "--b\r\nquoted\r\n--=_isthmus_1_26c0e4cb3aa232979e450a19--\r\n--a--\r\n" },
    { "what moves out quotes nothing",
      "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
      "--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n--a--\r\n",
      move_out,
      "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\none\r\n--a\r\nContent-Type: multipart/related; "
      "boundary=b\r\n\r\n--b\r\n\r\ntwo\r\n--b--\r\n--a--\r\n" },
    { "no end delimiter", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\nX: 1\r\n\r\ntwo",
      take_first, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: 1\r\n\r\ntwo\r\n--b--\r\n" },
    { "no end delimiter, a part changes",
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: 1\r\n\r\none\r\n--b\r\n\r\ntwo", change_field,
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: 2\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstMessage) message = message_of (rows[i].in);
      g_autofree char *got = NULL;
      guint64 before;

      ist_row ("%s", rows[i].name);
      IST_ASSERT (ist_mime_tree_state (message) == 0);
      ist_mime_tree (message);
      before = ist_mime_tree_state (message);
      rows[i].change (ist_mime_tree (message));
      IST_ASSERT ((ist_mime_tree_state (message) == before) == (rows[i].change == nothing));
      got = written (message);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* Wrapping makes boundaries: the same each time, and what was wrapped can be read again. */
static void
test_wrap (void)
{
  static const struct
  {
    const char *name, *in;
    void (*change) (IstMimeNode *root);
    const char *types; /* of the leaves */
    const char *last;
  } rows[] = {
    { "a multipart", TWO, wrap_and_attach, "text/plain text/html application/octet-stream ", "hello" },
    { "a single text", "Subject: x\r\nContent-Type: text/html\r\n\r\n<p>\r\n", wrap_and_attach,
      "text/html application/octet-stream ", "hello" },
    { "no MIME at all", "Subject: x\r\n\r\ntext\r\n", wrap_and_attach, "text/plain application/octet-stream ",
      "hello" },
    { "no empty line", "Subject: x\r\n", wrap_and_attach, "text/plain application/octet-stream ", "hello" },
    { "inside", TWO, wrap_inner, "text/plain text/html application/octet-stream ", "x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstMessage) message = message_of (rows[i].in);
      g_autoptr (IstMessage) second = message_of (rows[i].in);
      g_autoptr (IstMessage) again = NULL;
      g_autofree char *got = NULL;
      g_autofree char *same = NULL;
      g_autoptr (GString) types = g_string_new (NULL);
      g_autoptr (GBytes) last = NULL;
      IstMimeNode *node;

      ist_row ("%s", rows[i].name);
      rows[i].change (ist_mime_tree (message));
      rows[i].change (ist_mime_tree (second));
      got = written (message);
      same = written (second);
      IST_ASSERT_STR (got, same);
      again = message_of (got);
      for (node = ist_mime_tree (again); node != NULL;)
        {
          if (node->children == NULL)
            g_string_append_printf (types, "%s ", node->type);
          if (node->children != NULL && node->children->len > 0)
            {
              node = child (node, 0);
              continue;
            }
          if (node->name != NULL)
            last = ist_mime_node_decode (node, 100);
          while (node->parent != NULL && ist_mime_node_index (node) + 1 == node->parent->children->len)
            node = node->parent;
          node = node->parent != NULL ? child (node->parent, ist_mime_node_index (node) + 1) : NULL;
        }
      IST_ASSERT_STR (types->str, rows[i].types);
      IST_ASSERT (last != NULL && g_bytes_get_size (last) == strlen (rows[i].last)
                  && memcmp (g_bytes_get_data (last, NULL), rows[i].last, strlen (rows[i].last)) == 0);
    }
}

static void
test_names (void)
{
  static const struct
  {
    const char *name, *want; /* what the reader finds */
  } rows[] = {
    { "plain.txt", "plain.txt" },
    { "mit \303\274mlaut.txt", "mit \303\274mlaut.txt" },
    { "../../etc/passwd", ".._.._etc_passwd" },
    { "quo\"te\\.txt", "quo_te_.txt" },
    { "two\r\nlines", "two__lines" },
    { "bad \377 byte", "bad \357\277\275 byte" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstMessage) message = message_of ("Subject: x\r\n\r\ntext\r\n");
      g_autoptr (IstMessage) again = NULL;
      g_autofree char *got = NULL;

      ist_row ("%s", rows[i].name);
      ist_mime_node_insert (ist_mime_node_wrap (ist_mime_tree (message), "mixed"), 1,
                            attachment (rows[i].name, "x"));
      got = written (message);
      again = message_of (got);
      IST_ASSERT_STR (child (ist_mime_tree (again), 1)->name, rows[i].want);
    }
}

static void
test_text (void)
{
  static const struct
  {
    const char *name, *head, *content, *want;
  } rows[] = {
    { "plain", "", "a\r\nb\r\n", "a\nb\n" },
    { "quoted-printable", "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n",
      "=C3=BC=\r\n!\r\n", "\303\274!\n" },
    { "windows-1252 called iso-8859-1", "Content-Type: text/plain; charset=iso-8859-1\r\n", "a\227b\r\n",
      "a\342\200\224b\n" },
    { "utf-8 without a label", "", "\303\274\r\n", "\303\274\n" },
    { "neither", "", "\374\r\n", "\303\274\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *in = g_strconcat (rows[i].head, "\r\n", rows[i].content, NULL);
      g_autoptr (IstMessage) message = message_of (in);
      g_autoptr (GError) error = NULL;
      g_autofree char *got = ist_mime_node_text (ist_mime_tree (message), 1000, &error);
      g_autofree char *none = NULL;

      ist_row ("%s", rows[i].name);
      IST_ASSERT_NO_ERROR (error);
      IST_ASSERT_STR (got, rows[i].want);
      none = ist_mime_node_text (ist_mime_tree (message), 2, &error);
      IST_ASSERT (none == NULL);
      IST_ASSERT_ERROR (error, IST_ERROR_REFUSED);
    }
}

/* In memory and in a file. */
static void
test_decode_body (void)
{
  static const gsize sizes[] = { 0, 1, 56, 57, 58, 1024 * 1024, 1024 * 1024 + 1, 5000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (IstMessage) message = message_of ("Subject: x\r\n\r\ntext\r\n");
      g_autoptr (IstMessage) again = NULL;
      g_autofree char *data = g_malloc (sizes[i] + 1);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (IstBody) body = NULL;
      g_autoptr (IstBody) got = NULL;
      g_autoptr (IstBody) none = NULL;
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      IstMimeNode *node = ist_mime_node_new ("application/octet-stream", "x", "attachment");

      ist_row ("%" G_GSIZE_FORMAT " bytes", sizes[i]);
      for (gsize k = 0; k < sizes[i]; k++)
        data[k] = (char) (k * 7 + k / 251);
      bytes = g_bytes_new (data, sizes[i]);
      body = ist_body_new_bytes (bytes);
      ist_mime_node_set_content (node, body, 0, sizes[i]);
      ist_mime_node_insert (ist_mime_node_wrap (ist_mime_tree (message), "mixed"), 1, node);
      text = written (message);
      again = message_of (text);
      got = ist_mime_node_decode_body (child (ist_mime_tree (again), 1), sizes[i], &error);
      IST_ASSERT_NO_ERROR (error);
      IST_ASSERT (got != NULL && ist_body_size (got) == sizes[i]
                  && memcmp (ist_body_data (got, &(gsize){ 0 }), data, sizes[i]) == 0);
      none = sizes[i] > 0 ? ist_mime_node_decode_body (child (ist_mime_tree (again), 1), sizes[i] - 1, &error) : NULL;
      IST_ASSERT (none == NULL && (sizes[i] == 0 || ist_error_is (error, IST_ERROR_REFUSED)));
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "one change each", test_changes },  { "wrapping", test_wrap },
    { "names of attachments", test_names }, { "text", test_text },
    { "decoding into a body", test_decode_body },  { NULL, NULL },
  };

  return ist_test_main ("mime-tree", tests);
}
