#include "convert/active-note.h"

#include "base/error.h"
#include "convert/catalog.h"
#include "convert/format/cd-records.h"
#include "convert/format/lmbcs.h"
#include "convert/format/nsf-attach.h"
#include "convert/format/nsf-value.h"

#include <string.h>

#define MAX_LINKED 10
#define MAX_BODY ((gsize) 64 * 1024 * 1024)

void
ist_active_note_free (IstActiveNote *self)
{
  if (self == NULL)
    return;
  g_free (self->form);
  g_free (self->unid);
  g_string_free (self->reasons, TRUE);
  ist_rich_free (self->rich);
  g_free (self->text);
  if (self->mime != NULL)
    g_array_unref (self->mime);
  if (self->files != NULL)
    g_ptr_array_unref (self->files);
  g_strfreev (self->items);
  g_free (self);
}

/* ---- which note ---- */

static gboolean
has_subject (const IstNsfNote *note, const char *subject)
{
  g_autofree char *own = ist_nsf_note_text (note, "Subject");

  return own != NULL && subject != NULL && strcmp (own, subject) == 0;
}

/* *index: of the note in the database. */
static IstNsfNote *
find_memo (IstNsf *nsf, const char *subject, guint *index, GError **error)
{
  guint found_at = 0, fits_at = 0;
  g_autoptr (IstNsfNote) found = NULL;
  g_autoptr (IstNsfNote) fits = NULL;
  guint n = 0, n_fit = 0;

  for (guint i = 0; i < ist_nsf_note_count (nsf); i++)
    {
      g_autoptr (IstNsfNote) note = NULL;

      if ((ist_nsf_note_info (nsf, i)->note_class & IST_NSF_CLASS_MASK) != IST_NSF_CLASS_DOCUMENT)
        continue;
      note = ist_nsf_note_load (nsf, i, NULL);
      if (note == NULL)
        continue;
      n++;
      if (has_subject (note, subject) && n_fit++ == 0)
        {
          fits = g_steal_pointer (&note);
          fits_at = i;
        }
      else if (found == NULL)
        {
          found = g_steal_pointer (&note);
          found_at = i;
        }
    }
  *index = n_fit == 1 ? fits_at : found_at;
  if (n_fit == 1)
    return g_steal_pointer (&fits);
  if (n == 1 && found != NULL)
    return g_steal_pointer (&found);
  g_set_error (error, IST_ERROR, IST_ERROR_REFUSED,
               n == 0 ? "the database holds no document that can be read"
                      : "the database holds %u documents, and which one the memo is cannot be told",
               n);
  return NULL;
}

/* ---- what is active ---- */

static void
add_reason (IstActiveNote *self, const char *reason)
{
  if (strstr (self->reasons->str, reason) != NULL)
    return;
  g_string_append_printf (self->reasons, "%s%s", self->reasons->len > 0 ? ", " : "", reason);
}

gboolean
ist_active_note_has_item (const IstActiveNote *self, const char *name)
{
  for (char **item = self->items; *item != NULL; item++)
    if (g_ascii_strcasecmp (*item, name) == 0)
      return TRUE;
  return FALSE;
}

/* Items that a form leaves when it is stored in the document. */
static gboolean
has_stored_form (const IstActiveNote *self)
{
  return ist_active_note_has_item (self, "$Body_StoredForm") || ist_active_note_has_item (self, "$Fields_StoredForm")
         || ist_active_note_has_item (self, "$Title_StoredForm")
         || (ist_active_note_has_item (self, "$TITLE") && ist_active_note_has_item (self, "$BODY"));
}

static const char *
reason_of (const IstRichNode *node)
{
  if (node->kind == IST_RICH_SECTION)
    return "sections";
  if (node->kind == IST_RICH_TABS)
    return "tabbed tables";
  if (node->kind != IST_RICH_MARK)
    return NULL;
  if (node->u.mark.kind == IST_RICH_MARK_BUTTON)
    return "buttons";
  if (node->u.mark.kind == IST_RICH_MARK_ACTION)
    return "actions";
  if (node->u.mark.kind == IST_RICH_MARK_OBJECT)
    return "embedded objects";
  return NULL;
}

