/*
 * charset-repair - texts and header fields whose character set label lies, or is not there. Readers then guess, and
 * each guesses by its own code page.
 *
 * Predicate: a text part for the reader, not signed, encrypted or of an attached message, has bytes that its label
 * does not explain (strictly, by iconv), or none, or its HTML names another set in <meta>; a header field has raw
 * bytes above 127 or ISO-2022 escapes.
 * Repair: the part is written as UTF-8 with that label, the <meta> says so; the field gets encoded words. What cannot
 * be converted without loss stays, and so does what is in a character set that nobody knows, which a note says.
 */
#include "convert/charset-private.h"
#include "convert/limits.h"
#include "convert/look.h"
#include "convert/sealed.h"
#include "convert/transforms.h"

#include "base/charset.h"
#include "base/text-scan.h"

#include <string.h>

#define META_BYTES 4096 /* where a <meta> is looked for; HTML readers look at 1,024 (WHATWG HTML 13.2.3.2) */

/* ---- what the bytes are ---- */

static gboolean
has_control (const char *text)
{
  for (const guchar *p = (const guchar *) text; *p != '\0'; p++)
    if (p[0] == 0xC2 && p[1] >= 0x80 && p[1] <= 0x9F)
      return TRUE;
  return FALSE;
}

char *
ist_charset_strict (const char *data, gsize size_bytes, const char *label)
{
  g_autofree char *text = NULL;
  gsize read, written;

  if (memchr (data, '\0', size_bytes) != NULL || strchr (label, '/') != NULL)
    return NULL;
  if (g_ascii_strcasecmp (label, "utf-8") == 0)
    return g_utf8_validate (data, (gssize) size_bytes, NULL) ? g_strndup (data, size_bytes) : NULL;
  text = g_convert (data, (gssize) size_bytes, "UTF-8", label, &read, &written, NULL);
  /* libc lets escapes that it does not know pass as characters. */
  if (text != NULL && g_ascii_strncasecmp (label, "iso-2022", 8) == 0 && strchr (text, 0x1B) != NULL)
    return NULL;
  if (text == NULL || read != size_bytes || strlen (text) != written || has_control (text)
      || !g_utf8_validate (text, (gssize) written, NULL))
    return NULL;
  return g_steal_pointer (&text);
}

static char *
lossless (const char *data, gsize size_bytes, const char *label)
{
  g_autofree char *text = NULL;

  /* "//IGNORE" is iconv's own syntax. */
  if (label != NULL && strchr (label, '/') != NULL)
    return NULL;
  text = ist_charset_to_utf8 (data, size_bytes, label, NULL);
  if (strstr (text, "\357\277\275") != NULL || has_control (text))
    return NULL;
  return g_steal_pointer (&text);
}

char *
ist_charset_best (const char *data, gsize size_bytes, const char *label)
{
  char *text;

  if (memchr (data, '\0', size_bytes) != NULL)
    return NULL;
  text = ist_charset_strict (data, size_bytes, "utf-8");
  if (text != NULL && ist_text_has_high_bit (data, size_bytes))
    return text;
  g_free (text);
  if (!ist_charset_is_known (label))
    return NULL;
  text = label != NULL ? lossless (data, size_bytes, label) : NULL;
  return text != NULL ? text : lossless (data, size_bytes, NULL);
}

static gboolean
needs_look (const char *data, gsize size)
{
  return ist_text_has_high_bit (data, size) || memchr (data, 0x1B, size) != NULL;
}

/* ---- <meta> (WHATWG HTML 13.2.3.2) ---- */

typedef struct
{
  gsize start, end; /* of the label in the text */
} Meta;

static const char *
find_nocase (const char *text, const char *end, const char *what)
{
  gsize length = strlen (what);

  for (; text + length <= end; text++)
    if (g_ascii_strncasecmp (text, what, length) == 0)
      return text;
  return NULL;
}

static gboolean
find_meta (const char *text, gsize size, Meta *meta)
{
  const char *end = text + MIN (size, META_BYTES);
  const char *p = text;

  while ((p = find_nocase (p, end, "<meta")) != NULL)
    {
      const char *close = memchr (p, '>', (gsize) (end - p));
      const char *at = close != NULL ? find_nocase (p, close, "charset=") : NULL;

      if (close == NULL)
        return FALSE;
      p += 5;
      if (at == NULL)
        continue;
      at += strlen ("charset=");
      if (*at == '"' || *at == '\'')
        at++;
      meta->start = meta->end = (gsize) (at - text);
      while (text + meta->end < close
             && (g_ascii_isalnum (text[meta->end]) || strchr ("-_.:", text[meta->end]) != NULL))
        meta->end++;
      return meta->end > meta->start && meta->end - meta->start < 40;
    }
  return FALSE;
}

static char *
meta_label (const char *data, gsize size)
{
  Meta meta;

  return find_meta (data, size, &meta) ? g_strndup (data + meta.start, meta.end - meta.start) : NULL;
}

static char *
with_meta_utf8 (const char *text)
{
  Meta meta;

  if (!find_meta (text, strlen (text), &meta))
    return g_strdup (text);
  return g_strdup_printf ("%.*sutf-8%s", (int) meta.start, text, text + meta.end);
}

/* ---- one part ---- */

typedef struct
{
  const IstConvertContext *context;
  IstMessage *message;
  const char *dkim; /* what the notes add for a signed message */
} Run;

/* 7-bit Japanese that says it is ASCII, or nothing (RFC 1468). */
static char *
hidden_japanese (const char *data, gsize size)
{
  g_autofree char *text = memchr (data, '\0', size) == NULL ? lossless (data, size, "iso-2022-jp") : NULL;

  if (text == NULL || strchr (text, 0x1B) != NULL || !ist_text_has_high_bit (text, strlen (text)))
    return NULL;
  return g_steal_pointer (&text);
}

