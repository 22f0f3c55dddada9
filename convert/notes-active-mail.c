/*
 * notes-active-mail - what becomes of the encapsulated Notes copy of a memo on its way to Exchange: buttons, sections,
 * stored forms and native encryption work in Notes only, and what stands in the copy alone must not be lost.
 *
 * Predicate: a part is such a copy, outside of signed, encrypted and attached messages.
 * Repair, by the setting active-mail: "attach" hands the very bytes to the reader as an .nsf file; "rebuild" makes
 * HTML, text and attachments of it; "auto" attaches when something in it is active, rebuilds when the message has no
 * readable text, and otherwise leaves it to notes-encap-strip, as "strip" always does. What cannot be read is never
 * removed here.
 * Towards the Internet the copy is always stripped, for nobody there could open it and it holds more than its sender sees;
 * a message that would have no text left gets the one of the copy.
 */
#include "convert/transforms.h"

#include "base/charset.h"
#include "base/error.h"
#include "convert/active-body.h"
#include "convert/active-note.h"
#include "convert/encapsulation.h"
#include "convert/field.h"
#include "convert/format/nsf.h"
#include "convert/limits.h"

#include <gmime/gmime.h>
#include <string.h>

#define NAME "notes-active-mail"
#define MAX_COPIES 20

/* All copies of a message. */
typedef struct
{
  guint n_left;      /* copies that stay where they are: the first ones in the tree */
  gboolean attached; /* a copy was, and the reader must be told */
  gboolean sealed;   /* of those one is encrypted */
} Run;