static void
find_reasons (IstActiveNote *self)
{
  IstRichNode *root = self->rich != NULL ? ist_rich_root (self->rich) : NULL;

  if (self->sealed)
    add_reason (self, "encryption for Notes");
  if (has_stored_form (self))
    add_reason (self, "a stored form");
  for (IstRichNode *node = root; node != NULL; node = ist_rich_next (root, node))
    {
      const char *reason = reason_of (node);

      if (reason != NULL)
        add_reason (self, reason);
      if (node->kind == IST_RICH_MARK && node->u.mark.kind == IST_RICH_MARK_MISSING)
        self->unshown = TRUE;
    }
}

/* ---- reading ---- */

static GBytes *
first_value (const IstNsfNote *note, const char *name)
{
  gint i = ist_nsf_note_find (note, name, 0);

  return i >= 0 ? ist_nsf_note_value (note, (guint) i, NULL) : NULL;
}

static char *
lmbcs (const void *data, gsize size_bytes)
{
  return ist_lmbcs_to_utf8 (data, size_bytes);
}

/* The rich text of a note into `block`, or a new tree with `block` NULL. FALSE: it has none. */
static gboolean
read_rich (IstActiveNote *self, const IstNsfNote *note, IstRichNode *block)
{
  g_autoptr (GPtrArray) chunks = ist_nsf_note_chunks (note, "Body", IST_NSF_COMPOSITE, MAX_BODY, NULL);
  g_autoptr (GBytes) fonts = first_value (note, "$Fonts");
  g_autoptr (GBytes) links = first_value (note, "$Links");
  IstCdInput input = { .chunks = chunks, .fonts = fonts, .links = links, .to_utf8 = lmbcs };
  g_auto (IstCdReport) report = { 0 };

  if (chunks == NULL || chunks->len == 0)
    return FALSE;
  if (block != NULL)
    {
      ist_cd_read_into (self->rich, block, &input, &report);
      return TRUE;
    }
  self->rich = ist_cd_read (&input, &report);
  self->skipped = report.unknown;
  self->damaged = report.damaged_chunks > 0 || ist_rich_truncated (self->rich);
  return TRUE;
}

static void
read_items (IstActiveNote *self, const IstNsfNote *note)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < ist_nsf_note_item_count (note); i++)
    g_ptr_array_add (names, g_strdup (ist_nsf_note_item (note, i)->name));
  g_ptr_array_add (names, NULL);
  self->items = (char **) g_ptr_array_free (names, FALSE);
}

static void
read_files (IstActiveNote *self, const IstNsfNote *note)
{
  g_autoptr (GPtrArray) all = ist_nsf_note_attachments (note);

  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) ist_nsf_attachment_free);
  while (all->len > 0)
    {
      IstNsfAttachment *file = g_ptr_array_steal_index (all, 0);

      if (ist_nsf_attachment_is_file (file))
        g_ptr_array_add (self->files, file);
      else
        {
          add_reason (self, "embedded objects");
          ist_nsf_attachment_free (file);
        }
    }
}

IstActiveNote *
ist_active_note_read (IstBody *database, const char *subject, GError **error)
{
  g_autoptr (IstNsf) nsf = ist_nsf_open (database, error);
  guint index = 0;
  g_autoptr (IstNsfNote) note = nsf != NULL ? find_memo (nsf, subject, &index, error) : NULL;
  IstActiveNote *self;

  if (note == NULL)
    return NULL;
  self = g_new0 (IstActiveNote, 1);
  self->reasons = g_string_new (NULL);
  self->form = ist_nsf_note_text (note, "Form");
  if (self->form == NULL)
    self->form = g_strdup ("");
  self->unid = ist_nsf_unid_text (ist_nsf_note_info (nsf, index)->unid);
  self->sealed = ist_nsf_note_is_sealed (note);
  read_items (self, note);
  read_files (self, note);
  if (!self->sealed)
    {
      read_rich (self, note, NULL);
      self->mime = ist_nsf_note_mime (note, "Body", MAX_BODY, NULL);
      if (self->mime != NULL && self->mime->len == 0)
        g_clear_pointer (&self->mime, g_array_unref);
      if (self->rich == NULL && self->mime == NULL)
        self->text = ist_nsf_note_text (note, "Body");
    }
  find_reasons (self);
  return self;
}

