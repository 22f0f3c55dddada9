/*
 * notes-out-of-office - the absence agent and service of Notes do not say in the header that nobody wrote their
 * answers; Exchange's own absence notice answers them, and the two go on until one side's memory ends them.
 *
 * Predicate: written by Notes, and the subject is that of an absence notice, or the item $AssistMail, which every
 * agent sets, came along. Or it says Auto-Submitted: auto-replied already.
 * Repair: Auto-Submitted (RFC 3834) and X-Auto-Response-Suppress. For other agents than the absence agent only
 * answers are suppressed, because their mail may want a failure report.
 */
#include "convert/transforms.h"

#include "convert/auto-reply.h"
#include "convert/field.h"

#include <string.h>

#define NAME "notes-out-of-office"

static const char *const begins[] = { NULL };
static const char *const contains[] = { " is out of the office",
                                        " will be out of the office",
                                        " ist außer haus",
                                        " ist nicht im büro",
                                        " ist außer büro",
                                        " ist abwesend",
                                        " est absent",
                                        " est absente",
                                        " n'est pas au bureau",
                                        " está fuera de la oficina",
                                        " no está en la oficina",
                                        " è fuori ufficio",
                                        " è assente",
                                        " non è in ufficio",
                                        " is niet aanwezig",
                                        " is afwezig",
                                        " is niet op kantoor",
                                        " está ausente",
                                        " está fora do escritório",
                                        " är inte på kontoret",
                                        " er ikke på kontoret",
                                        " on poissa",
                                        "は不在です",
                                        "不在办公室",
                                        NULL };

/* The service puts "AUTO: " in front of a subject that the user wrote himself, and the day of return behind it. */
static gboolean
is_own_subject (const IstMessage *message)
{
  g_autofree char *subject = ist_field_text (message, "Subject");
  const char *day = subject != NULL ? strrchr (subject, '(') : NULL;

  return day != NULL && g_str_has_prefix (subject, "AUTO: ") && g_str_has_suffix (day, ")")
         && strpbrk (day, "0123456789") != NULL;
}

/* Exchange goes by its own field. A report is none that it would answer. */
static gboolean
is_half_marked (const IstMessage *message)
{
  return ist_field_begins (message, "Auto-Submitted", "auto-replied")
         && !ist_field_begins (message, "Content-Type", "multipart/report");
}

gboolean
ist_notes_out_of_office (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autofree char *agent = NULL;

  if (is_half_marked (message))
    {
      ist_auto_reply_mark (message, NAME, "auto-replied", "All");
      return TRUE;
    }
  if (ist_auto_reply_is_absence (message, begins, contains) || is_own_subject (message))
    {
      if (ist_field_is_notes_made (message))
        ist_auto_reply_mark (message, NAME, "auto-replied", "All");
      return TRUE;
    }
  agent = ist_field_notes_item (message, "$AssistMail");
  if (agent != NULL && strcmp (agent, "1") == 0)
    ist_auto_reply_mark (message, NAME, "auto-generated", "OOF, AutoReply");
  return TRUE;
}