/* One of them. */
typedef struct
{
  const IstConvertContext *context;
  IstMessage *message;
  Run *run;
  IstMimeNode *copy;
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

typedef struct
{
  guint n_before; /* copies to pass over */
  IstMimeNode *found;
} Finding;

static gboolean
find_copy (gpointer user, IstMimeNode *node)
{
  Finding *finding = user;

  if (ist_encapsulation_is (node) && finding->n_before-- == 0)
    finding->found = node;
  return finding->found == NULL;
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
  for (; *list != NULL; list++)
    if (g_ascii_strcasecmp (*list, text) == 0)
      return TRUE;
  return FALSE;
}

/* An address, or "@domain" for all of it. */
static gboolean
is_sender_in (char *const *list, const char *sender)
{
  const char *at = sender != NULL ? strrchr (sender, '@') : NULL;

  return sender != NULL && (is_in (list, sender) || (at != NULL && is_in (list, at)));
}

static gboolean
has_item_of (const IstActiveNote *note, char *const *list)
{
  for (; *list != NULL; list++)
    if (ist_active_note_has_item (note, *list))
      return TRUE;
  return FALSE;
}

static gboolean
is_listed (const Work *self, char *const *forms, char *const *items, char *const *senders)
{
  return is_sender_in (senders, self->context->sender)
         || (self->note != NULL && (is_in (forms, self->note->form) || has_item_of (self->note, items)));
}

/* Of a copy that cannot be read neither form nor items are known: only its sender can be on a list. */
static gboolean
is_ruled_out (const Work *self)
{
  const IstConvertSettings *s = self->context->settings;

  if (s == NULL)
    return FALSE;
  if (is_listed (self, s->active_mail_bypass_forms, s->active_mail_bypass_items, s->active_mail_bypass_senders))
    return TRUE;
  if (*s->active_mail_allow_forms == NULL && *s->active_mail_allow_items == NULL && *s->active_mail_allow_senders == NULL)
    return FALSE;
  return !is_listed (self, s->active_mail_allow_forms, s->active_mail_allow_items, s->active_mail_allow_senders);
}

static IstActiveMail
policy_of (const Work *self, gboolean readable)
{
  const IstConvertSettings *settings = self->context->settings;
  IstActiveMail policy = settings != NULL ? (IstActiveMail) settings->active_mail : IST_ACTIVE_MAIL_AUTO;

  if (self->context->to == IST_SIDE_INTERNET)
    return IST_ACTIVE_MAIL_REBUILD; /* what is readable was stripped */
  if (is_ruled_out (self))
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

/* Text and files of the copy, as ist_active_body_add(). */
static gboolean
add_body (const Work *self, const IstActiveReader *reader, IstMimeNode *copy, guint *n_files, GError **error)
{
  guint n = 0;

  if (self->context->settings != NULL && self->context->settings->doclinks_snapshot)
    n = ist_active_note_add_linked (self->note, self->database, reader->language);
  if (!ist_active_body_add (self->message, reader, self->note, copy, n_files, error))
    return FALSE;
  if (n > 0)
    ist_message_note (self->message, NAME, "copies of %u linked documents stand below the text", n);
  return TRUE;
}

/* attach() and rebuild(): is the copy gone from its place? */
static gboolean
attach (const Work *self, gboolean readable)
{
  const IstActiveReader reader = { self->context, ist_convert_language (self->context) };
  g_autoptr (GError) error = NULL;
  guint n_files;

  if (!ist_nsf_is_database (self->database))
    {
      tell_unreadable (self, readable ? "it is not attached, because it is no Notes database"
                                      : "it stays as it came, because it is no Notes database");
      return FALSE;
    }
  ist_active_body_attach (self->message, self->copy);
  /* Its files are in the database that is attached. */
  if (!readable && self->note != NULL && ist_active_note_is_readable (self->note)
      && !add_body (self, &reader, NULL, &n_files, &error))
    ist_message_note (self->message, NAME, "no text is made of the Notes copy: %s", error->message);
  self->run->attached = TRUE;
  self->run->sealed |= self->note != NULL && self->note->sealed;
  ist_message_note (self->message, NAME, "the Notes copy is attached as %s: %s%s", IST_ACTIVE_FILE_NAME,
                    self->note == NULL             ? "it could not be looked into: "
                    : self->note->reasons->len > 0 ? self->note->reasons->str
                    : self->note->unshown          ? "a picture in it can be shown in Notes only"
                                                   : "the setting asks for it",
                    self->note == NULL && self->why != NULL ? self->why : "");
  return TRUE;
}

static gboolean
rebuild (Work *self, gboolean readable)
{
  const IstActiveReader reader = { self->context, ist_convert_language (self->context) };
  g_autoptr (GError) error = NULL;
  guint n_files = 0;
  gboolean can = self->note != NULL && ist_active_note_is_readable (self->note);

  /* Outside nobody could open the attachment. */
  if (can && self->note->unshown && self->context->to != IST_SIDE_INTERNET)
    return attach (self, readable);
  if (can)
    {
      if (add_body (self, &reader, self->copy, &n_files, &error))
        {
          ist_message_note (
              self->message, NAME,
              "text made of the Notes copy (%u attachments of its own, %u records of unknown kind left out)", n_files,
              self->note->skipped);
          return TRUE;
        }
      g_free (self->why);
      self->why = g_strdup (error->message);
    }
  if (!readable && self->context->to != IST_SIDE_INTERNET && self->database != NULL
      && ist_nsf_is_database (self->database))
    return attach (self, FALSE);
  tell_unreadable (self, readable ? "the readable text of the message stays" : "it stays as it came");
  return FALSE;
}

static gboolean
is_auto (const Work *self)
{
  return self->context->settings == NULL || self->context->settings->active_mail == IST_ACTIVE_MAIL_AUTO;
}

/* By the policy; what it leaves is stripped or stays. */
static gboolean
convert_copy (Work *self, gboolean readable)
{
  IstActiveMail policy;

  read_copy (self);
  policy = policy_of (self, readable);
  if (policy == IST_ACTIVE_MAIL_ATTACH && self->database != NULL)
    return attach (self, readable);
  if (policy == IST_ACTIVE_MAIL_REBUILD)
    return rebuild (self, readable);
  /* What is active in it, auto could not find out. */
  if (self->note == NULL && is_auto (self) && !is_ruled_out (self))
    tell_unreadable (self, "the readable text of the message stays");
  return FALSE;
}

/* The next copy that nothing was decided of; FALSE: there is none, or none that needs it. */
static gboolean
convert_next (const IstConvertContext *context, IstMessage *message, Run *run)
{
  g_auto (Work) work = { .context = context, .message = message, .run = run };
  IstMimeNode *root = ist_mime_tree (message);
  gboolean readable = ist_encapsulation_is_readable_without (root);
  Finding finding = { .n_before = run->n_left };

  if (context->to == IST_SIDE_INTERNET && readable)
    return FALSE;
  ist_mime_node_visit (root, find_copy, &finding);
  work.copy = finding.found;
  if (work.copy == NULL)
    return FALSE;
  if (!convert_copy (&work, readable))
    run->n_left++;
  return TRUE;
}

gboolean
ist_notes_active_mail (const IstConvertContext *context, IstMessage *message, GError **error)
{
  Run run = { 0 };
  guint i;

  if (!ist_encapsulation_may_be_in (message) || ist_mime_tree (message)->sealed)
    return TRUE;
  for (i = 0; i < MAX_COPIES && convert_next (context, message, &run); i++)
    ;
  if (i == MAX_COPIES)
    ist_message_note (message, IST_LIMITS_NOTE, "%u Notes copies looked into; if there are more, they stay", i);
  if (run.attached)
    ist_active_body_add_hint (message, ist_convert_language (context), run.sealed);
  /* Also where that is switched off, and of several copies all. */
  return context->to == IST_SIDE_INTERNET ? ist_notes_encap_strip (context, message, error) : TRUE;
}