/* Text that is UTF-8 is nothing else, whatever set of single bytes could also be read into it. */
static gboolean
is_utf8_by_another_name (const char *data, gsize size, const char *label, const char *strict)
{
  g_autofree char *utf8 = ist_charset_strict (data, size, "utf-8");
  g_autofree char *best = utf8 != NULL ? ist_charset_to_utf8 (data, size, label, NULL) : NULL;

  return utf8 != NULL && strcmp (best, utf8) == 0 && strcmp (best, strict) != 0;
}

/* The text when it must be written anew, and why; NULL: it is what it says. */
static char *
repaired_text (const IstMimeNode *node, const char *data, gsize size, const char **why)
{
  g_autofree char *meta = strcmp (node->type, "text/html") == 0 ? meta_label (data, size) : NULL;
  const char *label = node->charset != NULL && *node->charset != '\0' ? node->charset : NULL;
  g_autofree char *strict = label != NULL ? ist_charset_strict (data, size, label) : NULL;
  g_autofree char *by_meta = meta != NULL ? ist_charset_strict (data, size, meta) : NULL;

  *why = label != NULL ? "its label is not what its bytes are" : "it has no label";
  if (!ist_text_has_high_bit (data, size)
      && (label == NULL || g_ascii_strcasecmp (label, "us-ascii") == 0 || g_ascii_strcasecmp (label, "ascii") == 0))
    return hidden_japanese (data, size);
  if (strict == NULL)
    return ist_charset_best (data, size, label != NULL && by_meta == NULL ? label : meta);
  if (is_utf8_by_another_name (data, size, label, strict))
    return g_strndup (data, size);
  *why = "its HTML names another character set";
  return meta != NULL && g_strcmp0 (by_meta, strict) != 0 ? g_steal_pointer (&strict) : NULL;
}

static void
drop_crs (char *text)
{
  char *to = text;

  for (const char *p = text; *p != '\0'; p++)
    if (*p != '\r' || p[1] != '\n')
      *to++ = *p;
  *to = '\0';
}

static void
repair_text (const Run *run, IstMimeNode *node)
{
  IstLimits limits = ist_limits_of (run->context->settings);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_autofree char *label = g_strdup (node->charset != NULL ? node->charset : "none");
  const char *why = NULL;
  const char *data;
  gsize size;

  if (!ist_limits_text_fits (run->context, run->message, node))
    return;
  bytes = ist_mime_node_decode (node, limits.max_text_bytes);
  data = g_bytes_get_data (bytes, &size);
  if (size == 0 || !needs_look (data, size))
    return;
  text = repaired_text (node, data, size, &why);
  if (text == NULL && ist_text_has_high_bit (data, size) && !ist_charset_is_known (node->charset))
    ist_message_note (run->message, "charset-repair", "a text (%s) stays: nobody knows the character set %s", node->type,
                      label);
  if (text == NULL || ist_sealed_is_armoured (run->message, node, data, size))
    return;
  if (strcmp (node->type, "text/html") == 0)
    {
      char *said = with_meta_utf8 (text);

      g_free (text);
      text = said;
    }
  drop_crs (text);
  ist_mime_node_set_text (node, text);
  ist_message_note (run->message, "charset-repair", "a text (%s, label %s) written as UTF-8: %s%s", node->type, label,
                    why, run->dkim);
}

/* ---- the message ---- */

/* What the text of the message is in, for fields that say nothing themselves. A set that nobody knows helps no field. */
static char *
label_of (IstMimeNode *root)
{
  g_autoptr (GPtrArray) leaves = ist_look_leaves (root);

  for (guint i = 0; i < leaves->len; i++)
    {
      const IstMimeNode *node = g_ptr_array_index (leaves, i);

      if (ist_look_is_own_text (node, NULL) && node->charset != NULL && ist_charset_is_known (node->charset))
        return g_strdup (node->charset);
    }
  return NULL;
}

static gboolean
header_needs_look (const IstMessage *message)
{
  gsize size;
  const char *data = ist_body_data (ist_message_original (message), &size);

  return needs_look (data, ist_message_body_offset (message));
}

gboolean
ist_charset_repair (const IstConvertContext *context, IstMessage *message, GError **error)
{
  gboolean is_signed = ist_message_find_field (message, "DKIM-Signature", 0) != IST_MESSAGE_NOT_FOUND;
  Run run = { context, message, is_signed ? "; its DKIM signature no longer holds" : "" };
  g_autoptr (GPtrArray) leaves = NULL;
  g_autofree char *label = NULL;
  guint n;

  if (!ist_look_may (message, IST_LOOK_HIGH | IST_LOOK_QUOTED | IST_LOOK_BASE64))
    return TRUE;
  label = label_of (ist_mime_tree (message));
  n = header_needs_look (message) ? ist_charset_repair_fields (message, label) : 0;
  if (n > 0)
    ist_message_note (message, "charset-repair", "%u header fields with raw 8-bit text encoded%s", n, run.dkim);
  leaves = ist_look_leaves (ist_mime_tree (message));
  for (guint i = 0; i < leaves->len; i++)
    {
      IstMimeNode *node = g_ptr_array_index (leaves, i);

      if (ist_charset_repair_name (node, label))
        ist_message_note (message, "charset-repair", "the name of an attachment, raw 8-bit text, encoded%s", run.dkim);
      if (ist_look_is_own_text (node, "plain") || ist_look_is_own_text (node, "html"))
        repair_text (&run, node);
    }
  return TRUE;
}
