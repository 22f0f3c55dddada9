/*
 * tests/convert/test-active-mail.c - the encapsulated copy of a memo, made here, under each policy.
 */
#include "base/mime-tree.h"
#include "base/scratch.h"
#include "convert/explain.h"
#include "convert/pipeline.h"
#include "convert/settings.h"
#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"
#include "tests/harness/harness.h"

#include <string.h>

#define CD_PLAIN "B129; W133 b1 b0 b0 b10 sHello_from_Notes"
#define CD_BUTTON CD_PLAIN "; B129; W173 w3 d0 w0; W171 w0 w100 w20 w1 b1 b0 b0 b10 sApprove; B174"

typedef enum
{
  COPY_PLAIN,
  COPY_BUTTON,
  COPY_SEALED,
  COPY_FILE,
  COPY_GARBAGE
} Copy;

static GBytes *
database (Copy copy)
{
  g_autoptr (NsfMake) make = nsf_make_new ("Mail");
  g_autoptr (GByteArray) cd = g_byte_array_new ();

  if (copy == COPY_GARBAGE)
    return g_bytes_new_static ("not a database", 14);
  cd_make (cd, copy == COPY_BUTTON ? CD_BUTTON : CD_PLAIN);
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Form", "Memo");
  nsf_make_text (make, "Subject", "Plan");
  nsf_make_item (make, "Body", 0x0001, copy == COPY_SEALED ? 2 : 0, cd->data, cd->len);
  if (copy == COPY_SEALED)
    nsf_make_item (make, "$Seal", 0x0009, 0, "xxxx", 4);
  if (copy == COPY_FILE)
    nsf_make_file (make, "plan.txt", 0, "the plan", 8);
  return nsf_make_finish (make);
}

/* With the readable text beside it, or without. */
static IstMessage *
mail_with (GBytes *bytes, gboolean readable)
{
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);
  g_autofree char *base64 = g_base64_encode (data, size);
  GString *text = g_string_new ("From: anna@a.example\r\nSubject: Plan\r\nMIME-Version: 1.0\r\n"
                                "Content-Type: multipart/alternative; boundary=b\r\n\r\n");
  g_autoptr (GBytes) all = NULL;
  g_autoptr (IstBody) body = NULL;

  if (readable)
    g_string_append (text, "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
                           "--b\r\nContent-Type: text/html\r\n\r\n<html><body><p>Hello</body></html>\r\n");
  g_string_append (text, "--b\r\nContent-Type: application/X-Lotus-Encap2; name=encap2.ond\r\n"
                         "Content-Disposition: attachment; filename=encap2.ond\r\n"
                         "Content-Transfer-Encoding: base64\r\n\r\n");
  for (gsize i = 0; i < strlen (base64); i += 76)
    g_string_append_printf (text, "%.76s\r\n", base64 + i);
  g_string_append (text, "--b--\r\n");
  all = g_string_free_to_bytes (text);
  body = ist_body_new_bytes (all);
  return ist_message_new (body);
}

static IstMessage *
mail (Copy copy, gboolean readable)
{
  g_autoptr (GBytes) bytes = database (copy);

  return mail_with (bytes, readable);
}

static IstSettings *
settings_with (const char *more)
{
  g_autofree char *text = g_strdup_printf ("[convert]\n%s", more);
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  IstSettings *settings = ist_settings_parse (text, "test.conf", ".", ist_convert_setting_groups, errors);

  IST_ASSERT_INT (errors->len, 0);
  return settings;
}

static gboolean
collect (gpointer user, IstMimeNode *node)
{
  GString *out = user;

  if (node->children != NULL)
    return TRUE;
  g_string_append_printf (out, "%s%s%s", out->len > 0 ? " " : "", node->type, node->attachment ? "+" : "");
  if (node->name != NULL)
    g_string_append_printf (out, "(%s)", node->name);
  return TRUE;
}

