#include "base/mime.h"

#include "base/gmime-auto.h"
#include "base/message.h"

#include <string.h>

#define MAX_BOUNDARY 256
#define MAX_FIELD 16384
#define MAX_DASHES 1000000

typedef struct
{
  IstBody *body;
  const char *data;
  gsize size;
  guint n_parts;
  gboolean cut;   /* something is left as content for one of the bounds */
  GArray *dashes; /* gsize, where lines begin with "--": read once, however deep multiparts nest */
} Parser;

static gsize gmime_once;

static void
init_gmime (void)
{
  if (!g_once_init_enter (&gmime_once))
    return;
  g_mime_init ();
  g_once_init_leave (&gmime_once, 1);
}

void
ist_mime_free (IstMimePart *part)
{
  if (part == NULL)
    return;
  if (part->children != NULL)
    g_ptr_array_unref (part->children);
  g_free (part->type);
  g_free (part->name);
  g_free (part->encoding);
  g_free (part);
}

/* ---- one part's header ---- */

/* NULL also for a field that is longer than any real one: what it says is not read. */
static char *
field_value (const IstMessage *header, const char *name)
{
  guint i = ist_message_find_field (header, name, 0);
  gsize size;

  if (i == IST_MESSAGE_NOT_FOUND)
    return NULL;
  ist_message_field_raw (header, i, &size);
  return size <= MAX_FIELD ? ist_message_field_value (header, i) : NULL;
}

static gboolean
is_message (const IstMimePart *part)
{
  return g_strcmp0 (part->type, "message/rfc822") == 0
         || g_strcmp0 (part->type, "message/global") == 0; /* RFC 6532 3.7 */
}

/* RFC 2046 5.2.1 allows no other; what is coded all the same has no structure that could be seen in its bytes. */
static gboolean
is_identity (const IstMimePart *part)
{
  static const char *const encodings[] = { "7bit", "8bit", "binary", NULL };

  return g_strv_contains (encodings, part->encoding);
}

static gboolean
is_sealed (const IstMimePart *part)
{
  static const char *const types[] = { "multipart/signed", "multipart/encrypted",
                                       "application/pkcs7-mime", "application/x-pkcs7-mime", NULL };

  return g_strv_contains (types, part->type) || (part->parent != NULL && part->parent->sealed);
}

static void
read_disposition (IstMimePart *part, const IstMessage *header)
{
  g_autofree char *value = field_value (header, "Content-Disposition");
  g_autoptr (GMimeContentDisposition) disposition
      = value != NULL ? g_mime_content_disposition_parse (NULL, value) : NULL;
  const char *name;

  if (disposition == NULL)
    return;
  part->attachment = g_mime_content_disposition_is_attachment (disposition);
  name = g_mime_content_disposition_get_parameter (disposition, "filename");
  if (name != NULL)
    {
      g_free (part->name);
      part->name = g_strdup (name);
    }
}

static void
read_type (IstMimePart *part, const GMimeContentType *type)
{
  GMimeContentType *mutable_type = (GMimeContentType *) type;
  g_autofree char *full = NULL;

  if (type == NULL)
    {
      part->type = g_strdup ("text/plain");
      return;
    }
  full = g_strdup_printf ("%s/%s", g_mime_content_type_get_media_type (mutable_type),
                          g_mime_content_type_get_media_subtype (mutable_type));
  part->type = g_ascii_strdown (full, -1);
  part->name = g_strdup (g_mime_content_type_get_parameter (mutable_type, "name"));
}

/* Fills the part from its header; gives the boundary of a multipart. */
static char *
read_header (Parser *self, IstMimePart *part, gsize end)
{
  g_autoptr (GBytes) bytes
      = g_bytes_new_static (self->data + part->header, end - part->header);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) header = ist_message_new (body);
  g_autofree char *type_text = field_value (header, "Content-Type");
  g_autoptr (GMimeContentType) type
      = type_text != NULL ? g_mime_content_type_parse (NULL, type_text) : NULL;
  g_autofree char *encoding = field_value (header, "Content-Transfer-Encoding");

  part->content = part->header + ist_message_body_offset (header);
  read_type (part, type);
  part->encoding = encoding != NULL ? g_ascii_strdown (encoding, -1) : g_strdup ("7bit");
  read_disposition (part, header);
  part->sealed = is_sealed (part);
  if (type == NULL || !g_str_has_prefix (part->type, "multipart/"))
    return NULL;
  return g_strdup (g_mime_content_type_get_parameter (type, "boundary"));
}

/* ---- delimiters (RFC 2046 5.1.1) ---- */

/* Is the line at `pos` the delimiter "--boundary"? *closing: "--boundary--". */
static gboolean
is_delimiter (const Parser *self, gsize pos, gsize line_end, const char *boundary, gsize length,
              gboolean *closing)
{
  gsize after = pos + 2 + length;

  if (line_end - pos < length + 2 || memcmp (self->data + pos, "--", 2) != 0
      || memcmp (self->data + pos + 2, boundary, length) != 0)
    return FALSE;
  *closing = line_end - after >= 2 && memcmp (self->data + after, "--", 2) == 0;
  for (after += *closing ? 2 : 0; after < line_end; after++)
    if (!g_ascii_isspace (self->data[after]))
      return FALSE;
  return TRUE;
}

static gsize
line_end (const Parser *self, gsize pos, gsize end)
{
  const char *lf = memchr (self->data + pos, '\n', end - pos);

  return lf != NULL ? (gsize) (lf - self->data) + 1 : end;
}

