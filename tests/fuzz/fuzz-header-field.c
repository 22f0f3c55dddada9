/*
 * Mailboxes in a header field, and their rewriting: ranges lie in order inside the field, a rewritten field is one
 * field still, and a second rewriting changes nothing more.
 */
#include "tests/fuzz/fuzz.h"

#include "base/address.h"
#include "routing/address/header-field.h"
#include "routing/address/rewrite.h"

static const char config[] = "[connector]\nhostname = mx.acme.example\n[side domino]\nnotes-domain = ACME\n"
                             "relay = d\n[side exchange]\nrelay = d\n[relay d]\nhosts = 127.0.0.1\n"
                             "[domain acme.example]\ntype = shared\n[domain notes.acme.example]\n"
                             "type = routing\nside = domino\nprimary = acme.example\n";

static IstDirectoryAnswer
who_is (gpointer self, const char *key, IstPerson *person)
{
  if (strstr (key, "nna") == NULL)
    return IST_DIRECTORY_UNKNOWN;
  person->side = IST_SIDE_DOMINO;
  person->primary = g_strdup ("anna@acme.example");
  person->display_name = g_strdup ("Anna \"Berg\", \xc3\x84");
  return IST_DIRECTORY_FOUND;
}

static gint64
age_secs (gpointer self)
{
  return 0;
}

static IstRewriter *
rewriter (IstSide from, IstSide to)
{
  static const IstDirectory directory = { NULL, who_is, age_secs };
  static IstSettings *settings;
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);

  if (settings == NULL)
    settings = ist_settings_parse (config, "isthmus.conf", ".", ist_routing_setting_groups, errors);
  if (settings == NULL)
    FUZZ_FAIL ("%s", (char *) g_ptr_array_index (errors, 0));
  return ist_rewriter_new (settings, &directory, from, to);
}

static void
check_spans (const char *raw, gsize size)
{
  g_autoptr (GArray) spans = ist_header_mailboxes (raw, size);
  gsize last = 0;

  for (guint i = 0; i < spans->len; i++)
    {
      const IstMailboxSpan *s = &g_array_index (spans, IstMailboxSpan, i);

      if (s->phrase_size > 0)
        {
          g_assert_cmpuint (s->phrase, >=, last);
          g_assert_cmpuint (s->phrase + s->phrase_size, <=, s->address);
        }
      g_assert_cmpuint (s->address, >=, last);
      g_assert_cmpuint (s->address_size, >, 0);
      last = s->address + s->address_size;
      g_assert_cmpuint (last, <=, size);
    }
}

static GBytes *
rewrite (const char *text, gsize size, IstSide from, IstSide to)
{
  g_autoptr (IstRewriter) r = rewriter (from, to);
  g_autoptr (IstMessage) message = fuzz_message ((const guint8 *) text, size);
  guint fields = ist_message_n_fields (message);
  gsize body = size - ist_message_body_offset (message);
  GBytes *out;

  ist_rewriter_header (r, message);
  ist_rewriter_dkim (message, TRUE);
  g_assert_cmpuint (ist_message_n_fields (message), ==, fields);
  out = ist_message_to_bytes (message);
  g_assert_cmpuint (g_bytes_get_size (out), >=, body);
  return out;
}

static gboolean
field_valid (const IstMessage *message, guint field)
{
  gsize size;
  const char *raw = ist_message_field_raw (message, field, &size);
  g_autoptr (GArray) spans = ist_header_mailboxes (raw, size);

  for (guint i = 0; i < spans->len; i++)
    {
      const IstMailboxSpan *s = &g_array_index (spans, IstMailboxSpan, i);
      g_autofree char *address = g_strndup (raw + s->address, s->address_size);

      if (!ist_address_is_valid (address, TRUE))
        return FALSE;
    }
  return TRUE;
}

/* Are all addresses ones that SMTP would take? */
static gboolean
all_valid (const IstMessage *message)
{
  for (guint i = 0; i < ist_message_n_fields (message); i++)
    if (!field_valid (message, i))
      return FALSE;
  return TRUE;
}

/* Do the brackets of the field come in pairs, none inside another? Where not, taking one address out of the tangle
 * changes what the rest of it is. */
static gboolean
has_pairs (const IstMessage *message)
{
  gsize size;
  const char *raw = ist_message_field_raw (message, 0, &size);
  gboolean open = FALSE;

  for (gsize i = 0; i < size; i++)
    {
      if ((raw[i] == '<' && open) || (raw[i] == '>' && !open))
        return FALSE;
      if (raw[i] == '<' || raw[i] == '>')
        open = raw[i] == '<';
    }
  return !open;
}

/* What is no address even after rewriting is somebody's garbage and may be read in another way again. */
static void
check_direction (const GString *text, IstSide from, IstSide to)
{
  g_autoptr (GBytes) once = rewrite (text->str, text->len, from, to);
  gsize n;
  const char *p = g_bytes_get_data (once, &n);
  g_autoptr (GBytes) twice = rewrite (p, n, from, to);
  g_autoptr (IstMessage) again = fuzz_message ((const guint8 *) p, n);
  g_autoptr (IstMessage) before = fuzz_message ((const guint8 *) text->str, text->len);

  g_assert_true (!all_valid (again) || !has_pairs (before) || g_bytes_equal (once, twice));
  g_assert_cmpuint (ist_message_n_fields (again), ==, ist_message_n_fields (before));
  g_assert_true (fuzz_has_bare_newline (text->str, text->len) || !fuzz_has_bare_newline (p, n));
}

static void
check_address (const char *text)
{
  g_autoptr (IstRewriter) r = rewriter (IST_SIDE_EXCHANGE, IST_SIDE_DOMINO);
  gboolean changed = FALSE;
  g_autofree char *once = ist_rewriter_address (r, text, &changed);
  g_autofree char *twice = ist_rewriter_address (r, once, NULL);

  g_assert_true (changed == (strcmp (once, text) != 0));
  g_assert_true (!ist_address_is_valid (once, TRUE) || g_str_equal (once, twice));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *line = fuzz_text (data, size);
  g_autoptr (GString) text = g_string_new ("To: ");

  g_string_append_len (text, (const char *) data, (gssize) size);
  check_spans (text->str, text->len);
  g_string_append (text, "\r\n\r\nbody\r\n");
  check_direction (text, IST_SIDE_DOMINO, IST_SIDE_EXCHANGE);
  check_direction (text, IST_SIDE_EXCHANGE, IST_SIDE_DOMINO);
  check_address (line);
  return 0;
}