static IstMessage *
written_again (IstMessage *message)
{
  g_autoptr (GBytes) bytes = ist_message_to_bytes (message);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

static gboolean
holds_database (IstMimeNode *root, Copy copy)
{
  g_autoptr (GBytes) want = database (copy);
  IstMimeNode *last = g_ptr_array_index (root->children, root->children->len - 1);
  g_autoptr (GBytes) got = ist_mime_node_decode (last, g_bytes_get_size (want) + 1);

  return g_bytes_equal (want, got);
}

#define TEXTS "text/plain text/html"
#define NSF " application/vnd.lotus-notes+(message.nsf)"

static void
test_policies (void)
{
  static const struct
  {
    const char *name;
    Copy copy;
    gboolean readable;
    IstSide to;
    const char *settings;
    const char *want; /* the leaves */
    const char *says; /* somewhere in the message */
  } rows[] = {
    { "a plain memo is stripped", COPY_PLAIN, TRUE, IST_SIDE_EXCHANGE, "", TEXTS, "Hello" },
    { "a button is kept", COPY_BUTTON, TRUE, IST_SIDE_EXCHANGE, "", TEXTS NSF, "message.nsf; open it" },
    { "in the language of the reader", COPY_BUTTON, TRUE, IST_SIDE_EXCHANGE, "language = de\n", TEXTS NSF, "Notes-Client" },
    { "towards the Internet never", COPY_BUTTON, TRUE, IST_SIDE_INTERNET, "", TEXTS, "Hello" },
    { "nor by rule of its form", COPY_BUTTON, TRUE, IST_SIDE_EXCHANGE, "active-mail-bypass-forms = memo\n", TEXTS, "Hello" },
    { "of an item", COPY_BUTTON, TRUE, IST_SIDE_EXCHANGE, "active-mail-bypass-items = subject\n", TEXTS, "Hello" },
    { "of its sender", COPY_BUTTON, TRUE, IST_SIDE_EXCHANGE, "active-mail-bypass-senders = anna@a.example\n", TEXTS, "Hello" },
    { "without a text it is rebuilt", COPY_PLAIN, FALSE, IST_SIDE_EXCHANGE, "", TEXTS, "Hello from Notes" },
    { "and its files come along", COPY_FILE, FALSE, IST_SIDE_EXCHANGE, "",
      TEXTS " application/octet-stream+(plan.txt)", "Hello from Notes" },
    { "active and without a text: both", COPY_BUTTON, FALSE, IST_SIDE_EXCHANGE, "", TEXTS NSF, "Hello from Notes" },
    { "sealed: the file, and what it is", COPY_SEALED, FALSE, IST_SIDE_EXCHANGE, "", "text/plain" NSF, "encrypted" },
    { "attach", COPY_PLAIN, TRUE, IST_SIDE_EXCHANGE, "active-mail = attach\n", TEXTS NSF, "message.nsf" },
    { "strip", COPY_BUTTON, TRUE, IST_SIDE_EXCHANGE, "active-mail = strip\n", TEXTS, "Hello" },
    { "rebuild", COPY_BUTTON, TRUE, IST_SIDE_EXCHANGE, "active-mail = rebuild\n", TEXTS, "Hello from Notes" },
    { "rebuild what is sealed: its text stays", COPY_SEALED, TRUE, IST_SIDE_EXCHANGE, "active-mail = rebuild\n", TEXTS,
      "Hello" },
    { "garbage beside a text", COPY_GARBAGE, TRUE, IST_SIDE_EXCHANGE, "", TEXTS, "Hello" },
    { "garbage alone is never removed", COPY_GARBAGE, FALSE, IST_SIDE_EXCHANGE, "",
      "application/x-lotus-encap2+(encap2.ond)", "" },
    { "nor renamed", COPY_GARBAGE, TRUE, IST_SIDE_EXCHANGE, "active-mail = attach\nnotes-encap-strip = no\n",
      TEXTS " application/x-lotus-encap2+(encap2.ond)", "Hello" },
    { "switched off", COPY_PLAIN, FALSE, IST_SIDE_EXCHANGE, "notes-active-mail = no\n",
      "application/x-lotus-encap2+(encap2.ond)", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstMessage) message = mail (rows[i].copy, rows[i].readable);
      g_autoptr (IstSettings) settings = settings_with (rows[i].settings);
      IstConvertContext context
          = { .from = IST_SIDE_DOMINO, .to = rows[i].to, .settings = settings, .sender = "anna@a.example" };
      g_autoptr (GPtrArray) parts = ist_derived_array_new ();
      g_autoptr (GString) got = g_string_new (NULL);
      g_autoptr (IstMessage) out = NULL;
      g_autoptr (IstMessage) twice = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GBytes) again = NULL;

      ist_row ("%s", rows[i].name);
      IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
      out = written_again (message);
      ist_mime_node_visit (ist_mime_tree (out), collect, got);
      IST_ASSERT_STR (got->str, rows[i].want);
      bytes = ist_message_to_bytes (out);
      IST_ASSERT (g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), rows[i].says) != NULL);
      if (strstr (rows[i].want, "message.nsf") != NULL)
        IST_ASSERT (holds_database (ist_mime_tree (out), rows[i].copy));
      twice = written_again (out);
      IST_ASSERT (ist_pipeline_run (&context, twice, parts, NULL));
      again = ist_message_to_bytes (twice);
      IST_ASSERT (g_bytes_equal (bytes, again));
    }
}

