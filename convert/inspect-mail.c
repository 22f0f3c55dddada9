/*
 * A message: its lines, the names of its header fields, its parts, and which transforms would do something to it.
 */
#include "convert/inspect-private.h"

#include "base/mime-tree.h"
#include "base/text-scan.h"
#include "convert/explain.h"
#include "convert/limits.h"
#include "convert/look.h"
#include "convert/pipeline.h"

#include <string.h>

#define MAX_INNER 32 /* databases and streams in one message */
#define SNIFF_BYTES 64
#define MAX_BEFORE 4096

/* A file is a message when a field says so that hardly any other text begins with. */
static gboolean
is_message (const IstMessage *message)
{
  static const char *const names[] = { "From",         "To",           "Cc",         "Subject",    "Date",
                                       "Received",     "Message-ID",   "Return-Path", "MIME-Version", "Content-Type" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (ist_message_find_field (message, names[i], 0) != IST_MESSAGE_NOT_FOUND)
      return TRUE;
  return FALSE;
}

/* ---- the header ---- */

static guint
count_of (const char *data, gsize size, const char *what)
{
  guint n = 0;

  for (const char *p = g_strstr_len (data, (gssize) size, what); p != NULL;
       p = g_strstr_len (p + 1, (gssize) (size - (gsize) (p + 1 - data)), what))
    n++;
  return n;
}

static json_t *
field_entry (const IstMessage *message, guint i)
{
  json_t *entry = json_object ();
  const char *name = ist_message_field_name (message, i);
  gsize size;
  const char *raw = ist_message_field_raw (message, i, &size);
  guint words = count_of (raw, size, "=?");
  guint lines = count_of (raw, size, "\n");

  inspect_set_word (entry, "name", *name != '\0' ? name : "no field");
  inspect_set_size (entry, "size_bytes", size);
  if (lines > 1)
    json_object_set_new (entry, "lines", json_integer (lines));
  if (words > 0)
    json_object_set_new (entry, "encoded_words", json_integer (words));
  inspect_set_true (entry, "eight_bit", ist_text_has_high_bit (raw, size));
  return entry;
}

static json_t *
fields (Inspect *self, const IstMessage *message)
{
  json_t *list = json_array ();

  for (guint i = 0; i < ist_message_n_fields (message); i++)
    inspect_append (self, list, field_entry (message, i));
  return list;
}

/* ---- the parts ---- */

typedef struct
{
  Inspect *self;
  json_t *list;
  guint n_inner;
} Parts;

static void
set_token (json_t *entry, const char *key, const char *text)
{
  if (text != NULL)
    inspect_set_word (entry, key, ist_explain_is_token (text) ? text : "unusual");
}

static json_t *
inner_of (Parts *parts, const IstMimeNode *node, json_t *entry)
{
  g_autoptr (GBytes) start = ist_mime_node_decode (node, SNIFF_BYTES);
  g_autoptr (IstBody) head = ist_body_new_bytes (start);
  g_autoptr (IstBody) body = NULL;

  if (!inspect_is_format (head))
    return NULL;
  if (parts->n_inner >= MAX_INNER || !inspect_may_read (parts->self, ist_mime_node_size (node)))
    {
      json_object_set_new (entry, "skipped", json_true ());
      return NULL;
    }
  parts->n_inner++;
  body = ist_mime_node_decode_body (node, IST_INSPECT_MAX_BYTES, NULL);
  return body != NULL ? inspect_inner (parts->self, body) : NULL;
}

static void
describe_leaf (Parts *parts, const IstMimeNode *node, json_t *entry)
{
  g_autofree char *encoding = ist_look_encoding (node);
  json_t *inner;

  set_token (entry, "charset", node->charset);
  set_token (entry, "encoding", encoding);
  inspect_set_ending (entry, node->name);
  inspect_set_true (entry, "named", node->name != NULL);
  inspect_set_true (entry, "attachment", node->attachment);
  inspect_set_true (entry, "has_id", node->id != NULL);
  inspect_set_size (entry, "size_bytes", ist_mime_node_size (node));
  inner = inner_of (parts, node, entry);
  if (inner != NULL)
    json_object_set_new (entry, "inside", inner);
}

/* Numbers as IMAP gives them: 1.2 is the second part of the first one. */
static void
add_part (Parts *parts, const IstMimeNode *node, const char *number)
{
  json_t *entry = json_object ();
  gboolean is_attached = node->parent != NULL && g_str_has_prefix (node->parent->type, "message/");

  json_object_set_new (entry, "part", json_string (number));
  set_token (entry, "type", node->type);
  inspect_set_true (entry, "sealed", node->sealed);
  if (node->children == NULL)
    describe_leaf (parts, node, entry);
  if (is_attached)
    json_object_set_new (entry, "header", fields (parts->self, node->head));
  inspect_append (parts->self, parts->list, entry);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    {
      g_autofree char *deeper = strcmp (number, "0") == 0 ? g_strdup_printf ("%u", i + 1)
                                                          : g_strdup_printf ("%s.%u", number, i + 1);

      add_part (parts, g_ptr_array_index (node->children, i), deeper);
    }
}

/* One line of the drawing each. */
static json_t *
tree_lines (Inspect *self, const IstMimeNode *root)
{
  g_autofree char *tree = ist_explain_tree (root, FALSE);
  g_auto (GStrv) lines = g_strsplit (tree, "\n", -1);
  json_t *list = json_array ();

  for (gsize i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      inspect_append (self, list, json_string (lines[i]));
  return list;
}

void
inspect_add_parts (Inspect *self, IstBody *body, json_t *object)
{
  g_autoptr (IstMessage) message = ist_message_new (body);
  const IstMimeNode *root = ist_mime_tree (message);
  Parts parts = { self, json_array (), 0 };

  json_object_set_new (object, "header", fields (self, message));
  json_object_set_new (object, "tree", tree_lines (self, root));
  add_part (&parts, root, "0");
  json_object_set_new (object, "parts", parts.list);
}

/* ---- the transforms ---- */

/* What happens to a copy. The notes say what it was; here they are only counted. */
static json_t *
try_direction (Inspect *self, IstBody *body, IstSide from, IstSide to)
{
  IstConvertContext context = { .from = from, .to = to, .settings = ist_convert_settings (self->settings, NULL) };
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (GPtrArray) parts = ist_derived_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  const IstMessage *result = message;
  const GPtrArray *changes;
  json_t *list = json_array ();

  if (!ist_pipeline_run (&context, message, parts, &error))
    json_array_append_new (list, json_pack ("{s:s,s:b}", "transform", "all", "fails", TRUE));
  if (parts->len > 0)
    result = ((IstDerived *) g_ptr_array_index (parts, 0))->message;
  changes = ist_message_changes (result);
  for (guint i = 0; i < changes->len; i++)
    {
      const char *name = ((const IstChange *) g_ptr_array_index (changes, i))->transform;
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));

      g_hash_table_insert (counts, (gpointer) name, GUINT_TO_POINTER (n + 1));
    }
  for (guint i = 0; i < ist_pipeline_count (); i++)
    {
      const char *name = ist_pipeline_get (i)->name;
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));
      gboolean acts = ist_message_is_changed_by (result, name);

      if (n > 0 || acts)
        json_array_append_new (list, json_pack ("{s:s,s:s,s:i}", "transform", name, "does",
                                                acts ? "change" : "note only", "notes", (int) n));
    }
  if (g_hash_table_contains (counts, IST_LIMITS_NOTE))
    json_array_append_new (list, json_pack ("{s:s,s:s,s:i}", "transform", IST_LIMITS_NOTE, "does", "note only", "notes",
                                            (int) GPOINTER_TO_UINT (g_hash_table_lookup (counts, IST_LIMITS_NOTE))));
  if (parts->len > 0)
    json_array_append_new (list, json_pack ("{s:s,s:i}", "transform", "all", "messages", (int) parts->len));
  return list;
}

