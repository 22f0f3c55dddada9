/* A contact as vCard 3.0 (RFC 2426), a distribution list as one for each member: properties by [MS-OXOCNTC]. */
#include "convert/tnef-items.h"

#include "convert/format/code-page.h"
#include "convert/tnef-ical.h"

#include <string.h>

#define MAX_MEMBERS 1000
#define MAX_PHOTO_BYTES (1024 * 1024)

/* Several texts, escaped one by one, between semicolons (N, ADR, ORG). Nothing when all are missing. */
static void
add_list (GString *out, const char *name, char *const *texts, guint n)
{
  g_autoptr (GString) line = g_string_new (name);
  gboolean has_one = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_string_append_c (line, i == 0 ? ':' : ';');
      if (texts[i] != NULL)
        ist_tnef_ical_escape (line, texts[i]);
      has_one = has_one || texts[i] != NULL;
    }
  if (has_one)
    ist_tnef_ical_fold (out, line->str);
}

static void
add_name (GString *out, const IstTnef *tnef, const char *subject)
{
  g_autofree char *family = ist_mapi_props_text (tnef->props, 0x3A11);
  g_autofree char *given = ist_mapi_props_text (tnef->props, 0x3A06);
  g_autofree char *middle = ist_mapi_props_text (tnef->props, 0x3A44);
  g_autofree char *prefix = ist_mapi_props_text (tnef->props, 0x3A45);
  g_autofree char *suffix = ist_mapi_props_text (tnef->props, 0x3A05);
  g_autofree char *display = ist_mapi_props_text (tnef->props, 0x3001);
  const char *full = display != NULL ? display : subject != NULL ? subject : "";
  char *const texts[] = { family, given, middle, prefix, suffix };

  /* RFC 2426 3.1.2: N must be there. */
  if (family == NULL && given == NULL)
    ist_tnef_ical_text (out, "N", full);
  else
    add_list (out, "N", texts, G_N_ELEMENTS (texts));
  ist_tnef_ical_text (out, "FN", full);
}

static void
add_organization (GString *out, const IstTnef *tnef)
{
  g_autofree char *company = ist_mapi_props_text (tnef->props, 0x3A16);
  g_autofree char *department = ist_mapi_props_text (tnef->props, 0x3A18);
  char *const texts[] = { company, department };

  if (department == NULL)
    ist_tnef_ical_text (out, "ORG", company);
  else
    add_list (out, "ORG", texts, G_N_ELEMENTS (texts));
}

/* Post office box, (extended,) street, city, region, code, country. */
static void
add_postal (GString *out, const IstTnef *tnef)
{
  static const guint32 work[] = { 0x804A, 0x8045, 0x8046, 0x8047, 0x8048, 0x8049 };
  static const guint16 home[] = { 0x3A5E, 0x3A5D, 0x3A59, 0x3A5C, 0x3A5B, 0x3A5A };
  static const guint16 other[] = { 0x3A64, 0x3A63, 0x3A5F, 0x3A62, 0x3A61, 0x3A60 };
  static const char *const names[] = { "ADR;TYPE=WORK", "ADR;TYPE=HOME", "ADR;TYPE=POSTAL" };

  for (guint kind = 0; kind < G_N_ELEMENTS (names); kind++)
    {
      char *texts[7] = { NULL };

      for (guint i = 0; i < G_N_ELEMENTS (work); i++)
        texts[i == 0 ? 0 : i + 1]
            = kind == 0 ? ist_mapi_props_lid_text (tnef->props, ist_mapi_set_address, work[i])
                        : ist_mapi_props_text (tnef->props, kind == 1 ? home[i] : other[i]);
      add_list (out, names[kind], texts, G_N_ELEMENTS (texts));
      for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
        g_free (texts[i]);
    }
}

