/*
 * convert/catalog.c - THE table of texts: a row for each text, a column for each language.
 */
#include "convert/catalog.h"

#include <stdarg.h>
#include <string.h>

#define N_LANGUAGES 6

static const char *const languages[] = { "en", "de", "fr", "it", "ja", "pt", NULL };

static const char *const texts[IST_N_TEXTS][N_LANGUAGES] = {
  [IST_TEXT_NOTES_ATTACHED]
  = { "This message has parts that work in HCL Notes only. Its original form is attached as {name}; open it with a "
      "Notes client.",
      "Diese Nachricht enthält Teile, die nur in HCL Notes funktionieren. Die Originalform ist als {name} angehängt; "
      "öffnen Sie sie mit einem Notes-Client.",
      "Ce message contient des éléments qui ne fonctionnent que dans HCL Notes. Sa forme d’origine est jointe sous le "
      "nom {name} ; ouvrez-la avec un client Notes.",
      "Questo messaggio contiene elementi che funzionano solo in HCL Notes. La forma originale è allegata come {name}; "
      "aprirla con un client Notes.",
      "このメッセージには HCL Notes でのみ動作する部分があります。元の形式は {name} "
      "として添付されています。Notes クライアントで開いてください。",
      "Esta mensagem contém partes que só funcionam no HCL Notes. A forma original está anexada como {name}; abra-a com "
      "um cliente Notes." },
  [IST_TEXT_NOTES_SEALED]
  = { "The body of this message is encrypted for HCL Notes and can be read in a Notes client only.",
      "Der Inhalt dieser Nachricht ist für HCL Notes verschlüsselt und nur in einem Notes-Client lesbar.",
      "Le corps de ce message est chiffré pour HCL Notes et ne peut être lu que dans un client Notes.",
      "Il corpo di questo messaggio è cifrato per HCL Notes e si può leggere solo in un client Notes.",
      "このメッセージの本文は HCL Notes 用に暗号化されており、Notes クライアントでのみ読むことができます。",
      "O corpo desta mensagem está cifrado para o HCL Notes e só pode ser lido num cliente Notes." },
  [IST_TEXT_NOTES_REBUILT]
  = { "This text was made from the Notes form of the message.",
      "Dieser Text wurde aus der Notes-Form der Nachricht erzeugt.",
      "Ce texte a été produit à partir de la forme Notes du message.",
      "Questo testo è stato ricavato dalla forma Notes del messaggio.",
      "このテキストはメッセージの Notes 形式から作成されました。",
      "Este texto foi produzido a partir da forma Notes da mensagem." },
  [IST_TEXT_BUTTON] = { "[button: {label}]", "[Schaltfläche: {label}]", "[bouton : {label}]", "[pulsante: {label}]",
                        "[ボタン: {label}]", "[botão: {label}]" },
  [IST_TEXT_HOTSPOT] = { "[action in Notes]", "[Aktion in Notes]", "[action dans Notes]", "[azione in Notes]",
                         "[Notes のアクション]", "[ação no Notes]" },
  [IST_TEXT_ATTACHMENT_HERE] = { "[attachment: {name}]", "[Anhang: {name}]", "[pièce jointe : {name}]",
                                 "[allegato: {name}]", "[添付ファイル: {name}]", "[anexo: {name}]" },
  [IST_TEXT_PICTURE_MISSING] = { "[picture]", "[Bild]", "[image]", "[immagine]", "[画像]", "[imagem]" },
  [IST_TEXT_PICTURE_NAMED] = { "[picture: {name}]", "[Bild: {name}]", "[image : {name}]", "[immagine: {name}]",
                               "[画像: {name}]", "[imagem: {name}]" },
  [IST_TEXT_POPUP] = { "[note: {text}]", "[Hinweis: {text}]", "[note : {text}]", "[nota: {text}]", "[注記: {text}]",
                       "[nota: {text}]" },
  [IST_TEXT_FIELD] = { "[field: {name}]", "[Feld: {name}]", "[champ : {name}]", "[campo: {name}]", "[フィールド: {name}]",
                       "[campo: {name}]" },
  [IST_TEXT_SECTION] = { "Section", "Abschnitt", "Section", "Sezione", "セクション", "Secção" },
  [IST_TEXT_TAB] = { "Tab {number}", "Register {number}", "Onglet {number}", "Scheda {number}", "タブ {number}",
                     "Separador {number}" },
  [IST_TEXT_DOCLINK] = { "Notes link", "Notes-Verknüpfung", "Lien Notes", "Collegamento Notes", "Notes リンク",
                         "Ligação do Notes" },
  [IST_TEXT_LINKED_COPY]
  = { "Copy of the linked document: {title}", "Kopie des verknüpften Dokuments: {title}",
      "Copie du document lié : {title}", "Copia del documento collegato: {title}", "リンク先文書のコピー: {title}",
      "Cópia do documento ligado: {title}" },
  [IST_TEXT_VOTE_CHOICES] = { "Please vote by choosing one of these answers:",
                              "Bitte stimmen Sie ab, indem Sie eine der Antworten wählen:",
                              "Veuillez voter en choisissant l’une de ces réponses :",
                              "Si prega di votare scegliendo una di queste risposte:",
                              "次の回答から一つを選んで投票してください:",
                              "Vote escolhendo uma destas respostas:" },
  [IST_TEXT_VOTE_NOT_COUNTED]
  = { "An answer from here reaches the sender as a message; it is not counted in Outlook’s tracking.",
      "Eine Antwort von hier erreicht den Absender als Nachricht; in der Statusanzeige von Outlook wird sie nicht "
      "gezählt.",
      "Une réponse envoyée d’ici parvient à l’expéditeur sous forme de message ; elle n’est pas comptée dans le suivi "
      "d’Outlook.",
      "Una risposta inviata da qui arriva al mittente come messaggio; non è conteggiata nella verifica di Outlook.",
      "ここからの回答は送信者にメッセージとして届きますが、Outlook の集計には含まれません。",
      "Uma resposta enviada daqui chega ao remetente como mensagem; não é contada no controlo do Outlook." },
  [IST_TEXT_EMBEDDED_OBJECT] = { "[embedded object: {name}]", "[eingebettetes Objekt: {name}]",
                                 "[objet incorporé : {name}]", "[oggetto incorporato: {name}]",
                                 "[埋め込みオブジェクト: {name}]", "[objeto incorporado: {name}]" },
  [IST_TEXT_RECEIPT_READ]
  = { "Your message “{subject}” was read by {recipient}.", "Ihre Nachricht „{subject}“ wurde von {recipient} gelesen.",
      "Votre message « {subject} » a été lu par {recipient}.", "Il messaggio “{subject}” è stato letto da {recipient}.",
      "メッセージ「{subject}」は {recipient} によって開封されました。",
      "A sua mensagem “{subject}” foi lida por {recipient}." },
  [IST_TEXT_RECEIPT_DELETED]
  = { "Your message “{subject}” was deleted by {recipient} without being read.",
      "Ihre Nachricht „{subject}“ wurde von {recipient} ungelesen gelöscht.",
      "Votre message « {subject} » a été supprimé par {recipient} sans avoir été lu.",
      "Il messaggio “{subject}” è stato eliminato da {recipient} senza essere letto.",
      "メッセージ「{subject}」は {recipient} によって開封されずに削除されました。",
      "A sua mensagem “{subject}” foi eliminada por {recipient} sem ter sido lida." },
  [IST_TEXT_DELIVERY_REPORT] = { "This is a report about the delivery of a message.",
                                 "Dies ist ein Bericht über die Zustellung einer Nachricht.",
                                 "Ceci est un rapport sur la distribution d’un message.",
                                 "Questo è un rapporto sulla consegna di un messaggio.",
                                 "これはメッセージの配信に関するレポートです。",
                                 "Este é um relatório sobre a entrega de uma mensagem." },
  [IST_TEXT_RECALL]
  = { "{sender} wants to recall the message “{subject}”.", "{sender} möchte die Nachricht „{subject}“ zurückrufen.",
      "{sender} souhaite rappeler le message « {subject} ».", "{sender} desidera richiamare il messaggio “{subject}”.",
      "{sender} はメッセージ「{subject}」の取り消しを希望しています。",
      "{sender} pretende anular o envio da mensagem “{subject}”." },
  [IST_TEXT_RECALL_ADVICE]
  = { "Notes cannot do this by itself. If you have that message, please delete it.",
      "Notes kann das nicht selbst tun. Bitte löschen Sie diese Nachricht, falls Sie sie erhalten haben.",
      "Notes ne peut pas le faire de lui-même. Si vous avez reçu ce message, veuillez le supprimer.",
      "Notes non può farlo da solo. Se il messaggio è arrivato, si prega di eliminarlo.",
      "Notes では自動的に取り消すことができません。このメッセージを受信している場合は削除してください。",
      "O Notes não o consegue fazer por si. Se recebeu essa mensagem, elimine-a." },
  [IST_TEXT_DAMAGED] = { "The part {name} could not be read and was left as it came.",
                         "Der Teil {name} war nicht lesbar und blieb, wie er kam.",
                         "La partie {name} n’a pas pu être lue et a été laissée telle quelle.",
                         "La parte {name} non è leggibile ed è rimasta com’era.",
                         "{name} の部分は読み取れなかったため、そのまま残されました。",
                         "A parte {name} não pôde ser lida e ficou como veio." },
};

