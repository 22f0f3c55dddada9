/*
 * exchange-out-of-office - older Exchange servers do not say in the header that nobody wrote their absence notices;
 * the absence agent of Notes answers them.
 *
 * Predicate: the subject begins as that of an absence notice of Exchange, in one of its languages, and a header field
 * of Exchange or Outlook stands by it; or the fields of RFC 3834 and of Exchange's rules say so in any language.
 * Repair: Auto-Submitted (RFC 3834) and X-Auto-Response-Suppress; Precedence: bulk as well, which agents that know
 * neither look at.
 */
#include "convert/transforms.h"

#include "convert/auto-reply.h"
#include "convert/field.h"

#define NAME "exchange-out-of-office"

static const char *const begins[] = { "automatic reply:",
                                      "out of office autoreply:",
                                      "out of office:",
                                      "automatische antwort:",
                                      "abwesenheitsnotiz:",
                                      "réponse automatique",
                                      "réponse d'absence",
                                      "absent du bureau",
                                      "respuesta automática:",
                                      "fuera de la oficina:",
                                      "risposta automatica:",
                                      "fuori ufficio:",
                                      "automatisch antwoord:",
                                      "afwezigheidsbericht:",
                                      "niet aanwezig:",
                                      "resposta automática:",
                                      "autosvar:",
                                      "automatiskt svar:",
                                      "automatisk svar:",
                                      "automaattinen vastaus:",
                                      "odpowiedź automatyczna:",
                                      "automatická odpověď:",
                                      "автоматический ответ:",
                                      "自動応答:",
                                      "自动答复:",
                                      "自動回覆:",
                                      "자동 회신:",
                                      NULL };
static const char *const contains[] = { NULL };

static gboolean
is_from_exchange (const IstMessage *message)
{
  static const char *const names[] = { "X-MS-Has-Attach",
                                       "X-MS-TNEF-Correlator",
                                       "Thread-Index",
                                       "X-MimeOLE",
                                       "Content-Class",
                                       "X-Auto-Response-Suppress",
                                       "X-OriginatorOrg",
                                       "X-MS-Exchange-Organization-AuthAs",
                                       "X-MS-Exchange-CrossTenant-Id",
                                       "X-MS-Exchange-Inbox-Rules-Loop" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (ist_field_exists (message, names[i]))
      return TRUE;
  return FALSE;
}

/* Exchange 2010 and later say it in the header, whatever the language of the subject. Meeting answers of rooms and
 * reports are automatic too, but no agent answers them. */
static gboolean
is_marked (const IstMessage *message)
{
  if (ist_field_begins (message, "Content-Type", "multipart/report"))
    return FALSE;
  return ist_field_begins (message, "Auto-Submitted", "auto-replied")
         || (ist_field_begins (message, "Auto-Submitted", "auto-generated")
             && ist_field_exists (message, "X-MS-Exchange-Inbox-Rules-Loop"));
}

gboolean
ist_exchange_out_of_office (const IstConvertContext *context, IstMessage *message, GError **error)
{
  if (!is_marked (message)
      && (!ist_auto_reply_is_absence (message, begins, contains) || !is_from_exchange (message)))
    return TRUE;
  ist_auto_reply_mark (message, NAME, "auto-replied", "All");
  if (!ist_field_exists (message, "Precedence"))
    {
      ist_field_put (message, "Precedence", "bulk");
      ist_message_note (message, NAME, "Precedence: bulk added");
    }
  return TRUE;
}
