/*
 * tests/convert/test-active-mail.c - the encapsulated copy of a memo, made here, under each policy.
 */
#include "base/mime-tree.h"
#include "base/scratch.h"
#include "convert/explain.h"
#include "convert/pipeline.h"
#include "convert/settings.h"
#include "tests/convert/cd-make.h"
#include "tests/convert/memo-make.h"
#include "tests/convert/nsf-make.h"
#include "tests/harness/harness.h"

#include <string.h>

static IstMessage *
message_of (const Memo *memo)
{
  char *text = memo_make_mail (memo);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
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
holds_database (IstMimeNode *root, const Memo *memo)
{
  g_autoptr (GBytes) want = memo_make_database (memo);
  IstMimeNode *last = g_ptr_array_index (root->children, root->children->len - 1);
  g_autoptr (GBytes) got = ist_mime_node_decode (last, g_bytes_get_size (want) + 1);

  return g_bytes_equal (want, got);
}

#define TEXTS "text/plain text/html"
#define OND "application/x-lotus-encap2+(encap2.ond)"
#define NSF " application/vnd.lotus-notes+(message.nsf)"

#define JUNK "Content-Type: application/x-lotus-encap2; name=old.ond\r\n\r\nnothing"
#define CALENDAR "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR"
#define PLAIN_PART "Content-Type: text/plain\r\n\r\nHello"
#define WRAPPED_PART "Content-Type: text/plain\r\n\r\nHello  from\r\n\r\n Notes"
#define OTHER_PART "Content-Type: text/plain\r\n\r\nHello\r\nConfidential"
#define CUT_PART "Content-Type: text/plain\r\n\r\nell"
#define TURNED_PART "Content-Type: text/plain\r\n\r\nNotes\r\nHello"
#define TEXT_FILE_PART "Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nHello"
#define ALTERNATIVES(part)                                                                                              \
  "Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n" PLAIN_PART "\r\n--c\r\nContent-Type: "               \
  "text/html\r\n\r\n<html><head><title>Plan</title><style>p{}</style></head><body><p><b>Hel</b>lo&nbsp;from\r\n" part "\r\n--c--"
#define BOTH_PARTS ALTERNATIVES ("")
#define INVITATION_PARTS ALTERNATIVES ("\r\n--c\r\n" CALENDAR)
#define FILE_PARTS ALTERNATIVES ("\r\n--c\r\n" FILE_PART)
#define PICTURE_PARTS                                                                                                   \
  "Content-Type: multipart/related; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>Hello<img src=\"cid:p\">" \
  "\r\n--c\r\nContent-Type: image/png\r\nContent-ID: <p>\r\n\r\nx\r\n--c--"
#define FILE_PART "Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF"

static void
test_policies (void)
{
  static const struct
  {
    const char *name;
    Memo memo;
    IstSide to;
    const char *settings;
    const char *want; /* the leaves */
    const char *says; /* somewhere in the message */
  } rows[] = {
    { "a plain memo is stripped", { MEMO_PLAIN }, IST_SIDE_EXCHANGE, "", TEXTS, "Hello" },
    { "a button is kept", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "", TEXTS NSF, "message.nsf; open it" },
    { "in the language of the reader", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "language = de\n", TEXTS NSF, "Notes-Client" },
    { "without a text it is rebuilt", { MEMO_PLAIN, .alone = TRUE }, IST_SIDE_EXCHANGE, "", TEXTS, "Hello from Notes" },
    { "and its files come along", { MEMO_FILE, .alone = TRUE }, IST_SIDE_EXCHANGE, "",
      TEXTS " application/octet-stream+(plan.txt)", "Hello from Notes" },
    { "active and without a text: both", { MEMO_BUTTON, .alone = TRUE }, IST_SIDE_EXCHANGE, "", TEXTS NSF,
      "Hello from Notes" },
    { "sealed: the file, and what it is", { MEMO_SEALED, .alone = TRUE }, IST_SIDE_EXCHANGE, "", "text/plain" NSF,
      "encrypted" },
    { "attach", { MEMO_PLAIN }, IST_SIDE_EXCHANGE, "active-mail = attach\n", TEXTS NSF, "message.nsf" },
    { "strip", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "active-mail = strip\n", TEXTS, "Hello" },
    { "rebuild", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n", TEXTS, "Hello from Notes" },
    { "rebuild what is sealed: its text stays", { MEMO_SEALED }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n", TEXTS,
      "Hello" },
    { "garbage beside a text", { MEMO_GARBAGE }, IST_SIDE_EXCHANGE, "", TEXTS, "Hello" },
    { "garbage alone is never removed", { MEMO_GARBAGE, .alone = TRUE }, IST_SIDE_EXCHANGE, "", OND, "" },
    { "nor renamed", { MEMO_GARBAGE }, IST_SIDE_EXCHANGE, "active-mail = attach\nnotes-encap-strip = no\n",
      TEXTS " " OND, "Hello" },
    { "switched off", { MEMO_PLAIN, .alone = TRUE }, IST_SIDE_EXCHANGE, "notes-active-mail = no\n", OND, "" },
    /* towards the Internet */
    { "towards the Internet never", { MEMO_BUTTON }, IST_SIDE_INTERNET, "", TEXTS, "Hello" },
    { "nor where it is asked for", { MEMO_BUTTON }, IST_SIDE_INTERNET, "active-mail = attach\n", TEXTS, "Hello" },
    { "nor rebuilt", { MEMO_BUTTON }, IST_SIDE_INTERNET, "active-mail = rebuild\n", TEXTS, "<p>Hello" },
    { "nor left by another switch", { MEMO_BUTTON }, IST_SIDE_INTERNET,
      "active-mail = attach\nnotes-encap-strip = no\n", TEXTS, "Hello" },
    { "a text in place of the only copy", { MEMO_BUTTON, .alone = TRUE }, IST_SIDE_INTERNET, "", TEXTS,
      "Hello from Notes" },
    { "one of two, and neither copy", { MEMO_BUTTON, .alone = TRUE, .twice = TRUE }, IST_SIDE_INTERNET,
      "notes-encap-strip = no\n", TEXTS, "Hello from Notes" },
    { "nor two beside a text", { MEMO_BUTTON, .twice = TRUE }, IST_SIDE_INTERNET, "notes-encap-strip = no\n", TEXTS,
      "<p>Hello" },
    { "not of one that nobody can read", { MEMO_SEALED, .alone = TRUE }, IST_SIDE_INTERNET, "active-mail = attach\n", OND,
      "" },
    { "its link is plain text", { MEMO_LINK, .alone = TRUE }, IST_SIDE_INTERNET, "", TEXTS, "from NotesMinutes</" },
    { "also in the text", { MEMO_LINK, .alone = TRUE }, IST_SIDE_INTERNET, "", TEXTS, "from NotesMinutes\r\n" },
    { "or one of the web", { MEMO_LINK, .alone = TRUE }, IST_SIDE_INTERNET, "doclink-host = web.acme.example\n", TEXTS,
      "<https://web.acme.example/__" MEMO_REPLICA ".nsf/" MEMO_VIEW "/" MEMO_NOTE "?OpenDocument>" },
    { "among us one of Notes", { MEMO_LINK, .alone = TRUE }, IST_SIDE_EXCHANGE, "doclink-host = web.acme.example\n", TEXTS,
      "<notes:///" MEMO_REPLICA "/" MEMO_VIEW "/" MEMO_NOTE "?OpenDocument>" },
    { "as the switch says", { MEMO_LINK, .alone = TRUE }, IST_SIDE_EXCHANGE, "doclinks = text\ndoclinks-html = no\n",
      TEXTS, "<notes:///" MEMO_REPLICA },
    /* rules of the site */
    { "bypassed by its form", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "active-mail-bypass-forms = memo\n", TEXTS, "Hello" },
    { "by another's form", { MEMO_BUTTON, .form = "Order" }, IST_SIDE_EXCHANGE, "active-mail-bypass-forms = memo\n",
      TEXTS NSF, "" },
    { "by an item", { MEMO_BUTTON, .item = "$Secret" }, IST_SIDE_EXCHANGE, "active-mail-bypass-items = x, $secret\n", TEXTS,
      "Hello" },
    { "by its sender", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "active-mail-bypass-senders = ANNA@a.example\n", TEXTS,
      "Hello" },
    { "by the sender's domain", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "active-mail-bypass-senders = @a.example\n", TEXTS,
      "Hello" },
    { "not by a part of it", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "active-mail-bypass-senders = @example, a.example\n",
      TEXTS NSF, "" },
    { "allowed by its form", { MEMO_BUTTON, .form = "Order" }, IST_SIDE_EXCHANGE, "active-mail-allow-forms = order\n",
      TEXTS NSF, "" },
    { "its form is not allowed", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "active-mail-allow-forms = order\n", TEXTS, "Hello" },
    { "allowed by an item", { MEMO_BUTTON, .item = "Wrap" }, IST_SIDE_EXCHANGE,
      "active-mail-allow-forms = order\nactive-mail-allow-items = wrap\n", TEXTS NSF, "" },
    { "the item is not there", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "active-mail-allow-items = wrap\n", TEXTS, "Hello" },
    { "allowed by its sender", { MEMO_BUTTON }, IST_SIDE_EXCHANGE,
      "active-mail-allow-items = wrap\nactive-mail-allow-senders = @A.example\n", TEXTS NSF, "" },
    { "another sender is", { MEMO_BUTTON }, IST_SIDE_EXCHANGE, "active-mail-allow-senders = carla@a.example\n", TEXTS,
      "Hello" },
    { "bypassed although allowed", { MEMO_BUTTON }, IST_SIDE_EXCHANGE,
      "active-mail-allow-senders = @a.example\nactive-mail-bypass-forms = memo\n", TEXTS, "Hello" },
    { "both of two", { MEMO_BUTTON, .twice = TRUE }, IST_SIDE_EXCHANGE, "", TEXTS NSF NSF, "message.nsf; open it" },
    { "both of two where none is stripped", { MEMO_BUTTON, .twice = TRUE }, IST_SIDE_EXCHANGE, "notes-encap-strip = no\n",
      TEXTS NSF NSF, "message.nsf; open it" },
    { "two without a text", { MEMO_PLAIN, .alone = TRUE, .twice = TRUE }, IST_SIDE_EXCHANGE, "notes-encap-strip = no\n",
      TEXTS, "Hello from Notes" },
    { "one behind one that is none", { MEMO_BUTTON, .part = JUNK }, IST_SIDE_EXCHANGE, "", TEXTS NSF, "message.nsf" },
    { "and one that may not be stripped", { MEMO_BUTTON, .part = JUNK }, IST_SIDE_EXCHANGE,
      "active-mail = attach\nnotes-encap-strip = no\n", TEXTS " application/x-lotus-encap2(old.ond)" NSF, "message.nsf" },
    { "an invitation stays beside what is rebuilt", { MEMO_BUTTON, .part = CALENDAR }, IST_SIDE_EXCHANGE,
      "active-mail = rebuild\n", TEXTS " text/calendar", "METHOD:REQUEST" },
    { "also where there is nothing else", { MEMO_PLAIN, .alone = TRUE, .part = CALENDAR }, IST_SIDE_EXCHANGE, "",
      TEXTS " text/calendar", "METHOD:REQUEST" },
    { "and a file", { MEMO_BUTTON, .part = FILE_PART }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n",
      TEXTS " application/pdf+(a.pdf)", "%PDF" },
    /* beside its texts, not among them */
    { "beside a text that it repeats", { MEMO_BUTTON, .beside = PLAIN_PART }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n",
      TEXTS, "Hello from Notes" },
    { "beside one that is wrapped and has other blanks", { MEMO_BUTTON, .beside = WRAPPED_PART }, IST_SIDE_EXCHANGE,
      "active-mail = rebuild\n", TEXTS, "Hello from Notes" },
    { "beside alternatives", { MEMO_BUTTON, .beside = BOTH_PARTS }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n", TEXTS,
      "Hello from Notes" },
    { "their invitation stays", { MEMO_BUTTON, .beside = INVITATION_PARTS }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n",
      TEXTS " text/calendar", "METHOD:REQUEST" },
    { "and their file", { MEMO_BUTTON, .beside = FILE_PARTS }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n",
      TEXTS " application/pdf+(a.pdf)", "%PDF" },
    { "a file beside it too", { MEMO_BUTTON, .beside = PLAIN_PART, .part = FILE_PART }, IST_SIDE_EXCHANGE,
      "active-mail = rebuild\n", TEXTS " application/pdf+(a.pdf)", "%PDF" },
    { "another text stays", { MEMO_BUTTON, .beside = OTHER_PART }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n",
      "text/plain " TEXTS, "Confidential" },
    { "a part of a word is another text", { MEMO_BUTTON, .beside = CUT_PART }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n",
      "text/plain " TEXTS, "ell" },
    { "lines in another order are", { MEMO_BUTTON, .beside = TURNED_PART }, IST_SIDE_EXCHANGE, "active-mail = rebuild\n",
      "text/plain " TEXTS, "Notes\r\nHello" },
    { "a picture that the copy has not stays", { MEMO_BUTTON, .beside = PICTURE_PARTS }, IST_SIDE_EXCHANGE,
      "active-mail = rebuild\n", "text/html image/png " TEXTS, "cid:p" },
    { "a text of the same words that is a file stays", { MEMO_BUTTON, .beside = TEXT_FILE_PART }, IST_SIDE_EXCHANGE,
      "active-mail = rebuild\n", "text/plain+(a.txt) " TEXTS, "Hello" },
    { "of two texts the one that is repeated goes", { MEMO_BUTTON, .beside = PLAIN_PART, .part = OTHER_PART },
      IST_SIDE_EXCHANGE, "active-mail = rebuild\n", TEXTS " text/plain", "Confidential" },
    { "not allowed: attach does not help", { MEMO_BUTTON }, IST_SIDE_EXCHANGE,
      "active-mail = attach\nactive-mail-allow-forms = order\n", TEXTS, "Hello" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (IstMessage) message = message_of (&rows[i].memo);
      g_autoptr (IstSettings) settings = settings_with (rows[i].settings);
      IstConvertContext context
          = { .from = IST_SIDE_DOMINO, .to = rows[i].to, .settings = ist_convert_settings (settings, NULL), .sender = "anna@a.example" };
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
        IST_ASSERT (holds_database (ist_mime_tree (out), &rows[i].memo));
      twice = written_again (out);
      IST_ASSERT (ist_pipeline_run (&context, twice, parts, NULL));
      again = ist_message_to_bytes (twice);
      IST_ASSERT (g_bytes_equal (bytes, again));
    }
}

/* What the copy becomes where the message has no other text: both texts. */
static char *
texts_of (MemoCopy copy, const char *settings_text, GString *leaves)
{
  const Memo memo = { copy, .alone = TRUE };
  g_autoptr (IstMessage) message = message_of (&memo);
  g_autoptr (IstSettings) settings = settings_with (settings_text);
  IstConvertContext context
      = { .from = IST_SIDE_DOMINO, .to = IST_SIDE_EXCHANGE, .settings = ist_convert_settings (settings, NULL),
          .sender = "anna@acme.example" };
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (IstMessage) out = NULL;
  IstMimeNode *root;
  g_autofree char *plain = NULL;
  g_autofree char *html = NULL;

  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  out = written_again (message);
  root = ist_mime_tree (out);
  ist_mime_node_visit (root, collect, leaves);
  if (!IST_ASSERT (ist_mime_node_find (root, "text/html") != NULL))
    return g_strdup ("");
  plain = ist_mime_node_text (ist_mime_node_find (root, "text/plain"), 100000, NULL);
  html = ist_mime_node_text (ist_mime_node_find (root, "text/html"), 100000, NULL);
  return g_strconcat (plain, "=====\n", html, NULL);
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;

  for (const char *p = strstr (text, what); p != NULL; p = strstr (p + 1, what))
    n++;
  return n;
}

static void
test_rebuilt_texts (void)
{
  static const struct
  {
    const char *name;
    MemoCopy copy;
    const char *settings, *says; /* in the plain text and in the HTML: twice, but for what `n` says */
    guint n;
    const char *leaves;
  } rows[] = {
    { "links as notes: addresses", MEMO_LINKED, "", "notes://Hub/0000000C0000000B/0/2222222211111111444444440000010", 2, TEXTS },
    { "links to a web server", MEMO_LINKED, "doclinks = web\ndoclink-host = web.a.example\n",
      "https://web.a.example/__0000000C0000000B.nsf/0/22222222111111114444444400000104", 2, TEXTS },
    { "links by a template, with their titles", MEMO_LINKED,
      "doclinks = redirector\ndoclink-url = https://find.a.example/{note}/{title}\n",
      "https://find.a.example/22222222111111114444444400000104/The%20target", 2, TEXTS },
    { "and no notes: address is left", MEMO_LINKED, "doclinks = web\ndoclink-host = web.a.example\n", "notes:", 0, TEXTS },
    { "links as files", MEMO_LINKED, "doclinks = ndl\n", "notes://Hub/", 2,
      TEXTS " application/vnd.lotus-notes+(link-51fc3349.ndl) application/vnd.lotus-notes+(link-4d36ba2a.ndl)" },
    { "no copy of the linked document unless asked for", MEMO_LINKED, "", "Text of the target", 0, TEXTS },
    { "a copy of the linked document", MEMO_LINKED, "doclinks-snapshot = yes\n", "Text of the target", 2, TEXTS },
    { "its heading", MEMO_LINKED, "doclinks-snapshot = yes\n", "Copy of the linked document: Target", 2, TEXTS },
    { "in the language of the reader", MEMO_LINKED, "doclinks-snapshot = yes\nlanguage = de\n",
      "Kopie des verkn\xC3\xBCpften Dokuments: Target", 2, TEXTS },
    { "none of the memo itself", MEMO_LINKED, "doclinks-snapshot = yes\n", "Hello from Notes", 2, TEXTS },
    { "none of what is encrypted", MEMO_LINKED_SEALED, "doclinks-snapshot = yes\n", "Copy of the linked", 0, TEXTS },
    { "marks in the language of the reader", MEMO_BUTTON, "language = de\n", "[Schaltfl\xC3\xA4" "che: Approve]", 2, TEXTS NSF },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) leaves = g_string_new (NULL);
      g_autofree char *texts = NULL;

      ist_row ("%s", rows[i].name);
      texts = texts_of (rows[i].copy, rows[i].settings, leaves);
      IST_ASSERT_INT (count (texts, rows[i].says), rows[i].n);
      IST_ASSERT_STR (leaves->str, rows[i].leaves);
    }
}

/* The leaves after `active-mail = rebuild`. */
static char *
rebuilt (GBytes *database)
{
  const Memo memo = { .alone = TRUE };
  char *text = memo_make_mail_with (&memo, database);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (IstSettings) settings = settings_with ("active-mail = rebuild\n");
  IstConvertContext context = { .from = IST_SIDE_DOMINO, .to = IST_SIDE_EXCHANGE, .settings = ist_convert_settings (settings, NULL) };
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
      cd_make (cd, "B129; W133 b1 b0 b0 b10 sHello_from_Notes");
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
  static const IstTest tests[] = { { "policies", test_policies }, { "rebuilt texts", test_rebuilt_texts },
                                   { "no room", test_no_room }, { NULL, NULL } };

  return ist_test_main ("active-mail", tests);
}
