#include "convert/inspect-private.h"

#include "base/error.h"
#include "convert/explain.h"
#include "convert/format/nsf.h"
#include "convert/format/tnef.h"

#include <string.h>

#define MAX_WORD 100

void
inspect_append (Inspect *self, json_t *list, json_t *entry)
{
  if (self->entries_left == 0)
    {
      self->not_shown++;
      json_decref (entry);
      return;
    }
  self->entries_left--;
  json_array_append_new (list, entry);
}

gboolean
inspect_may_read (Inspect *self, gsize size_bytes)
{
  if (size_bytes > self->bytes_left)
    return FALSE;
  self->bytes_left -= size_bytes;
  return TRUE;
}

void
inspect_set_word (json_t *object, const char *key, const char *word)
{
  g_autofree char *valid = word != NULL ? g_utf8_make_valid (word, -1) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  guint n = 0;

  if (valid == NULL)
    return;
  for (const char *p = valid; *p != '\0' && n < MAX_WORD; p = g_utf8_next_char (p), n++)
    g_string_append_unichar (out, g_unichar_isprint (g_utf8_get_char (p)) ? g_utf8_get_char (p) : '?');
  if (n == MAX_WORD)
    g_string_append (out, "…");
  json_object_set_new (object, key, json_string (out->str));
}

void
inspect_set_size (json_t *object, const char *key, gsize size_bytes)
{
  json_object_set_new (object, key, json_integer ((json_int_t) size_bytes));
}

void
inspect_set_hex (json_t *object, const char *key, guint64 value, guint digits)
{
  json_object_set_new (object, key, json_sprintf ("0x%0*" G_GINT64_MODIFIER "X", (int) digits, value));
}

void
inspect_set_true (json_t *object, const char *key, gboolean value)
{
  if (value)
    json_object_set_new (object, key, json_true ());
}

void
inspect_set_ending (json_t *object, const char *name)
{
  const char *ending = name != NULL ? ist_explain_ending (name) : NULL;

  if (ending != NULL)
    json_object_set_new (object, "ending", json_string (ending));
}

void
inspect_refuse (json_t *object, const char *why)
{
  json_object_set_new (object, "readable", json_false ());
  inspect_set_word (object, "why", why);
}

static gboolean
is_tnef (const IstBody *body)
{
  gsize size;
  const char *data = ist_body_data (body, &size);

  return ist_tnef_is_tnef (data, size);
}

gboolean
inspect_is_format (const IstBody *body)
{
  return ist_nsf_is_database (body) || is_tnef (body);
}

json_t *
inspect_inner (Inspect *self, IstBody *body)
{
  json_t *inner = NULL;

  if (self->depth + 1 >= IST_INSPECT_MAX_DEPTH || !inspect_is_format (body))
    return NULL;
  self->depth++;
  if (ist_nsf_is_database (body))
    inner = inspect_nsf (self, body);
  else
    inner = inspect_tnef (self, body, 0, ist_body_size (body));
  self->depth--;
  return inner;
}

json_t *
ist_inspect (IstBody *body, const IstSettings *settings, GError **error)
{
  Inspect self = { .settings = settings, .entries_left = IST_INSPECT_MAX_ENTRIES, .bytes_left = IST_INSPECT_MAX_BYTES };
  json_t *answer;

  if (ist_body_size (body) > IST_INSPECT_MAX_BYTES)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED, "a file of more than %u MiB is not looked into",
                   (guint) (IST_INSPECT_MAX_BYTES >> 20));
      return NULL;
    }
  if (ist_nsf_is_database (body))
    answer = inspect_nsf (&self, body);
  else if (is_tnef (body))
    answer = inspect_tnef (&self, body, 0, ist_body_size (body));
  else
    answer = inspect_message (&self, body);
  if (answer == NULL)
    {
      g_set_error (error, IST_ERROR, IST_ERROR_REFUSED,
                   "it is neither a Notes database (.nsf, .ond) nor TNEF (winmail.dat) nor a message (.eml)");
      return NULL;
    }
  if (self.not_shown > 0)
    json_object_set_new (answer, "not_shown", json_integer (self.not_shown));
  return answer;
}