static void
collect_dashes (Parser *self)
{
  gsize pos = 0;

  self->dashes = g_array_new (FALSE, FALSE, sizeof (gsize));
  while (pos < self->size && self->dashes->len < MAX_DASHES)
    {
      if (self->size - pos > 2 && self->data[pos] == '-' && self->data[pos + 1] == '-')
        g_array_append_val (self->dashes, pos);
      pos = line_end (self, pos, self->size);
    }
  self->cut = pos < self->size;
}

/* Index of the first such line at or after `pos`. */
static guint
first_dashes (const Parser *self, gsize pos)
{
  guint low = 0;
  guint high = self->dashes->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->dashes, gsize, middle) < pos)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The next delimiter line at or after `pos`, or `end`. *next is behind it. */
static gsize
find_delimiter (const Parser *self, gsize pos, gsize end, const char *boundary, gboolean *closing,
                gsize *next)
{
  gsize length = strlen (boundary);

  for (guint i = first_dashes (self, pos); i < self->dashes->len; i++)
    {
      gsize line = g_array_index (self->dashes, gsize, i);
      gsize eol;

      if (line >= end)
        break;
      eol = line_end (self, line, end);
      if (!is_delimiter (self, line, eol, boundary, length, closing))
        continue;
      *next = eol;
      return line;
    }
  *closing = TRUE;
  *next = end;
  return end;
}

static IstMimePart *parse_part (Parser *self, IstMimePart *parent, gsize outer, gsize header,
                                gsize end, guint depth);

static void
parse_children (Parser *self, IstMimePart *part, const char *boundary, gsize end, guint depth)
{
  gboolean closing;
  gsize next;
  gsize delimiter = find_delimiter (self, part->content, end, boundary, &closing, &next);

  part->children = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_mime_free);
  while (!closing && self->n_parts < IST_MIME_MAX_PARTS)
    {
      gsize start = next;
      gsize following = find_delimiter (self, start, end, boundary, &closing, &next);

      g_ptr_array_add (part->children,
                       parse_part (self, part, delimiter, start, following, depth + 1));
      delimiter = following;
    }
  self->cut |= !closing;
}

static IstMimePart *
parse_part (Parser *self, IstMimePart *parent, gsize outer, gsize header, gsize end, guint depth)
{
  IstMimePart *part = g_new0 (IstMimePart, 1);
  g_autofree char *boundary = NULL;

  self->n_parts++;
  part->parent = parent;
  part->outer = outer;
  part->outer_end = end;
  part->header = header;
  part->in_rfc822 = parent != NULL
                    && (parent->in_rfc822 || is_message (parent));
  boundary = read_header (self, part, end);
  part->content_end = end;
  /* The line end before a delimiter belongs to the delimiter. */
  if (parent != NULL && !is_message (parent) && part->content_end > part->content && self->data[part->content_end - 1] == '\n')
    part->content_end -= part->content_end - part->content >= 2
                                 && self->data[part->content_end - 2] == '\r'
                             ? 2
                             : 1;
  if (depth >= IST_MIME_MAX_DEPTH)
    {
      self->cut |= boundary != NULL || is_message (part);
      return part;
    }
  if (boundary != NULL && boundary[0] != '\0' && strlen (boundary) <= MAX_BOUNDARY)
    parse_children (self, part, boundary, end, depth);
  else if (is_message (part) && is_identity (part) && part->content < part->content_end
           && self->n_parts < IST_MIME_MAX_PARTS)
    {
      part->children = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_mime_free);
      g_ptr_array_add (part->children, parse_part (self, part, part->content, part->content,
                                                   part->content_end, depth + 1));
    }
  return part;
}

IstMimePart *
ist_mime_parse (IstBody *body)
{
  Parser parser = { .body = body };
  IstMimePart *root;

  init_gmime ();
  parser.data = ist_body_data (body, &parser.size);
  collect_dashes (&parser);
  root = parse_part (&parser, NULL, 0, 0, parser.size, 0);
  g_array_unref (parser.dashes);
  root->cut = parser.cut;
  return root;
}

/* ---- content ---- */

/* Uuencoded data begins behind its line "begin MODE NAME"; what GMime decodes is the lines after it. */
static void
skip_begin (const char **data, gsize *length)
{
  const char *p = *data;
  const char *end = *data + *length;

  while (p < end)
    {
      const char *lf = memchr (p, '\n', (gsize) (end - p));
      const char *next = lf != NULL ? lf + 1 : end;

      if (end - p > 6 && memcmp (p, "begin ", 6) == 0)
        {
          *length = (gsize) (end - next);
          *data = next;
          return;
        }
      p = next;
    }
}

GBytes *
ist_mime_decode (const IstMimePart *part, IstBody *body, gsize max_bytes)
{
  gsize size;
  const char *data = ist_body_data (body, &size) + part->content;
  gsize length = part->content_end - part->content;
  GMimeContentEncoding encoding = g_mime_content_encoding_from_string (part->encoding);
  GMimeEncoding state;
  gsize room, used;
  char *out;

  if (encoding == GMIME_CONTENT_ENCODING_UUENCODE)
    skip_begin (&data, &length);
  /* Every encoding expands on the way in, so `max_bytes` decoded need at most 4 times as many. */
  length = MIN (length, max_bytes <= G_MAXSIZE / 4 ? max_bytes * 4 : length);
  g_mime_encoding_init_decode (&state, encoding);
  room = g_mime_encoding_outlen (&state, length);
  out = g_malloc (room + 1);
  used = g_mime_encoding_flush (&state, data, length, out);
  return g_bytes_new_take (out, MIN (used, max_bytes));
}
