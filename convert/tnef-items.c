#include "convert/tnef-items.h"

#include "base/address.h"
#include "convert/catalog.h"
#include "convert/format/code-page.h"
#include "convert/tnef-text.h"

#include <string.h>

#define MAX_VOTES 31
#define LINE_OCTETS 73

char *
ist_tnef_items_address (const IstMessage *head, const char *field)
{
  guint i = ist_message_find_field (head, field, 0);
  g_autofree char *value = i != IST_MESSAGE_NOT_FOUND ? ist_message_field_value (head, i) : NULL;
  const char *open, *at;
  const char *start, *end;
  g_autofree char *address = NULL;

  if (value == NULL)
    return NULL;
  open = strrchr (value, '<');
  at = strchr (open != NULL && strchr (value, ',') == NULL ? open : value, '@');
  if (at == NULL)
    return NULL;
  for (start = at; start > value && strchr (" \t<,;:\"(", start[-1]) == NULL;)
    start--;
  for (end = at; *end != '\0' && strchr (" \t>,;)\"", *end) == NULL;)
    end++;
  address = g_strndup (start, (gsize) (end - start));
  return ist_address_is_valid (address, FALSE) ? g_steal_pointer (&address) : NULL;
}

void
ist_tnef_items_line (GString *out, const char *name, const char *text)
{
  g_autoptr (GString) line = g_string_new (name);
  gsize at = 0;

  if (text == NULL)
    return;
  g_string_append_c (line, ':');
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (line, "\\n");
    else if (*p == '\\' || *p == ';' || *p == ',')
      g_string_append_printf (line, "\\%c", *p);
    else if (!g_ascii_iscntrl (*p))
      g_string_append_c (line, *p);
  while (line->len - at > LINE_OCTETS)
    {
      gsize n = LINE_OCTETS;

      while (n > 1 && ((guchar) line->str[at + n] & 0xC0) == 0x80)
        n--;
      g_string_append_len (out, line->str + at, (gssize) n);
      g_string_append (out, "\n ");
      at += n;
    }
  g_string_append (out, line->str + at);
  g_string_append_c (out, '\n');
}

static void
add_property (GString *out, const char *name, const IstTnef *tnef, guint16 id)
{
  g_autofree char *text = ist_mapi_props_text (tnef->props, id);

  ist_tnef_items_line (out, name, text);
}

/* Several texts, escaped one by one, between semicolons (N, ADR). Nothing when all are missing. */
static void
add_list (GString *out, const char *name, char *const *texts, guint n)
{
  g_autoptr (GString) line = g_string_new (name);
  gboolean has_one = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_string_append_c (line, i == 0 ? ':' : ';');
      for (const char *p = texts[i] != NULL ? texts[i] : ""; *p != '\0'; p++)
        if (*p == '\n')
          g_string_append (line, "\\n");
        else if (!g_ascii_iscntrl (*p))
          g_string_append_printf (line, strchr ("\\;,", *p) != NULL ? "\\%c" : "%c", *p);
      has_one = has_one || texts[i] != NULL;
    }
  if (has_one)
    g_string_append_printf (out, "%s\n", line->str);
}

static void
add_name (GString *out, const IstTnef *tnef)
{
  g_autofree char *family = ist_mapi_props_text (tnef->props, 0x3A11);
  g_autofree char *given = ist_mapi_props_text (tnef->props, 0x3A06);
  g_autofree char *middle = ist_mapi_props_text (tnef->props, 0x3A44);
  g_autofree char *prefix = ist_mapi_props_text (tnef->props, 0x3A45);
  g_autofree char *suffix = ist_mapi_props_text (tnef->props, 0x3A05);
  g_autofree char *display = ist_mapi_props_text (tnef->props, 0x3001);
  const char *full = display != NULL ? display : tnef->subject != NULL ? tnef->subject : "";
  char *const texts[] = { family, given, middle, prefix, suffix };

  /* RFC 2426 3.1.2: N must be there. */
  if (family == NULL && given == NULL)
    ist_tnef_items_line (out, "N", full);
  else
    add_list (out, "N", texts, G_N_ELEMENTS (texts));
  ist_tnef_items_line (out, "FN", full);
}

