/*
 * tests/convert/test-corpus-parts.c - every real message, both ways: no crash, a second run changes nothing, and what
 * the attachments and texts hold is what they held, but for what the notes tell of: each transform may change its own kind
 * of part and no other.
 */
#include "base/mime-tree.h"
#include "convert/pipeline.h"
#include "convert/settings.h"
#include "tests/harness/harness.h"

#include <string.h>

#define MAX_PART ((gsize) 64 * 1024 * 1024)

static const char *const folders[] = { "notes-mail", "notes-calendar", "notes-ndr", "exchange-mail",
                                       "exchange-calendar", "exchange-ndr", "malformed", "tnef" };

static IstMessage *
message_of (const char *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

/* As a listener would give it: CRLF everywhere. */
static char *
read_mail (const char *path, gsize *size)
{
  gsize n;
  g_autofree char *raw = ist_test_read (path, &n);
  GString *out = g_string_sized_new (n + n / 30);

  for (gsize i = 0; i < n; i++)
    {
      if (raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r'))
        g_string_append_c (out, '\r');
      g_string_append_c (out, raw[i]);
    }
  *size = out->len;
  return g_string_free (out, FALSE);
}

/* What a part is to the one who gets it. */
enum
{
  PLAIN = 1,   /* text/plain for the reader */
  HTML = 2,    /* text/html for the reader */
  STATUS = 4,  /* the machine's half of a report */
  TNEF = 8,
  COPY = 16,   /* the Notes copy of a memo */
  APPLE = 32,  /* a file in one of Apple's wrappings */
  QUOTED = 64, /* anything in quoted-printable, besides */
  REST = 128   /* attachments, pictures, calendars, other texts */
};

#define TEXTS (PLAIN | HTML)

/* What a transform that notes something may take or change, and what it may add. All that is not here changes no content
 * of any part: it is about the header, or the order of parts. */
static const struct
{
  const char *transform;
  guint takes, adds;
} effects[] = {
  { "notes-active-mail", COPY | TEXTS, TEXTS | REST },
  { "notes-encap-strip", COPY, 0 },
  { "exchange-tnef-decode", TNEF | TEXTS, TEXTS | STATUS | REST },
  { "exchange-html", HTML, HTML | REST },
  { "exchange-recall", TEXTS, TEXTS },
  { "doclinks-ndl", TEXTS | REST, TEXTS },
  { "doclinks-html", HTML, HTML | REST },
  { "notes-ndr", STATUS, STATUS },
  { "exchange-ndr", STATUS | PLAIN, STATUS | PLAIN },
  { "receipts", 0, STATUS },
  { "notes-qp-repair", QUOTED | TEXTS, TEXTS | REST },
  { "uuencoded-parts", TEXTS | REST, TEXTS | REST },
  { "charset-repair", TEXTS, TEXTS },
  { "format-flowed", PLAIN, PLAIN },
  { "notes-uuencode", PLAIN, PLAIN | REST },
  { "notes-apple", APPLE | PLAIN, PLAIN | REST },
  { "text-empty", 0, TEXTS }, /* also what stood in a multipart without parts */
};

typedef struct
{
  guint kind;
  char *sum, *what;
} Content;

static void
content_free (gpointer user)
{
  Content *content = user;

  g_free (content->sum);
  g_free (content->what);
  g_free (content);
}

static gboolean
is_apple (const char *type)
{
  return strcmp (type, "application/mac-binhex40") == 0 || strcmp (type, "application/applefile") == 0
         || strcmp (type, "application/x-applesingle") == 0;
}

static guint
kind_of (const IstMimeNode *node, GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  gboolean is_named = node->attachment || node->name != NULL;

  if (!is_named && strcmp (node->type, "text/plain") == 0)
    return PLAIN;
  if (!is_named && strcmp (node->type, "text/html") == 0)
    return HTML;
  if (strcmp (node->type, "message/delivery-status") == 0 || strcmp (node->type, "message/disposition-notification") == 0)
    return STATUS;
  if (strstr (node->type, "ms-tnef") != NULL || (size > 4 && memcmp (data, "x\x9F>\"", 4) == 0))
    return TNEF;
  if (g_str_has_prefix (node->type, "application/x-lotus-encap") || (size > 2 && memcmp (data, "\x1A\0", 2) == 0))
    return COPY;
  return is_apple (node->type) ? APPLE : REST;
}

static gboolean
is_quoted (const IstMimeNode *node)
{
  guint i = ist_message_find_field (node->head, "Content-Transfer-Encoding", 0);
  g_autofree char *coding = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (node->head, i) : NULL;

  return coding != NULL && g_ascii_strcasecmp (coding, "quoted-printable") == 0;
}

/* The content of a text is its characters; of anything else its bytes. */
static gboolean
add_content (gpointer user, IstMimeNode *node)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  Content *content;

  if (node->children != NULL)
    return TRUE;
  bytes = ist_mime_node_decode (node, MAX_PART);
  /* A transform may add or take the line end in front of a delimiter, so an empty text is none. */
  if (g_str_has_prefix (node->type, "text/") && !node->attachment && node->name == NULL)
    text = g_strchomp (ist_mime_node_text (node, MAX_PART, NULL));
  if (text != NULL && *text == '\0')
    return TRUE;
  content = g_new0 (Content, 1);
  content->kind = kind_of (node, bytes) | (is_quoted (node) ? QUOTED : 0);
  content->what = g_strdup_printf ("%s %s", node->type, node->name != NULL ? node->name : "");
  content->sum = text != NULL ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1)
                              : g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_ptr_array_add (user, content);
  return TRUE;
}