const char *const *
ist_catalog_languages (void)
{
  return languages;
}

const char *
ist_catalog_raw (const char *language, IstTextId id)
{
  g_return_val_if_fail (id < IST_N_TEXTS, "");
  for (gsize i = 0; language != NULL && i < N_LANGUAGES; i++)
    if (g_ascii_strncasecmp (language, languages[i], 2) == 0 && !g_ascii_isalpha (language[2]))
      return texts[id][i];
  return texts[id][0];
}

char *
ist_catalog_text (const char *language, IstTextId id, ...)
{
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  const char *text = ist_catalog_raw (language, id);
  GString *out = g_string_new (NULL);
  const char *name;
  va_list args;

  va_start (args, id);
  while ((name = va_arg (args, const char *)) != NULL)
    g_hash_table_insert (values, (gpointer) name, (gpointer) va_arg (args, const char *));
  va_end (args);
  while (*text != '\0')
    {
      const char *open = strchr (text, '{');
      const char *close = open != NULL ? strchr (open, '}') : NULL;
      g_autofree char *key = close != NULL ? g_strndup (open + 1, (gsize) (close - open - 1)) : NULL;
      const char *value = key != NULL ? g_hash_table_lookup (values, key) : NULL;

      if (close == NULL)
        {
          g_string_append (out, text);
          break;
        }
      g_string_append_len (out, text, open - text);
      g_string_append (out, value != NULL ? value : "");
      text = close + 1;
    }
  return g_string_free (out, FALSE);
}