static void
add_addresses (GString *out, const IstTnef *tnef)
{
  static const guint32 work[] = { 0x8045, 0x8046, 0x8047, 0x8048, 0x8049 };
  static const guint16 home[] = { 0x3A5D, 0x3A59, 0x3A5C, 0x3A5B, 0x3A5A };
  static const guint32 mail[] = { 0x8083, 0x8093, 0x80A3 };
  char *texts[7] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (mail); i++)
    {
      g_autofree char *text = ist_mapi_props_lid_text (tnef->props, ist_mapi_set_address, mail[i]);

      ist_tnef_items_line (out, "EMAIL;TYPE=INTERNET",
                           text != NULL && strchr (text, '@') != NULL ? text : NULL);
    }
  for (guint kind = 0; kind < 2; kind++)
    {
      for (guint i = 0; i < 5; i++)
        texts[i + 2] = kind == 0
                           ? ist_mapi_props_lid_text (tnef->props, ist_mapi_set_address, work[i])
                           : ist_mapi_props_text (tnef->props, home[i]);
      add_list (out, kind == 0 ? "ADR;TYPE=WORK" : "ADR;TYPE=HOME", texts, G_N_ELEMENTS (texts));
      for (guint i = 0; i < 5; i++)
        g_clear_pointer (&texts[i + 2], g_free);
    }
}

/* [MS-OXOCNTC] to vCard 3.0 (RFC 2426). */
static IstMimeNode *
make_vcard (const IstTnef *tnef, const char *note)
{
  static const struct
  {
    guint16 id;
    const char *name;
  } simple[] = {
    { 0x3A16, "ORG" },
    { 0x3A17, "TITLE" },
    { 0x3A4F, "NICKNAME" },
    { 0x3A08, "TEL;TYPE=WORK,VOICE" },
    { 0x3A09, "TEL;TYPE=HOME,VOICE" },
    { 0x3A1C, "TEL;TYPE=CELL" },
    { 0x3A24, "TEL;TYPE=WORK,FAX" },
    { 0x3A51, "URL" },
  };
  g_autoptr (GString) out = g_string_new ("BEGIN:VCARD\nVERSION:3.0\n");
  g_autofree char *name
      = g_strdup_printf ("%s.vcf", tnef->subject != NULL ? tnef->subject : "contact");
  IstMimeNode *node = ist_mime_node_new ("text/vcard", name, "attachment");

  add_name (out, tnef);
  for (gsize i = 0; i < G_N_ELEMENTS (simple); i++)
    add_property (out, simple[i].name, tnef, simple[i].id);
  add_addresses (out, tnef);
  ist_tnef_items_line (out, "NOTE", note);
  g_string_append (out, "END:VCARD\n");
  ist_mime_node_set_text (node, out->str);
  return node;
}

/* VoteOptionExtras: the names again in UTF-16, each twice, in front of which stands a count of characters. */
static void
read_wide_names (const guint8 *data, gsize at, gsize end, GPtrArray *votes)
{
  if (end - at < 2 || data[at] != 4 || data[at + 1] != 1)
    return;
  at += 2;
  for (guint i = 0; i < votes->len; i++)
    for (guint twice = 0; twice < 2; twice++)
      {
        gsize n;

        if (at >= end || (n = (gsize) data[at] * 2) >= end - at)
          return;
        if (twice == 0 && n > 0)
          {
            g_free (g_ptr_array_index (votes, i));
            g_ptr_array_index (votes, i)
                = ist_code_page_from_utf16 ((const char *) data + at + 1, n);
          }
        at += n + 1;
      }
}