static GPtrArray *
contents (IstMessage *message)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (content_free);

  ist_mime_node_visit (ist_mime_tree (message), add_content, list);
  return list;
}

/* Takes what both have out of both; gives how many that were. */
static guint
take_common (GPtrArray *was, GPtrArray *is)
{
  guint n = 0;

  for (guint i = 0; i < was->len;)
    {
      const Content *one = g_ptr_array_index (was, i);
      guint k = 0;

      while (k < is->len && strcmp (((Content *) g_ptr_array_index (is, k))->sum, one->sum) != 0)
        k++;
      if (k == is->len)
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index_fast (is, k);
      g_ptr_array_remove_index_fast (was, i);
      n++;
    }
  return n;
}

static void
add_effects (const IstMessage *message, guint *takes, guint *adds)
{
  const GPtrArray *changes = ist_message_changes (message);

  for (guint i = 0; i < changes->len; i++)
    for (gsize k = 0; k < G_N_ELEMENTS (effects); k++)
      if (strcmp (((const IstChange *) g_ptr_array_index (changes, i))->transform, effects[k].transform) == 0)
        {
          *takes |= effects[k].takes;
          *adds |= effects[k].adds;
        }
}

/* The first content that is there without a reason, or missing without one; NULL: all is explained. *n_same counts what
 * arrived as it was. g_free(). */
static char *
unexplained (GPtrArray *was, GPtrArray *is, guint takes, guint adds, guint *n_same)
{
  *n_same += take_common (was, is);
  for (guint i = 0; i < was->len; i++)
    {
      const Content *content = g_ptr_array_index (was, i);

      if ((content->kind & takes) == 0)
        return g_strdup_printf ("missing: %s", content->what);
    }
  for (guint i = 0; i < is->len; i++)
    {
      const Content *content = g_ptr_array_index (is, i);

      if ((content->kind & ~QUOTED & adds) == 0)
        return g_strdup_printf ("new: %s", content->what);
    }
  return NULL;
}

typedef struct
{
  guint n_files, n_conversions, n_changed;
  guint n_same;    /* contents that arrived as they were */
  guint n_silent;  /* conversions in which no transform may have touched content */
} Tally;

static GBytes *
convert (const char *data, gsize size, IstSide from, IstSide to, guint *takes, guint *adds)
{
  IstConvertContext context = { .from = from, .to = to };
  g_autoptr (IstMessage) message = message_of (data, size);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();

  IST_ASSERT (ist_pipeline_run (&context, message, parts, NULL));
  IST_ASSERT_INT (parts->len, 0);
  add_effects (message, takes, adds);
  if (!ist_message_is_changed (message))
    IST_ASSERT (ist_message_size (message) == size);
  return ist_message_to_bytes (message);
}

static void
check_way (const char *data, gsize size, IstSide from, IstSide to, Tally *tally)
{
  guint takes = 0, adds = 0, ignored = 0;
  g_autoptr (GBytes) once = convert (data, size, from, to, &takes, &adds);
  gsize n;
  const char *out = g_bytes_get_data (once, &n);
  g_autoptr (GBytes) twice = convert (out, n, from, to, &ignored, &ignored);
  g_autoptr (IstMessage) before = message_of (data, size);
  g_autoptr (IstMessage) after = message_of (out, n);
  g_autoptr (GPtrArray) was = contents (before);
  g_autoptr (GPtrArray) is = contents (after);
  g_autofree char *wrong = unexplained (was, is, takes, adds, &tally->n_same);

  IST_ASSERT (g_bytes_equal (once, twice));
  IST_ASSERT_STR (wrong, NULL);
  tally->n_conversions++;
  tally->n_changed += n != size || memcmp (out, data, n) != 0;
  tally->n_silent += takes == 0 && adds == 0;
}

static void
check_folder (const char *path, Tally *tally)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *data = NULL;
      gsize size;

      if (!g_file_test (file, G_FILE_TEST_IS_REGULAR))
        continue;
      ist_row ("%s", name);
      data = read_mail (file, &size);
      check_way (data, size, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, tally);
      check_way (data, size, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO, tally);
      tally->n_files++;
    }
}

