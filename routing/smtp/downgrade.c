#include "routing/smtp/downgrade-private.h"

#include "base/address.h"
#include "base/error.h"
#include "base/mime.h"

#include <string.h>

#define MAX_BYTES (32 * 1024 * 1024)
#define QP_COLUMNS 76
#define BASE64_BYTES 57 /* a line of 76 */

typedef struct
{
  IstMessage *out;
  const char *data; /* of the flattened message */
  guint what;
  gsize max_line;
} Work;

gboolean
ist_downgrade_is_seven_bit (const char *data, gsize size)
{
  guchar all = 0;

  for (gsize i = 0; i < size; i++)
    all |= (guchar) data[i];
  return all < 128;
}

gboolean
ist_downgrade_has_long (const char *data, gsize size, gsize max_line)
{
  gsize start = 0;

  while (max_line > 0 && start < size)
    {
      const char *lf = memchr (data + start, '\n', size - start);
      gsize end = lf != NULL ? (gsize) (lf - data) : size;
      gsize length = end - start;

      if (length > 0 && data[end - 1] == '\r')
        length--;
      if (length > max_line)
        return TRUE;
      start = end + 1;
    }
  return FALSE;
}

typedef struct
{
  gsize max_line, length;
  gboolean found;
} LineScan;

static gboolean
scan_lines (gpointer user, const char *data, gsize size, GError **error)
{
  LineScan *scan = user;
  gsize pos = 0;

  while (pos < size && !scan->found)
    {
      const char *lf = memchr (data + pos, '\n', size - pos);
      gsize end = lf != NULL ? (gsize) (lf - data) : size;

      /* The CR counts only when it turns out to be no part of the line end. */
      scan->length += end - pos;
      if (scan->length > scan->max_line + (lf == NULL || (end > 0 && data[end - 1] == '\r') ? 1 : 0))
        scan->found = TRUE;
      if (lf != NULL)
        scan->length = 0;
      pos = end + 1;
    }
  return TRUE;
}

gboolean
ist_downgrade_has_long_line (const IstMessage *message, gsize max_line)
{
  LineScan scan = { .max_line = max_line };

  ist_message_write (message, scan_lines, &scan, NULL);
  return scan.found || scan.length > max_line;
}

char *
ist_downgrade_address (const char *address)
{
  g_autofree char *local = NULL;
  g_autofree char *domain = NULL;
  g_autofree char *ascii = NULL;

  if (ist_is_ascii (address))
    return g_strdup (address);
  if (!ist_address_split (address, &local, &domain) || !ist_is_ascii (local))
    return NULL;
  ascii = ist_domain_key (domain);
  return ascii != NULL && ist_is_ascii (ascii) ? g_strdup_printf ("%s@%s", local, ascii) : NULL;
}

/* ---- encodings ---- */

/* RFC 2045 6.7; line ends stay line ends. With `only_high` the text is quoted-printable already and just
 * its stray 8-bit bytes are written as they should have been. */
static GBytes *
quoted_printable (const char *data, gsize size, gboolean only_high)
{
  GString *out = g_string_sized_new (size + size / 4);
  gsize column = 0;

  for (gsize i = 0; i < size; i++)
    {
      guchar c = (guchar) data[i];
      gboolean line_end = c == '\r' && i + 1 < size && data[i + 1] == '\n';
      gboolean at_end = i + 1 == size || (data[i + 1] == '\r' && i + 2 < size && data[i + 2] == '\n');
      gboolean plain = only_high ? c < 128
                                 : (c > 32 && c < 127 && c != '=')
                                       || ((c == ' ' || c == '\t') && !at_end);

      if (line_end)
        {
          g_string_append (out, "\r\n");
          column = 0;
          i++;
          continue;
        }
      if (!only_high && column + (plain ? 1 : 3) > QP_COLUMNS - (at_end ? 0 : 1))
        {
          g_string_append (out, "=\r\n");
          column = 0;
        }
      if (plain)
        g_string_append_c (out, (char) c);
      else
        g_string_append_printf (out, "=%02X", c);
      column += plain ? 1 : 3;
    }
  return g_string_free_to_bytes (out);
}

static GBytes *
base64 (const char *data, gsize size)
{
  GString *out = g_string_sized_new (size / 3 * 4 + size / 20 + 4);

  for (gsize at = 0; at < size; at += BASE64_BYTES)
    {
      g_autofree char *line
          = g_base64_encode ((const guchar *) data + at, MIN (BASE64_BYTES, size - at));

      g_string_append_printf (out, "%s%s", at > 0 ? "\r\n" : "", line);
    }
  return g_string_free_to_bytes (out);
}

/* ---- parts ---- */

static void
set_field (IstMessage *header, const char *name, const char *value)
{
  guint i = ist_message_find_field (header, name, 0);
  g_autofree char *raw = g_strdup_printf ("%s: %s\r\n", name, value);

  if (i != IST_MESSAGE_NOT_FOUND)
    ist_message_set_field (header, i, raw);
  else
    ist_message_insert_field (header, ist_message_n_fields (header), raw);
}

static gboolean
has_field (const IstMessage *header, const char *name)
{
  return ist_message_find_field (header, name, 0) != IST_MESSAGE_NOT_FOUND;
}

/* Does this leaf hold what must not leave? */
static gboolean
needs_work (const Work *self, const IstMimePart *part)
{
  const char *data = self->data + part->content;
  gsize size = part->content_end - part->content;

  return ((self->what & IST_DOWNGRADE_TEXT) != 0 && !ist_downgrade_is_seven_bit (data, size))
         || ist_downgrade_has_long (data, size, self->max_line);
}