static void
add_addresses (GString *out, const IstTnef *tnef)
{
  static const guint32 mail[][2] = { { 0x8083, 0x8084 }, { 0x8093, 0x8094 }, { 0x80A3, 0x80A4 } };

  for (guint i = 0; i < G_N_ELEMENTS (mail); i++)
    {
      g_autofree char *text = ist_mapi_props_lid_text (tnef->props, ist_mapi_set_address, mail[i][0]);
      g_autofree char *original = ist_mapi_props_lid_text (tnef->props, ist_mapi_set_address, mail[i][1]);
      const char *best = text != NULL && strchr (text, '@') != NULL           ? text
                         : original != NULL && strchr (original, '@') != NULL ? original
                                                                              : NULL;

      ist_tnef_ical_text (out, i == 0 ? "EMAIL;TYPE=INTERNET,PREF" : "EMAIL;TYPE=INTERNET", best);
    }
  add_postal (out, tnef);
}

static void
add_simple (GString *out, const IstTnef *tnef)
{
  static const struct
  {
    guint16 id;
    const char *name;
  } simple[] = {
    { 0x3A17, "TITLE" },
    { 0x3A46, "ROLE" },
    { 0x3A4F, "NICKNAME" },
    { 0x3A08, "TEL;TYPE=WORK,VOICE" },
    { 0x3A1B, "TEL;TYPE=WORK,VOICE" },
    { 0x3A57, "TEL;TYPE=WORK,PREF" },
    { 0x3A09, "TEL;TYPE=HOME,VOICE" },
    { 0x3A2F, "TEL;TYPE=HOME,VOICE" },
    { 0x3A1C, "TEL;TYPE=CELL" },
    { 0x3A1E, "TEL;TYPE=CAR" },
    { 0x3A21, "TEL;TYPE=PAGER" },
    { 0x3A1A, "TEL;TYPE=PREF" },
    { 0x3A1F, "TEL;TYPE=VOICE" },
    { 0x3A2D, "TEL;TYPE=ISDN" },
    { 0x3A24, "TEL;TYPE=WORK,FAX" },
    { 0x3A25, "TEL;TYPE=HOME,FAX" },
    { 0x3A23, "TEL;TYPE=FAX" },
    { 0x3A51, "URL;TYPE=WORK" },
    { 0x3A50, "URL;TYPE=HOME" },
    { 0x3A4E, "X-MANAGER" },
    { 0x3A30, "X-ASSISTANT" },
    { 0x3A48, "X-SPOUSE" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (simple); i++)
    {
      g_autofree char *text = ist_mapi_props_text (tnef->props, simple[i].id);

      ist_tnef_ical_text (out, simple[i].name, text);
    }
}

/* [MS-OXOCNTC]: days are kept as midnight of the day in UTC. */
static void
add_day (GString *out, const IstTnef *tnef, const char *name, guint16 id)
{
  const IstMapiProp *prop = ist_mapi_props_find (tnef->props, id);
  gint64 filetime = prop != NULL && prop->type == IST_MAPI_TIME ? ist_mapi_prop_number (tnef->props, prop, 0) : 0;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *text = NULL;

  /* Many are before 1970. */
  if (filetime <= 0)
    return;
  time = g_date_time_new_from_unix_utc (filetime / 10000000 - G_GINT64_CONSTANT (11644473600));
  if (time == NULL || g_date_time_get_year (time) >= 4500)
    return;
  text = g_date_time_format (time, "%Y-%m-%d");
  ist_tnef_ical_text (out, name, text);
}

/* The picture is an attachment with PidTagAttachmentContactPhoto. */
static void
add_photo (GString *out, const IstTnef *tnef)
{
  const guint8 *data = (const guint8 *) ist_body_data (ist_mapi_props_body (tnef->props), NULL);

  for (guint i = 0; i < tnef->attachments->len; i++)
    {
      const IstTnefAttachment *a = g_ptr_array_index (tnef->attachments, i);
      g_autofree char *base64 = NULL;
      g_autofree char *line = NULL;

      if (a->message != NULL || a->size_bytes < 4 || a->size_bytes > MAX_PHOTO_BYTES
          || ist_mapi_prop_number (a->props, ist_mapi_props_find (a->props, 0x7FFF), 0) == 0)
        continue;
      base64 = g_base64_encode (data + a->offset, a->size_bytes);
      line = g_strconcat (memcmp (data + a->offset, "\x89PNG", 4) == 0 ? "PHOTO;ENCODING=b;TYPE=PNG:"
                                                                       : "PHOTO;ENCODING=b;TYPE=JPEG:",
                          base64, NULL);
      ist_tnef_ical_fold (out, line);
      return;
    }
}

static void
add_contact (GString *out, const IstTnef *tnef, const char *subject, const char *note)
{
  g_autofree char *im = ist_mapi_props_lid_text (tnef->props, ist_mapi_set_address, 0x8062);

  g_string_append (out, "BEGIN:VCARD\nVERSION:3.0\n");
  add_name (out, tnef, subject);
  add_organization (out, tnef);
  add_simple (out, tnef);
  add_addresses (out, tnef);
  ist_tnef_ical_text (out, "IMPP", im);
  add_day (out, tnef, "BDAY", 0x3A42);
  add_day (out, tnef, "X-ANNIVERSARY", 0x3A41);
  ist_tnef_ical_text (out, "NOTE", note);
  add_photo (out, tnef);
  g_string_append (out, "END:VCARD\n");
}

/* Takes a text and its NUL from between *at and `end`; NULL: there is none. */
static char *
take_text (const guint8 *data, gsize *at, gsize end, gboolean is_wide, guint code_page)
{
  gsize start = *at, unit = is_wide ? 2 : 1;

  for (; end - *at >= unit; *at += unit)
    if (data[*at] == 0 && (!is_wide || data[*at + 1] == 0))
      {
        gsize size = *at - start;

        *at += unit;
        return is_wide ? ist_code_page_from_utf16 ((const char *) data + start, size)
                       : ist_code_page_to_utf8 ((const char *) data + start, size, code_page);
      }
  return NULL;
}

/* A one-off entry id ([MS-OXCDATA] 2.2.5.1): flags, its provider, version, flags, then name, type and address. */
static void
add_member (GString *out, const guint8 *data, gsize size, guint code_page)
{
  static const guint8 provider[16] = { 0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19,
                                       0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02 };
  gsize at = 24;
  gboolean is_wide;
  g_autofree char *name = NULL, *type = NULL, *address = NULL;

  if (size < at || memcmp (data + 4, provider, 16) != 0)
    return;
  is_wide = (data[23] & 0x80) != 0;
  name = take_text (data, &at, size, is_wide, code_page);
  type = take_text (data, &at, size, is_wide, code_page);
  address = take_text (data, &at, size, is_wide, code_page);
  if (address == NULL)
    return;
  g_string_append (out, "BEGIN:VCARD\nVERSION:3.0\n");
  ist_tnef_ical_text (out, "N", *name != '\0' ? name : address);
  ist_tnef_ical_text (out, "FN", *name != '\0' ? name : address);
  ist_tnef_ical_text (out, "EMAIL;TYPE=INTERNET", strchr (address, '@') != NULL ? address : NULL);
  g_string_append (out, "END:VCARD\n");
}

/* PidLidDistributionListOneOffMembers has name and address of each. */
static void
add_members (GString *out, const IstTnef *tnef)
{
  const IstMapiProp *prop = ist_mapi_props_find_lid (tnef->props, ist_mapi_set_address, 0x8054);
  const guint8 *data = (const guint8 *) ist_body_data (ist_mapi_props_body (tnef->props), NULL);
  IstMapiValue value;

  for (guint i = 0; i < MAX_MEMBERS && prop != NULL && prop->type == IST_MAPI_BINARY
                    && ist_mapi_prop_range (tnef->props, prop, i, &value);
       i++)
    add_member (out, data + value.offset, value.size_bytes, tnef->code_page);
}

IstMimeNode *
ist_tnef_contact_new (const IstTnef *tnef, const IstMessage *head, const char *note, gboolean is_list)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *subject = ist_tnef_items_subject (tnef, head);
  g_autofree char *name = g_strdup_printf ("%s.vcf", subject != NULL ? subject : is_list ? "list" : "contact");
  IstMimeNode *node;

  if (is_list)
    add_members (out, tnef);
  else
    add_contact (out, tnef, subject, note);
  if (out->len == 0)
    return NULL;
  node = ist_mime_node_new ("text/vcard", name, "attachment");
  ist_mime_node_set_text (node, out->str);
  return node;
}