static void
test_corpus (void)
{
  Tally tally = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *relative = g_build_filename ("corpus", folders[i], NULL);
      g_autofree char *path = ist_test_corpus (relative);

      if (path == NULL)
        {
          ist_skip ("the collection of real messages is not there");
          return;
        }
      check_folder (path, &tally);
    }
  ist_note ("%u files; %u of %u conversions changed something, %u no content; %u contents compared equal", tally.n_files,
            tally.n_changed, tally.n_conversions, tally.n_silent, tally.n_same);
  IST_ASSERT (tally.n_files > 300);
  IST_ASSERT_INT (tally.n_conversions, 2 * tally.n_files);
  /* Were the rules above so wide that all passed, these would be small. */
  IST_ASSERT (tally.n_silent > tally.n_conversions / 2);
  IST_ASSERT (tally.n_same > tally.n_conversions);
}

/* ---- can it fail? ---- */

#define MAIL                                                                                                           \
  "Subject: x\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain\r\n\r\nhello\r\n"  \
  "--m\r\nContent-Type: text/html\r\n\r\n<p>hello\r\n--m\r\nContent-Type: application/pdf; name=a.pdf\r\n"            \
  "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--m\r\nContent-Type: text/plain; name=b.txt\r\n\r\nfile\r\n"    \
  "--m\r\nContent-Type: application/ms-tnef\r\n\r\nx\r\n--m--\r\n"

/* Each is a damage that a transform could do, with a note of one that may not do it. */
static void
test_control (void)
{
  static const struct
  {
    const char *name, *from, *to, *transform;
    gboolean is_seen;
  } rows[] = {
    { "nothing", "hello", "hello", NULL, FALSE },
    { "a byte of an attachment", "QUJD", "QUJE", NULL, TRUE },
    { "a byte of an attachment, a text was repaired", "QUJD", "QUJE", "charset-repair", TRUE },
    { "a byte of an attachment, TNEF was decoded", "QUJD", "QUJE", "exchange-tnef-decode", TRUE },
    { "a byte of a text that is a file", "file", "fila", "charset-repair", TRUE },
    { "a text", "\r\nhello", "\r\nhallo", NULL, TRUE },
    { "a text, only the header was repaired", "\r\nhello", "\r\nhallo", "thread-index", TRUE },
    { "a text, only the HTML was", "\r\nhello", "\r\nhallo", "exchange-html", TRUE },
    { "a text that was repaired", "\r\nhello", "\r\nhallo", "charset-repair", FALSE },
    { "HTML, only the plain text was repaired", "<p>hello", "<p>hallo", "format-flowed", TRUE },
    { "HTML that was repaired", "<p>hello", "<p>hallo", "exchange-html", FALSE },
    { "an attachment gone", "QUJD", "", "notes-encap-strip", TRUE },
    { "TNEF gone, nothing said", "\r\nx", "\r\n", NULL, TRUE },
    { "TNEF decoded", "application/ms-tnef\r\n\r\nx", "application/pdf\r\n\r\ny", "exchange-tnef-decode", FALSE },
    { "a new part", "--m--", "--m\r\nContent-Type: image/png\r\n\r\ny\r\n--m--", "charset-repair", TRUE },
    { "a new part that was made", "--m--", "--m\r\nContent-Type: image/png\r\n\r\ny\r\n--m--", "exchange-html", FALSE },
    { "the same twice", "--m--", "--m\r\nContent-Type: text/plain\r\n\r\nhello\r\n--m--", NULL, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) pieces = g_strsplit (MAIL, rows[i].from, -1);
      g_autofree char *damaged = g_strjoinv (rows[i].to, pieces);
      g_autoptr (IstMessage) before = message_of (MAIL, strlen (MAIL));
      g_autoptr (IstMessage) after = message_of (damaged, strlen (damaged));
      g_autoptr (GPtrArray) was = contents (before);
      g_autoptr (GPtrArray) is = contents (after);
      guint takes = 0, adds = 0, n_same = 0;
      g_autofree char *wrong = NULL;

      ist_row ("%s", rows[i].name);
      if (rows[i].transform != NULL)
        ist_message_note (after, rows[i].transform, "repaired");
      add_effects (after, &takes, &adds);
      wrong = unexplained (was, is, takes, adds, &n_same);
      IST_ASSERT_INT (wrong != NULL, rows[i].is_seen);
      IST_ASSERT (n_same >= 3);
    }
}

/* Every transform that is named in the table is one, so none was forgotten when it was renamed. */
static void
test_names (void)
{
  for (gsize k = 0; k < G_N_ELEMENTS (effects); k++)
    {
      gboolean found = FALSE;

      for (guint i = 0; i < ist_pipeline_count (); i++)
        found = found || strcmp (ist_pipeline_get (i)->name, effects[k].transform) == 0;
      ist_row ("%s", effects[k].transform);
      IST_ASSERT (found);
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "corpus", test_corpus },
    { "a loss is seen", test_control },
    { "the table names transforms", test_names },
    { NULL, NULL },
  };

  return ist_test_main ("corpus-parts", tests);
}