/* The options of PidLidVerbStream ([MS-OXOMSG] 2.2.1.74): those of verb type 4 are votes. */
static GPtrArray *
read_votes (const IstTnef *tnef)
{
  const IstMapiProp *prop = ist_mapi_props_find_lid (tnef->props, ist_mapi_set_common, 0x8520);
  const guint8 *data = (const guint8 *) ist_body_data (ist_mapi_props_body (tnef->props), NULL);
  g_autoptr (GPtrArray) votes = g_ptr_array_new_with_free_func (g_free);
  IstMapiValue value;
  gsize at, end;

  if (!ist_mapi_prop_range (tnef->props, prop, 0, &value) || value.size_bytes < 6
      || prop->type != IST_MAPI_BINARY || data[value.offset] != 2 || data[value.offset + 1] != 1)
    return NULL;
  at = value.offset + 6;
  end = value.offset + value.size_bytes;
  for (guint i = 0; i < MIN (data[value.offset + 2], MAX_VOTES) && end - at >= 5; i++)
    {
      gboolean is_vote = data[at] == 4;
      gsize name = at + 5, name_bytes = data[at + 4];

      at += 4;
      /* Name, class, an internal text, the name again: each a count and bytes. */
      for (guint text = 0; text < 4; text++)
        {
          if (at >= end || data[at] >= end - at)
            return g_steal_pointer (&votes);
          at += (gsize) data[at] + 1;
        }
      if (is_vote && name_bytes > 0)
        g_ptr_array_add (
            votes, ist_code_page_to_utf8 ((const char *) data + name, name_bytes, tnef->code_page));
      at += MIN (29, end - at);
    }
  read_wide_names (data, at, end, votes);
  return g_steal_pointer (&votes);
}

static void
add_votes (const IstTnef *tnef, IstTnefParts *parts, const IstMessage *head,
           const IstConvertContext *context)
{
  g_autoptr (GPtrArray) votes = read_votes (tnef);
  g_autofree char *to = ist_tnef_items_address (head, "Reply-To");
  const char *language, *asks, *says;
  GString *text, *html;

  if (votes == NULL || votes->len == 0)
    return;
  language = ist_convert_language (context);
  asks = ist_catalog_raw (language, IST_TEXT_VOTE_CHOICES);
  says = ist_catalog_raw (language, IST_TEXT_VOTE_NOT_COUNTED);
  if (to == NULL)
    to = ist_tnef_items_address (head, "From");
  text = g_string_new (NULL);
  html = g_string_new (NULL);
  g_string_append_printf (text, "\n--\n%s\n", asks);
  g_string_append_printf (html, "<hr><p>%s</p><ul>", asks);
  for (guint i = 0; i < votes->len; i++)
    {
      const char *vote = g_ptr_array_index (votes, i);
      g_autofree char *subject
          = g_strdup_printf ("%s: %s", vote, tnef->subject != NULL ? tnef->subject : "");
      g_autofree char *quoted = g_uri_escape_string (subject, NULL, FALSE);
      g_autofree char *escaped = ist_tnef_text_escape (vote);
      g_autofree char *address = to != NULL ? g_uri_escape_string (to, "@", FALSE) : NULL;

      g_string_append_printf (text, "* %s", vote);
      if (address == NULL)
        {
          g_string_append_printf (html, "<li>%s</li>", escaped);
          g_string_append_c (text, '\n');
          continue;
        }
      g_string_append_printf (text, " <mailto:%s?subject=%s>\n", address, quoted);
      g_string_append_printf (html, "<li><a href=\"mailto:%s?subject=%s\">%s</a></li>", address,
                              quoted, escaped);
    }
  g_string_append_printf (text, "%s\n", says);
  g_string_append_printf (html, "</ul><p>%s</p>", says);
  parts->extra_text = g_string_free (text, FALSE);
  parts->extra_html = g_string_free (html, FALSE);
}

static gboolean
is_class (const IstTnef *tnef, const char *class)
{
  gsize n = strlen (class);

  return g_ascii_strncasecmp (tnef->message_class, class, n) == 0
         && (tnef->message_class[n] == '\0' || tnef->message_class[n] == '.');
}

void
ist_tnef_items_add (const IstTnef *tnef, IstTnefParts *parts, const IstMessage *head,
                    const IstConvertContext *context)
{
  IstMimeNode *meeting = ist_tnef_calendar_new (tnef, head, parts->text);

  if (meeting != NULL)
    g_ptr_array_add (parts->alternatives, meeting);
  if (is_class (tnef, "IPM.Contact"))
    g_ptr_array_add (parts->attachments, make_vcard (tnef, parts->text));
  if (is_class (tnef, "IPM.Task"))
    g_ptr_array_add (parts->attachments, ist_tnef_calendar_new_task (tnef));
  parts->report = ist_tnef_report_new (tnef, head);
  if (parts->report != NULL && parts->text == NULL)
    parts->report_text
        = ist_tnef_report_text (tnef, parts->report, head, ist_convert_language (context));
  add_votes (tnef, parts, head, context);
}
