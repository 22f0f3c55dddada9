#include "convert/look.h"

#include "base/charset.h"
#include "base/text-scan.h"

#include <string.h>

#define MAX_LINE 4096 /* what a header line says stands in its beginning */
/* Flags in the low bits of a message's memo, the number of delimiters above, and one bit that says that it was looked. */
#define LOOKED (1u << 31)
#define DELIMITER_SHIFT 15
#define MAX_DELIMITERS ((1u << (31 - DELIMITER_SHIFT)) - 1)
#define ANY_FLAG ((1u << DELIMITER_SHIFT) - 1)

typedef struct
{
  guint flags;
  guint n_delimiters;
  guint n_multiparts;
  gboolean field; /* the last line was of a Content-… field */
  gboolean blank; /* the last line was empty */
} Look;

static gboolean
has_nocase (const char *line, gsize size, const char *what)
{
  gsize length = strlen (what);
  char lower = what[0];
  char upper = g_ascii_toupper (lower);

  for (gsize i = 0; i + length <= size; i++)
    if ((line[i] == lower || line[i] == upper) && g_ascii_strncasecmp (line + i, what, length) == 0)
      return TRUE;
  return FALSE;
}

/* A parser passes over comments, blanks around the slash and NULs (RFC 2045 5.1, RFC 822 3.1.4): it may find words that
 * are cut by them. And what it makes of a type without a slash is its own affair. Behind a quote stand names, in which
 * all that is usual. */
static gboolean
is_cut (const char *line, gsize size)
{
  const char *quote = memchr (line, '"', size);
  gsize bare = quote != NULL ? (gsize) (quote - line) : size;
  const char *slash = memchr (line, '/', bare);

  if (memchr (line, '\0', size) != NULL || memchr (line, '(', bare) != NULL)
    return TRUE;
  if (slash == NULL)
    return size > 12 && g_ascii_strncasecmp (line, "Content-Type", 12) == 0;
  return (slash > line && g_ascii_isspace (slash[-1])) || slash + 1 == line + bare || g_ascii_isspace (slash[1]);
}

/* A line that may be of a header: what it says of types comes with a '/', what it says of names with a '='. */
static void
look_at_field (Look *self, const char *line, gsize size)
{
  static const struct
  {
    const char *word;
    guint flag;
  } words[] = {
    { "message/rfc822", IST_LOOK_ATTACHED },   { "message/global", IST_LOOK_ATTACHED },
    { "quoted-printable", IST_LOOK_QUOTED },   { "base64", IST_LOOK_BASE64 },
    { "mac-binhex40", IST_LOOK_MAC },          { "applefile", IST_LOOK_MAC },
    { "appledouble", IST_LOOK_MAC },           { "applesingle", IST_LOOK_MAC },
    { "flowed", IST_LOOK_FLOWED },             { "multipart/related", IST_LOOK_RELATED },
    { "content-id", IST_LOOK_ID },             { "attachment", IST_LOOK_ATTACHMENT },
    { "application/", IST_LOOK_ATTACHMENT },   { "image/", IST_LOOK_ATTACHMENT },
    { "name", IST_LOOK_NAME },                 { "uue", IST_LOOK_UUENCODE },
    { "multipart/signed", IST_LOOK_SEALED },   { "multipart/encrypted", IST_LOOK_SEALED },
    { "pkcs7-mime", IST_LOOK_SEALED },
  };

  size = MIN (size, MAX_LINE);
  if (is_cut (line, size))
    self->flags |= ANY_FLAG;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if ((self->flags & words[i].flag) == 0 && has_nocase (line, size, words[i].word))
      self->flags |= words[i].flag;
  if (has_nocase (line, size, "multipart/"))
    self->n_multiparts++;
  if ((self->flags & IST_LOOK_HTML) != 0 && has_nocase (line, size, "text/plain"))
    self->flags |= IST_LOOK_HTML_FIRST;
  if (has_nocase (line, size, "text/html"))
    self->flags |= IST_LOOK_HTML;
}

static gboolean
is_begin (const char *line, gsize size)
{
  return size > 10 && memcmp (line, "begin ", 6) == 0 && g_ascii_isdigit (line[6]);
}

/* "Content-…:", or the continuation of one. */
static gboolean
is_of_content_field (const Look *self, const char *line, gsize size)
{
  if (*line == ' ' || *line == '\t')
    return self->field;
  return size > 8 && g_ascii_strncasecmp (line, "Content-", 8) == 0;
}

/* Is there nothing to read in a message that is one part? */
static gboolean
is_blank (const char *data, gsize size)
{
  gsize i = 0;

  while (i < size && g_ascii_isspace (data[i]))
    i++;
  return i == size;
}

