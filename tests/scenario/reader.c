#include "tests/scenario/reader.h"

#include "convert/field.h"

#include <string.h>

#define MAX_PART ((gsize) 64 * 1024 * 1024)

static const char *
keep (IstReader *self, char *text)
{
  g_ptr_array_add (self->texts, text);
  return text;
}

/* ---- getting it ---- */

IstReader *
ist_reader_new (const IstArrival *arrival)
{
  IstReader *self = g_new0 (IstReader, 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;

  IST_ASSERT (arrival != NULL);
  bytes = arrival != NULL ? g_bytes_new (arrival->text->str, arrival->text->len) : g_bytes_new_static ("\r\n", 2);
  body = ist_body_new_bytes (bytes);
  self->message = ist_message_new (body);
  self->root = ist_mime_tree (self->message);
  self->raw = arrival != NULL ? arrival->text->str : "";
  self->texts = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
ist_reader_free (IstReader *self)
{
  if (self == NULL)
    return;
  ist_message_free (self->message);
  g_ptr_array_unref (self->texts);
  g_free (self);
}

IstReader *
ist_reader_deliver_to (IstScenario *s, const char *side, const char *from, const char *to, IstHost *host,
                       const char *text)
{
  guint before = ist_host_n_arrived (host);
  const char *reply = ist_scenario_send (s, side, from, to, text);

  if (!IST_ASSERT (g_str_has_prefix (reply, "250 ")))
    ist_note ("reply: %s", reply);
  ist_scenario_settle (s);
  IST_ASSERT_INT (ist_host_n_arrived (host), before + 1);
  return ist_reader_new (ist_host_arrived (host, before));
}

IstReader *
ist_reader_deliver (IstScenario *s, const char *side, const char *text)
{
  gboolean from_domino = strcmp (side, "domino") == 0;

  return ist_reader_deliver_to (s, side, from_domino ? "anna@acme.example" : "bob@acme.example",
                                from_domino ? "bob@acme.example" : "anna@acme.example",
                                from_domino ? s->exchange : s->domino, text);
}

/* ---- what is shown ---- */

const char *
ist_reader_text (IstReader *self, const char *type)
{
  IstMimeNode *node = ist_mime_node_find (self->root, type);
  char *text = node != NULL ? ist_mime_node_text (node, MAX_PART, NULL) : NULL;

  return text != NULL ? keep (self, text) : "";
}

gboolean
ist_reader_shows_impl (IstReader *self, const char *type, const char *words, const char *file, guint line)
{
  const char *text = ist_reader_text (self, type);

  if (ist_assert_true_impl (strstr (text, words) != NULL, words, file, line))
    return TRUE;
  ist_note ("%s: %s", type, text);
  return FALSE;
}

const char *
ist_reader_field (IstReader *self, const char *name)
{
  char *text = ist_field_text (self->message, name);

  return text != NULL ? keep (self, text) : "";
}

static gboolean
add_file (gpointer user, IstMimeNode *node)
{
  GString *out = user;

  if (!node->in_rfc822 && (node->name != NULL || node->attachment))
    g_string_append_printf (out, "%s%s", out->len > 0 ? " | " : "", node->name != NULL ? node->name : "?");
  return TRUE;
}

const char *
ist_reader_files (IstReader *self)
{
  GString *out = g_string_new (NULL);

  ist_mime_node_visit (self->root, add_file, out);
  return keep (self, g_string_free (out, FALSE));
}

static void
append_shape (GString *out, const IstMimeNode *node)
{
  g_string_append (out, node->type);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    {
      g_string_append_c (out, i == 0 ? '(' : ' ');
      append_shape (out, g_ptr_array_index (node->children, i));
    }
  if (node->children != NULL && node->children->len > 0)
    g_string_append_c (out, ')');
}

const char *
ist_reader_shape (IstReader *self)
{
  GString *out = g_string_new (NULL);

  append_shape (out, self->root);
  return keep (self, g_string_free (out, FALSE));
}

/* ---- single parts ---- */

typedef struct
{
  const char *name, *id, *type;
  IstMimeNode *found;
} Sought;

static gboolean
is_sought (gpointer user, IstMimeNode *node)
{
  Sought *sought = user;

  if ((sought->name != NULL && g_strcmp0 (node->name, sought->name) == 0)
      || (sought->id != NULL && g_strcmp0 (node->id, sought->id) == 0)
      || (sought->type != NULL && strcmp (node->type, sought->type) == 0))
    sought->found = node;
  return sought->found == NULL;
}

static IstMimeNode *
seek (IstReader *self, Sought sought)
{
  ist_mime_node_visit (self->root, is_sought, &sought);
  return sought.found;
}

IstMimeNode *
ist_reader_named (IstReader *self, const char *name)
{
  return seek (self, (Sought){ .name = name });
}

IstMimeNode *
ist_reader_with_id (IstReader *self, const char *id)
{
  return seek (self, (Sought){ .id = id });
}

IstMimeNode *
ist_reader_of_type (IstReader *self, const char *type)
{
  return seek (self, (Sought){ .type = type });
}

gboolean
ist_reader_holds (IstMimeNode *node, const void *data, gsize size_bytes)
{
  g_autoptr (GBytes) want = g_bytes_new (data, size_bytes);
  g_autoptr (GBytes) got = node != NULL && node->children == NULL ? ist_mime_node_decode (node, MAX_PART) : NULL;

  return got != NULL && g_bytes_equal (want, got);
}

char *
ist_reader_base64 (const void *data, gsize size_bytes)
{
  g_autofree char *base64 = g_base64_encode (data, size_bytes);
  GString *out = g_string_new (NULL);

  for (const char *p = base64; *p != '\0'; p += strnlen (p, 76))
    g_string_append_printf (out, "%.76s\r\n", p);
  return g_string_free (out, FALSE);
}
