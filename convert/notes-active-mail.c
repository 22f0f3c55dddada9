/*
 * notes-active-mail - what becomes of the encapsulated Notes copy of a memo on its way to Exchange: buttons, sections,
 * stored forms and native encryption work in Notes only, and what stands in the copy alone must not be lost.
 *
 * Predicate: a part is such a copy, outside of signed, encrypted and attached messages; the destination is not the
 * Internet, where notes-encap-strip alone decides.
 * Repair, by the setting active-mail: "attach" hands the very bytes to the reader as an .nsf file; "rebuild" makes
 * HTML, text and attachments of it; "auto" attaches when something in it is active, rebuilds when the message has no
 * readable text, and otherwise leaves it to notes-encap-strip, as "strip" always does. What cannot be read is never
 * removed here.
 */
#include "convert/transforms.h"

#include "base/charset.h"
#include "base/error.h"
#include "convert/active-body.h"
#include "convert/active-note.h"
#include "convert/encapsulation.h"
#include "convert/field.h"
#include "convert/format/nsf.h"
#include "convert/settings.h"

#include <gmime/gmime.h>
#include <string.h>

#define NAME "notes-active-mail"

typedef struct
{
  const IstConvertContext *context;
  const IstConvertSettings *settings; /* NULL: defaults */
  IstMessage *message;
  IstMimeNode *copy; /* the encapsulated one */
  IstBody *database;
  IstActiveNote *note; /* NULL: it cannot be read */
  char *why;           /* and why not */
} Work;

static void
work_clear (Work *self)
{
  ist_body_unref (self->database);
  ist_active_note_free (self->note);
  g_free (self->why);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* ---- finding and reading it ---- */

static gboolean
find_copy (gpointer user, IstMimeNode *node)
{
  IstMimeNode **found = user;

  if (ist_encapsulation_is (node))
    *found = node;
  return *found == NULL;
}

static char *
subject_of (const IstMessage *message)
{
  guint i = ist_message_find_field (message, "Subject", 0);
  g_autofree char *value = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (message, i) : NULL;

  return value != NULL ? g_mime_utils_header_decode_text (NULL, value) : NULL;
}

static void
read_copy (Work *self)
{
  g_autofree char *subject = subject_of (self->message);
  g_autoptr (GError) error = NULL;

  self->database = ist_mime_node_decode_body (self->copy, IST_NSF_MAX_BYTES, &error);
  if (self->database != NULL)
    self->note = ist_active_note_read (self->database, subject, &error);
  if (error != NULL)
    self->why = g_strdup (error->message);
}

/* ---- rules of the site ---- */

static gboolean
is_in (char *const *list, const char *text)
{
  for (; list != NULL && *list != NULL; list++)
    if (g_ascii_strcasecmp (*list, text) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_bypassed (const Work *self)
{
  const IstConvertSettings *settings = self->settings;

  if (settings == NULL)
    return FALSE;
  if (self->context->sender != NULL && is_in (settings->active_mail_bypass_senders, self->context->sender))
    return TRUE;
  if (self->note == NULL)
    return FALSE;
  if (is_in (settings->active_mail_bypass_forms, self->note->form))
    return TRUE;
  for (char **item = settings->active_mail_bypass_items; *item != NULL; item++)
    if (ist_active_note_has_item (self->note, *item))
      return TRUE;
  return FALSE;
}

static IstActiveMail
policy_of (const Work *self, gboolean readable)
{
  IstActiveMail policy = self->settings != NULL ? (IstActiveMail) self->settings->active_mail : IST_ACTIVE_MAIL_AUTO;

  if (is_bypassed (self))
    return IST_ACTIVE_MAIL_STRIP;
  if (policy != IST_ACTIVE_MAIL_AUTO)
    return policy;
  if (self->note != NULL && self->note->reasons->len > 0)
    return IST_ACTIVE_MAIL_ATTACH;
  return readable ? IST_ACTIVE_MAIL_STRIP : IST_ACTIVE_MAIL_REBUILD;
}

/* ---- doing it ---- */

static void
tell_unreadable (const Work *self, const char *instead)
{
  ist_message_note (self->message, NAME, "the Notes copy cannot be converted (%s); %s",
                    self->why != NULL ? self->why : self->note != NULL && self->note->sealed
                                                        ? "it is encrypted for Notes"
                                                        : "nothing readable is in it",
                    instead);
}

static void
attach (const Work *self, gboolean readable)
{
  const char *language = ist_convert_language (self->context);

  if (!ist_nsf_is_database (self->database))
    {
      tell_unreadable (self, "it stays as it came, because it is no Notes database");
      return;
    }
  ist_active_body_attach (self->message, self->copy);
  if (!readable && self->note != NULL && ist_active_note_is_readable (self->note))
    ist_active_body_add (self->message, self->note, NULL, self->settings);
  ist_active_body_add_hint (self->message, language, self->note != NULL && self->note->sealed);
  ist_message_note (self->message, NAME, "the Notes copy is attached as %s: %s", IST_ACTIVE_FILE_NAME,
                    self->note == NULL            ? "it could not be looked into"
                    : self->note->reasons->len > 0 ? self->note->reasons->str
                    : self->note->unshown          ? "a picture in it can be shown in Notes only"
                                                   : "the setting asks for it");
}

static void
rebuild (const Work *self, gboolean readable)
{
  gboolean can = self->note != NULL && ist_active_note_is_readable (self->note);

  if (can && self->note->unshown)
    {
      attach (self, readable);
      return;
    }
  if (can)
    {
      guint n_files = ist_active_body_add (self->message, self->note, self->copy, self->settings);

      ist_message_note (self->message, NAME,
                        "text made of the Notes copy (%u attachments of its own, %u records of unknown kind left out)",
                        n_files, self->note->skipped);
      return;
    }
  if (readable)
    tell_unreadable (self, "the readable text of the message stays");
  else if (self->database != NULL && ist_nsf_is_database (self->database))
    attach (self, FALSE);
  else
    tell_unreadable (self, "it stays as it came");
}

gboolean
ist_notes_active_mail (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_auto (Work) work = { .context = context, .message = message };
  IstMimeNode *root;
  gboolean readable;
  IstActiveMail policy;

  if (context->to == IST_SIDE_INTERNET || !ist_encapsulation_may_be_in (message))
    return TRUE;
  root = ist_mime_tree (message);
  if (root->sealed)
    return TRUE;
  ist_mime_node_visit (root, find_copy, &work.copy);
  if (work.copy == NULL)
    return TRUE;
  work.settings = context->settings != NULL ? ist_settings_get (context->settings, "convert", NULL) : NULL;
  readable = ist_encapsulation_is_readable_without (root);
  read_copy (&work);
  policy = policy_of (&work, readable);
  if (policy == IST_ACTIVE_MAIL_ATTACH && work.database != NULL)
    attach (&work, readable);
  else if (policy == IST_ACTIVE_MAIL_REBUILD)
    rebuild (&work, readable);
  return TRUE;
}