/* The content anew; *encoding tells how (NULL: as declared). NULL: this one cannot be re-encoded. */
static GBytes *
encode_leaf (const Work *self, const IstMimePart *part, const char **encoding)
{
  const char *data = self->data + part->content;
  gsize size = part->content_end - part->content;

  *encoding = NULL;
  if (strcmp (part->encoding, "quoted-printable") == 0)
    return quoted_printable (data, size, TRUE);
  /* RFC 2046 5.2: message/… may not be encoded. */
  if (strcmp (part->encoding, "base64") == 0 || g_str_has_prefix (part->type, "message/"))
    return NULL;
  *encoding = g_str_has_prefix (part->type, "text/") ? "quoted-printable" : "base64";
  return g_str_has_prefix (part->type, "text/") ? quoted_printable (data, size, FALSE)
                                                : base64 (data, size);
}

/* What the part's header must say of its content now, as a message of its own (the root: the result). */
static void
declare (const Work *self, const IstMimePart *part, IstMessage *header, const char *encoding)
{
  gboolean utf8 = g_utf8_validate (self->data + part->content,
                                   (gssize) (part->content_end - part->content), NULL);

  if (encoding != NULL)
    set_field (header, "Content-Transfer-Encoding", encoding);
  if (encoding != NULL && !has_field (header, "Content-Type"))
    set_field (header, "Content-Type",
               utf8 ? "text/plain; charset=utf-8" : "text/plain; charset=unknown-8bit");
  if (encoding != NULL && part->parent == NULL && !has_field (header, "MIME-Version"))
    set_field (header, "MIME-Version", "1.0");
}

static gboolean
work_header (const Work *self, const IstMimePart *part, const char *encoding, GError **error)
{
  gsize size = part->content - part->header;
  g_autoptr (GBytes) bytes = g_bytes_new_static (self->data + part->header, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) own = part->parent != NULL ? ist_message_new (body) : NULL;
  IstMessage *header = own != NULL ? own : self->out;
  g_autoptr (GBytes) text = NULL;

  declare (self, part, header, encoding);
  /* Below the root a header is part of the text that must be 7-bit. */
  if ((self->what & IST_DOWNGRADE_HEADER) != 0
      || ((self->what & IST_DOWNGRADE_TEXT) != 0 && part->parent != NULL))
    {
      if (!ist_downgrade_header (header, self->max_line, error))
        return FALSE;
    }
  else if (self->max_line > 0)
    ist_downgrade_fold (header, self->max_line);
  if (own == NULL || !ist_message_is_changed (own))
    return TRUE;
  text = ist_message_to_bytes (own);
  return ist_message_replace (self->out, part->header, size, text, error);
}

static gboolean
work_part (const Work *self, const IstMimePart *part, GError **error)
{
  const char *encoding = NULL;

  if (part->children != NULL && part->children->len > 0 && !part->sealed)
    {
      if ((self->what & IST_DOWNGRADE_TEXT) != 0
          && (strcmp (part->encoding, "8bit") == 0 || strcmp (part->encoding, "binary") == 0))
        encoding = "7bit";
      if (!work_header (self, part, encoding, error))
        return FALSE;
      for (guint i = 0; i < part->children->len; i++)
        if (!work_part (self, g_ptr_array_index (part->children, i), error))
          return FALSE;
      return TRUE;
    }
  if (!part->sealed && needs_work (self, part))
    {
      g_autoptr (GBytes) text = encode_leaf (self, part, &encoding);

      if (text != NULL
          && !ist_message_replace (self->out, part->content, part->content_end - part->content, text,
                                   error))
        return FALSE;
    }
  return (part->sealed && part->parent != NULL) || work_header (self, part, encoding, error);
}

/* ---- the whole ---- */

static gboolean
check (const IstMessage *out, guint what, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *data;

  if ((what & IST_DOWNGRADE_TEXT) == 0)
    return TRUE;
  bytes = ist_message_to_bytes (out);
  data = g_bytes_get_data (bytes, &size);
  for (guint i = 0; (what & IST_DOWNGRADE_HEADER) == 0 && i < ist_message_n_fields (out); i++)
    {
      gsize length;

      ist_message_field_raw (out, i, &length);
      data += length;
      size -= length;
    }
  if (ist_downgrade_is_seven_bit (data, size))
    return TRUE;
  g_set_error_literal (error, IST_ERROR, IST_ERROR_REFUSED,
                       "8-bit text stands in a signed part or where it cannot be encoded anew");
  return FALSE;
}

IstMessage *
ist_downgrade (const IstMessage *message, guint what, gsize max_line, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;
  g_autoptr (IstMessage) out = NULL;
  g_autoptr (IstMimePart) root = NULL;
  Work work = { .what = what, .max_line = max_line };
  gsize size;

  if (ist_message_size (message) > MAX_BYTES)
    {
      g_set_error_literal (error, IST_ERROR, IST_ERROR_REFUSED,
                           "the message is too large to be encoded anew");
      return NULL;
    }
  bytes = ist_message_to_bytes (message);
  body = ist_body_new_bytes (bytes);
  root = ist_mime_parse (body);
  out = ist_message_new (body);
  work.out = out;
  work.data = ist_body_data (body, &size);
  if (!work_part (&work, root, error) || !check (out, what, error))
    return NULL;
  return g_steal_pointer (&out);
}