static void
add_transforms (Inspect *self, IstBody *body, json_t *answer)
{
  json_object_set_new (answer, "domino_to_exchange", try_direction (self, body, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE));
  json_object_set_new (answer, "exchange_to_domino", try_direction (self, body, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO));
}

/* ---- the lines ---- */

typedef struct
{
  gsize crlf, lf, cr, nul, longest;
} Lines;

static Lines
count_lines (const char *data, gsize size)
{
  Lines lines = { 0 };
  gsize start = 0;

  for (gsize i = 0; i < size; i++)
    {
      gboolean is_cr = data[i] == '\r';

      lines.nul += data[i] == '\0';
      if (!is_cr && data[i] != '\n')
        continue;
      lines.longest = MAX (lines.longest, i - start);
      if (is_cr && i + 1 < size && data[i + 1] == '\n')
        {
          lines.crlf++;
          i++;
        }
      else if (is_cr)
        lines.cr++;
      else
        lines.lf++;
      start = i + 1;
    }
  lines.longest = MAX (lines.longest, size - start);
  return lines;
}

/* As SMTP would bring it: every line ends in CRLF. */
static IstBody *
with_crlf (IstBody *body, const Lines *lines)
{
  gsize size;
  const char *data = ist_body_data (body, &size);
  g_autoptr (GBytes) bytes = NULL;
  GString *out;

  if (lines->lf == 0 && lines->cr == 0)
    return ist_body_ref (body);
  out = g_string_sized_new (size + lines->lf + lines->cr);
  for (gsize i = 0; i < size; i++)
    if (data[i] == '\n' || data[i] == '\r')
      {
        g_string_append (out, "\r\n");
        i += data[i] == '\r' && i + 1 < size && data[i + 1] == '\n';
      }
    else
      g_string_append_c (out, data[i]);
  bytes = g_string_free_to_bytes (out);
  return ist_body_new_bytes (bytes);
}