static void
look_at_line (Look *self, const char *line, gsize size)
{
  static const char binhex[] = "(This file must be converted with BinHex";
  gboolean is_field = FALSE;

  switch (line[0])
    {
    case '-':
      if (size < 2 || line[1] != '-')
        break;
      self->n_delimiters++;
      if (self->blank)
        self->flags |= IST_LOOK_EMPTY;
      break;
    case 'C':
    case 'c':
    case ' ':
    case '\t':
      is_field = is_of_content_field (self, line, size);
      if (is_field)
        look_at_field (self, line, size);
      break;
    case 'b':
      if (is_begin (line, size))
        self->flags |= IST_LOOK_UUENCODE;
      break;
    case '(':
      if (size > strlen (binhex) && memcmp (line, binhex, strlen (binhex)) == 0)
        self->flags |= IST_LOOK_MAC;
      break;
    default:
      break;
    }
  self->field = is_field;
  self->blank = line[0] == '\n' || (line[0] == '\r' && (size == 1 || line[1] == '\n'));
}

static guint
look_at (const IstMessage *message, guint *n_delimiters)
{
  Look look = { .blank = TRUE };
  gsize size;
  const char *data = ist_body_data (ist_message_original (message), &size);
  gsize start = ist_message_body_offset (message);
  gsize pos = 0;

  if (ist_text_has_high_bit (data, size) || memchr (data, 0x1B, size) != NULL)
    look.flags |= IST_LOOK_HIGH;
  while (pos < size)
    {
      const char *lf = memchr (data + pos, '\n', size - pos);
      gsize length = lf != NULL ? (gsize) (lf - data) + 1 - pos : size - pos;

      look_at_line (&look, data + pos, length);
      pos += length;
    }
  /* One in another may be empty for want of a delimiter. */
  if (look.n_multiparts == 0 ? is_blank (data + start, size - start)
                             : look.n_delimiters <= 1 || look.n_multiparts > 1 || look.blank)
    look.flags |= IST_LOOK_EMPTY;
  *n_delimiters = look.n_delimiters;
  return look.flags;
}

guint
ist_look_at (const IstMessage *message, guint *n_delimiters)
{
  guint memo = ist_message_memo (message);

  G_STATIC_ASSERT (IST_LOOK_SEALED < 1 << DELIMITER_SHIFT);
  if (memo == 0)
    {
      guint n = 0;

      memo = look_at (message, &n);
      memo |= MIN (n, MAX_DELIMITERS) << DELIMITER_SHIFT | LOOKED;
      ist_message_set_memo (message, memo);
    }
  if (n_delimiters != NULL)
    *n_delimiters = (memo & ~LOOKED) >> DELIMITER_SHIFT;
  return memo & ANY_FLAG;
}

gboolean
ist_look_may (const IstMessage *message, guint flags)
{
  return (ist_look_at (message, NULL) & flags) != 0 || ist_mime_tree_is_changed (message);
}

/* ---- nodes ---- */

gboolean
ist_look_is_own_leaf (const IstMimeNode *node)
{
  return node->children == NULL && !node->sealed && !node->in_rfc822 && !g_str_has_prefix (node->type, "multipart/")
         && !g_str_has_prefix (node->type, "message/");
}

gboolean
ist_look_is_own_text (const IstMimeNode *node, const char *subtype)
{
  return ist_look_is_own_leaf (node) && !node->attachment && node->name == NULL
         && g_str_has_prefix (node->type, "text/") && (subtype == NULL || strcmp (node->type + 5, subtype) == 0);
}

static gboolean
collect (gpointer user, IstMimeNode *node)
{
  if (ist_look_is_own_leaf (node))
    g_ptr_array_add (user, node);
  return TRUE;
}

GPtrArray *
ist_look_leaves (IstMimeNode *root)
{
  GPtrArray *leaves = g_ptr_array_new ();

  ist_mime_node_visit (root, collect, leaves);
  return leaves;
}

char *
ist_look_encoding (const IstMimeNode *node)
{
  guint i = ist_message_find_field (node->head, "Content-Transfer-Encoding", 0);
  g_autofree char *value = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (node->head, i) : NULL;

  return g_ascii_strdown (value != NULL ? value : "7bit", -1);
}

static guint
count_of (const char *data, gsize size, const char *what)
{
  gsize length = strlen (what);
  guint n = 0;

  for (const char *p = memchr (data, what[0], size); p != NULL;
       p = memchr (p + 1, what[0], size - (gsize) (p + 1 - data)))
    n += size - (gsize) (p - data) >= length && memcmp (p, what, length) == 0;
  return n;
}

char *
ist_look_text (const IstMimeNode *node, gsize max_bytes)
{
  g_autoptr (GBytes) bytes = ist_mime_node_decode (node, max_bytes);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = ist_mime_node_text (node, max_bytes, NULL);
  static const char replacement[] = "\357\277\275";

  if (text == NULL || (size > 0 && memchr (data, '\0', size) != NULL))
    return NULL;
  /* One that stood there already is the sender's. */
  if (size > 0 && count_of (text, strlen (text), replacement) > count_of (data, size, replacement))
    return NULL;
  return g_steal_pointer (&text);
}
