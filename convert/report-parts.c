#include "convert/report-parts.h"

#include "base/address.h"
#include "base/imcea.h"
#include "convert/field.h"

#include <string.h>

#define MAX_TEXT ((gsize) 256 * 1024)

char *
ist_report_parts_text (IstMimeNode *root)
{
  IstMimeNode *node = ist_mime_node_find (root, "text/plain");
  char *text;

  if (node == NULL || node->in_rfc822 || ist_mime_node_size (node) > MAX_TEXT)
    return NULL;
  text = ist_mime_node_text (node, MAX_TEXT, NULL);
  return text;
}

char *
ist_report_parts_fields (const IstMimeNode *node)
{
  g_autoptr (GBytes) bytes = ist_mime_node_decode (node, MAX_TEXT);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (size == 0 || size >= MAX_TEXT || memchr (data, '\0', size) != NULL)
    return NULL;
  return g_strndup (data, size);
}

static gboolean
collect_status (gpointer user, IstMimeNode *node)
{
  if (node->children == NULL && !node->in_rfc822 && !node->sealed
      && strcmp (node->type, "message/delivery-status") == 0)
    g_ptr_array_add (user, node);
  return TRUE;
}

GPtrArray *
ist_report_parts_statuses (IstMimeNode *root)
{
  GPtrArray *nodes = g_ptr_array_new ();

  ist_mime_node_visit (root, collect_status, nodes);
  return nodes;
}

IstMimeNode *
ist_report_parts_wrap (IstMessage *message, const char *report_type)
{
  IstMimeNode *root = ist_mime_tree (message);
  g_autofree char *boundary = NULL;
  g_autofree char *raw = NULL;

  if (strcmp (root->type, "multipart/mixed") != 0 || root->children == NULL)
    root = ist_mime_node_wrap (root, "report");
  boundary = ist_mime_node_parameter (root, "boundary");
  raw = g_strdup_printf ("Content-Type: multipart/report; report-type=%s;\r\n\tboundary=\"%s\"\r\n",
                         report_type, boundary != NULL ? boundary : "");
  ist_mime_node_set_field (root, "Content-Type", raw);
  ist_mime_node_reread (root);
  return root;
}

static IstBody *
ascii_body (const char *lines)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  for (const char *p = lines; *p != '\0'; p++)
    g_string_append_c (out, (guchar) *p < 127 ? *p : '?');
  bytes = g_bytes_new (out->str, out->len);
  return ist_body_new_bytes (bytes);
}

void
ist_report_parts_add (IstMimeNode *report, const char *type, const char *lines)
{
  IstMimeNode *node = ist_mime_node_new (type, NULL, NULL);
  g_autoptr (IstBody) body = ascii_body (lines);

  ist_mime_node_set_raw (node, body, 0, ist_body_size (body));
  ist_mime_node_insert (report, 1, node);
}

char *
ist_report_parts_line (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0' && out->len < 900; p++)
    {
      if ((guchar) *p > 32 && (guchar) *p < 127)
        g_string_append_c (out, *p);
      else if ((guchar) *p <= 32)
        {
          if (out->len > 0 && out->str[out->len - 1] != ' ')
            g_string_append_c (out, ' ');
        }
      else if ((guchar) *p == 127 || ((guchar) *p & 0xC0) != 0x80)
        g_string_append_c (out, '?');
    }
  return g_strchomp (g_string_free (out, FALSE));
}

char *
ist_report_parts_find_status (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    {
      const char *q = p + 2;
      guint digits[2] = { 0, 0 };

      if ((*p != '4' && *p != '5') || p[1] != '.'
          || (p > text && (g_ascii_isalnum (p[-1]) || p[-1] == '.')))
        continue;
      while (digits[0] < 3 && g_ascii_isdigit (q[0]))
        q++, digits[0]++;
      if (digits[0] == 0 || *q != '.')
        continue;
      q++;
      while (digits[1] < 3 && g_ascii_isdigit (q[0]))
        q++, digits[1]++;
      if (digits[1] > 0 && !g_ascii_isalnum (*q) && (*q != '.' || !g_ascii_isdigit (q[1])))
        return g_strndup (p, (gsize) (q - p));
    }
  return NULL;
}

static gboolean
is_edge (char c)
{
  return strchr ("<>()[]\"',;:", c) != NULL;
}

char *
ist_report_parts_find_address (const char *text, const char **type)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n<>()\"", 200);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      char *word = words[i];
      g_autofree char *local = NULL;
      g_autofree char *kind = NULL;
      char *inside = NULL;

      if (g_ascii_strncasecmp (word, "mailto:", 7) == 0)
        word += 7;
      while (*word != '\0' && is_edge (*word))
        word++;
      while (*word != '\0' && (is_edge (word[strlen (word) - 1]) || word[strlen (word) - 1] == '.'))
        word[strlen (word) - 1] = '\0';
      if (!ist_address_split (word, &local, NULL))
        continue;
      *type = "rfc822";
      if (!ist_imcea_decode (local, &kind, &inside))
        return g_strdup (word);
      *type = strcmp (kind, "EX") == 0      ? "x500"
              : strcmp (kind, "NOTES") == 0 ? "x-notes"
                                            : "rfc822";
      if (strcmp (*type, "rfc822") != 0 && g_utf8_validate (inside, -1, NULL))
        return inside;
      g_free (inside);
      return g_strdup (word);
    }
  return NULL;
}