/* A file that a program saved can begin with a byte order mark or empty lines, which no header has. */
static gsize
before_header (const char *data, gsize size)
{
  gsize at = size >= 3 && memcmp (data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  gsize end = MIN (size, at + MAX_BEFORE);
  gsize start = at;

  for (; at < end && g_ascii_isspace (data[at]); at++)
    if (data[at] == '\n' || data[at] == '\r')
      start = at + 1;
  return start;
}

json_t *
inspect_message (Inspect *self, IstBody *body)
{
  gsize size;
  const char *data = ist_body_data (body, &size);
  gsize start = before_header (data, size);
  Lines lines = count_lines (data, size);
  g_autoptr (GBytes) bytes = ist_body_slice (body, start, size - start);
  g_autoptr (IstBody) whole = ist_body_new_bytes (bytes);
  g_autoptr (IstBody) mail = with_crlf (whole, &lines);
  g_autoptr (IstMessage) message = ist_message_new (mail);
  json_t *answer;

  if (!is_message (message))
    return NULL;
  answer = json_pack ("{s:s,s:I,s:b}", "kind", "message", "size_bytes", (json_int_t) size, "readable", TRUE);
  json_object_set_new (answer, "lines",
                       json_pack ("{s:I,s:I,s:I,s:I,s:I}", "crlf", (json_int_t) lines.crlf, "lf_alone",
                                  (json_int_t) lines.lf, "cr_alone", (json_int_t) lines.cr, "longest_bytes",
                                  (json_int_t) lines.longest, "nul_bytes", (json_int_t) lines.nul));
  if (start > 0)
    inspect_set_size (answer, "before_header_bytes", start);
  inspect_set_size (answer, "header_bytes", ist_message_body_offset (message));
  add_transforms (self, mail, answer);
  inspect_add_parts (self, mail, answer);
  return answer;
}