/* ---- linked documents ---- */

/* The links of the text to other documents, each once: IstDocLink of the tree. */
static GPtrArray *
links_of (const IstActiveNote *self)
{
  GPtrArray *links = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  IstRichNode *root = ist_rich_root (self->rich);

  g_hash_table_add (seen, self->unid);
  for (IstRichNode *node = root; node != NULL; node = ist_rich_next (root, node))
    if (node->kind == IST_RICH_LINK && node->u.link.doc != NULL && node->u.link.doc->note != NULL
        && g_hash_table_add (seen, node->u.link.doc->note))
      g_ptr_array_add (links, node->u.link.doc);
  return links;
}

/* UNIDs of the documents, each with its index + 1: the links may be many, and the documents too. */
static GHashTable *
documents_of (IstNsf *nsf)
{
  GHashTable *documents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < ist_nsf_note_count (nsf); i++)
    {
      const IstNsfNoteInfo *info = ist_nsf_note_info (nsf, i);

      if ((info->note_class & IST_NSF_CLASS_MASK) == IST_NSF_CLASS_DOCUMENT)
        g_hash_table_insert (documents, ist_nsf_unid_text (info->unid), GUINT_TO_POINTER (i + 1));
    }
  return documents;
}

static gboolean
add_linked (IstActiveNote *self, const IstNsfNote *note, const IstDocLink *link, const char *language)
{
  static const IstRichFont bold = { IST_RICH_BOLD, 0, IST_RICH_NO_COLOUR, IST_RICH_NO_COLOUR, NULL };
  static const IstRichFont normal = IST_RICH_FONT_DEFAULT;
  static const IstRichParagraph plain = { 0 };
  g_autofree char *subject = ist_nsf_note_text (note, "Subject");
  const char *title = subject != NULL && *subject != '\0' ? subject : link->title != NULL ? link->title : "";
  g_autofree char *heading = ist_catalog_text (language, IST_TEXT_LINKED_COPY, "title", title, NULL);
  g_autofree char *text = NULL;
  IstRichNode *section;

  ist_rich_add_rule (self->rich, ist_rich_root (self->rich));
  section = ist_rich_add_section (self->rich, ist_rich_root (self->rich), heading, &bold, TRUE);
  if (section == NULL)
    return FALSE;
  if (read_rich (self, note, section))
    return TRUE;
  text = ist_nsf_note_text (note, "Body");
  if (text != NULL)
    ist_rich_add_text (self->rich, ist_rich_add_paragraph (self->rich, section, &plain), &normal, text, -1);
  return text != NULL;
}

guint
ist_active_note_add_linked (IstActiveNote *self, IstBody *database, const char *language)
{
  g_autoptr (IstNsf) nsf = self->rich != NULL ? ist_nsf_open (database, NULL) : NULL;
  g_autoptr (GPtrArray) links = nsf != NULL ? links_of (self) : NULL;
  g_autoptr (GHashTable) documents = nsf != NULL ? documents_of (nsf) : NULL;
  guint n = 0;

  for (guint i = 0; links != NULL && i < links->len && n < MAX_LINKED; i++)
    {
      const IstDocLink *link = g_ptr_array_index (links, i);
      guint index = GPOINTER_TO_UINT (g_hash_table_lookup (documents, link->note));
      g_autoptr (IstNsfNote) note = index > 0 ? ist_nsf_note_load (nsf, index - 1, NULL) : NULL;

      if (note != NULL && !ist_nsf_note_is_sealed (note) && add_linked (self, note, link, language))
        n++;
    }
  return n;
}

gboolean
ist_active_note_is_readable (const IstActiveNote *self)
{
  return !self->sealed && !self->damaged
         && ((self->rich != NULL && !ist_rich_is_empty (self->rich)) || self->text != NULL || self->mime != NULL);
}