/* The leaves after `active-mail = rebuild`. */
static char *
rebuilt (GBytes *database)
{
  g_autoptr (IstMessage) message = mail_with (database, FALSE);
  g_autoptr (IstSettings) settings = settings_with ("active-mail = rebuild\n");
  IstConvertContext context = { .from = IST_SIDE_DOMINO, .to = IST_SIDE_EXCHANGE, .settings = settings };
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (IstMessage) out = NULL;
  GString *leaves = g_string_new (NULL);

  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  out = written_again (message);
  ist_mime_node_visit (ist_mime_tree (out), collect, leaves);
  return g_string_free (leaves, FALSE);
}

/* A database that fits in memory with a file that does not, and one that does not fit itself: where no file can be
 * made they stay, and their files with them. */
static void
test_no_room (void)
{
  static const struct
  {
    const char *name;
    guint16 compression;
    const char *without;
  } rows[] = {
    { "its file is too large", 2, "text/plain application/vnd.lotus-notes+(message.nsf)" },
    { "it is too large", 0, "application/x-lotus-encap2+(encap2.ond)" },
  };
  g_autofree char *zeros = g_malloc0 (3 * 1024 * 1024);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (NsfMake) make = nsf_make_new ("Mail");
      g_autoptr (GByteArray) cd = g_byte_array_new ();
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *without = NULL;
      g_autofree char *with = NULL;

      ist_row ("%s", rows[i].name);
      cd_make (cd, CD_PLAIN);
      nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
      nsf_make_text (make, "Form", "Memo");
      nsf_make_text (make, "Subject", "Plan");
      nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
      nsf_make_file (make, "plan.bin", rows[i].compression, zeros, 3 * 1024 * 1024);
      bytes = nsf_make_finish (make);
      ist_scratch_set_folder ("/nonexistent/isthmus");
      without = rebuilt (bytes);
      ist_scratch_set_folder (NULL);
      with = rebuilt (bytes);
      IST_ASSERT_STR (without, rows[i].without);
      IST_ASSERT_STR (with, TEXTS " application/octet-stream+(plan.bin)");
    }
}

int
main (void)
{
  static const IstTest tests[] = { { "policies", test_policies }, { "no room", test_no_room }, { NULL, NULL } };

  return ist_test_main ("active-mail", tests);
}
