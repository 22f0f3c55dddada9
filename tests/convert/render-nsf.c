/*
 * tests/convert/render-nsf.c - the rich texts of a Notes database as messages, for render.sh.
 *
 *   render-nsf FOLDER NAME FILE.nsf
 *
 * Writes FOLDER/NAME-1.eml… for each document with rich text, all its fields below each other, or a MIME body; a line
 * "NAME-1 none TITLE" for each on standard output. The texts go through the readers and writers alone: a mail carries
 * one note, these databases hold many, and their fields are not all called Body.
 */
#include "base/mime-tree.h"
#include "convert/format/cd-records.h"
#include "convert/format/lmbcs.h"
#include "convert/format/ndl.h"
#include "convert/format/nsf-attach.h"
#include "convert/format/nsf-value.h"
#include "convert/format/rich-html.h"

#include <stdio.h>
#include <string.h>

#define LIMIT ((gsize) 64 << 20)
#define MAX_NOTES 40

typedef struct
{
  GString *html;
  GPtrArray *parts; /* IstRichPart */
  guint n_fields;
} Sheet;

static GBytes *
first_value (const IstNsfNote *note, const char *name)
{
  gint i = ist_nsf_note_find (note, name, 0);

  return i >= 0 ? ist_nsf_note_value (note, (guint) i, NULL) : NULL;
}

static char *
address (gpointer user, const IstDocLink *link)
{
  return ist_doc_url_notes (link);
}

static void
add_field (Sheet *sheet, const IstNsfNote *note, const char *name)
{
  g_autoptr (GPtrArray) chunks = ist_nsf_note_chunks (note, name, IST_NSF_COMPOSITE, LIMIT, NULL);
  g_autoptr (GBytes) fonts = first_value (note, "$Fonts");
  g_autoptr (GBytes) links = first_value (note, "$Links");
  IstCdInput input = { chunks, fonts, links, ist_lmbcs_to_utf8 };
  g_auto (IstCdReport) report = { 0 };
  g_autofree char *prefix = g_strdup_printf ("f%u", ++sheet->n_fields);
  IstRichHtmlOptions options = { .id_prefix = prefix, .href = address };
  g_autoptr (IstRich) rich = chunks != NULL ? ist_cd_read (&input, &report) : NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *html = NULL;
  const char *begin, *end;

  if (rich == NULL || ist_rich_is_empty (rich))
    return;
  html = ist_rich_to_html (rich, &options, &parts);
  begin = strstr (html, "<body>") + strlen ("<body>");
  end = g_strrstr (html, "</body>");
  g_string_append_printf (sheet->html, "<p style=\"color:#008080;font:10px sans-serif\">%s</p>%.*s",
                          name, (int) (end - begin), begin);
  while (parts->len > 0)
    g_ptr_array_add (sheet->parts, g_ptr_array_steal_index (parts, 0));
}

static void
add_fields (Sheet *sheet, const IstNsfNote *note)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < ist_nsf_note_item_count (note); i++)
    {
      const IstNsfItem *item = ist_nsf_note_item (note, i);

      if (item->type == IST_NSF_COMPOSITE && item->name[0] != '$'
          && g_hash_table_add (done, (gpointer) item->name))
        add_field (sheet, note, item->name);
    }
}

static void
add_part (IstMimeNode *related, const IstRichPart *part)
{
  g_autoptr (IstBody) body = ist_body_new_bytes (part->bytes);
  g_autofree char *id = g_strdup_printf ("Content-ID: <%s>\r\n", part->id);
  IstMimeNode *node = ist_mime_node_new (part->type, part->name, "inline");

  ist_mime_node_set_content (node, body, 0, ist_body_size (body));
  ist_mime_node_set_field (node, "Content-ID", id);
  ist_mime_node_reread (node);
  ist_mime_node_insert (related, related->children->len, node);
}

static gboolean
write_sheet (const Sheet *sheet, const char *subject, const char *path)
{
  g_autofree char *head = g_strdup_printf (
      "Subject: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nx\r\n", subject);
  g_autoptr (GBytes) bytes = g_bytes_new (head, strlen (head));
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);
  g_autoptr (IstMessage) message = ist_message_new (body);
  g_autoptr (GBytes) out = NULL;
  IstMimeNode *root = ist_mime_tree (message);

  ist_mime_node_set_text (root, sheet->html->str);
  if (sheet->parts->len > 0)
    root = ist_mime_node_wrap (root, "related");
  for (guint i = 0; i < sheet->parts->len; i++)
    add_part (root, g_ptr_array_index (sheet->parts, i));
  ist_mime_tree_flush (message);
  out = ist_message_to_bytes (message);
  return g_file_set_contents (path, g_bytes_get_data (out, NULL), (gssize) g_bytes_get_size (out),
                              NULL);
}

static gboolean
append (gpointer user, const char *data, gsize size_bytes, GError **error)
{
  g_string_append_len (user, data, (gssize) size_bytes);
  return TRUE;
}

/* A note whose body is in MIME is nearly a mail already. */
static gboolean
write_mime (const IstNsfNote *note, const char *subject, const char *path)
{
  g_autoptr (GArray) spans = ist_nsf_note_mime (note, "Body", LIMIT, NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  if (spans == NULL || spans->len == 0)
    return FALSE;
  g_string_append_printf (out, "Subject: %s\r\nMIME-Version: 1.0\r\n", subject);
  return ist_span_write (spans, append, out, NULL)
         && g_file_set_contents (path, out->str, (gssize) out->len, NULL);
}

static gboolean
write_note (const IstNsfNote *note, const char *folder, const char *name, guint number)
{
  Sheet sheet = { g_string_new (NULL),
                  g_ptr_array_new_with_free_func ((GDestroyNotify) ist_rich_part_free), 0 };
  g_autofree char *subject = ist_nsf_note_text (note, "Subject");
  g_autofree char *path = g_strdup_printf ("%s/%s-%u.eml", folder, name, number);
  gboolean shown;

  if (subject == NULL)
    subject = ist_nsf_note_text (note, "Form");
  subject = subject != NULL ? subject : g_strdup ("(no subject)");
  g_strdelimit (subject, "\r\n", ' ');
  add_fields (&sheet, note);
  shown = sheet.html->len > 0 ? write_sheet (&sheet, subject, path)
                              : write_mime (note, subject, path);
  if (shown)
    printf ("%s-%u none %s: %s\n", name, number, name, subject);
  g_string_free (sheet.html, TRUE);
  g_ptr_array_unref (sheet.parts);
  return shown;
}

int
main (int argc, char **argv)
{
  g_autoptr (IstBody) body = argc == 4 ? ist_body_new_file (argv[3], NULL) : NULL;
  g_autoptr (IstNsf) nsf = body != NULL ? ist_nsf_open (body, NULL) : NULL;
  guint number = 1;

  if (nsf == NULL)
    {
      fprintf (stderr, "render-nsf FOLDER NAME FILE.nsf\n");
      return 2;
    }
  for (guint i = 0; i < ist_nsf_note_count (nsf) && number <= MAX_NOTES; i++)
    if ((ist_nsf_note_info (nsf, i)->note_class & IST_NSF_CLASS_MASK) == IST_NSF_CLASS_DOCUMENT)
      {
        g_autoptr (IstNsfNote) note = ist_nsf_note_load (nsf, i, NULL);

        if (note != NULL && write_note (note, argv[1], argv[2], number))
          number++;
      }
  return 0;
}
