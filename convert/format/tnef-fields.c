#include "convert/format/tnef-private.h"

#include "base/error.h"
#include "convert/format/code-page.h"
#include "convert/format/rtf-lzfu.h"

#include <string.h>

static void
fill_text (char **member, const IstMapiProps *props, guint16 id)
{
  char *text = ist_mapi_props_text (props, id);

  if (text == NULL)
    return;
  g_free (*member);
  *member = text;
}

/* An address property counts as SMTP when it says so or has an at sign; X.500 names ("/O=…") are no use elsewhere. */
static void
fill_address (char **member, const IstMapiProps *props, guint16 smtp, guint16 kind, guint16 address)
{
  g_autofree char *type = NULL;

  fill_text (member, props, smtp);
  if (*member != NULL)
    return;
  type = ist_mapi_props_text (props, kind);
  if (type == NULL || g_ascii_strcasecmp (type, "SMTP") == 0)
    fill_text (member, props, address);
  if (*member != NULL && strchr (*member, '@') == NULL)
    g_clear_pointer (member, g_free);
}

IstTnefPerson *
ist_tnef_fields_person (const IstMapiProps *row)
{
  IstTnefPerson *person = g_new0 (IstTnefPerson, 1);

  fill_text (&person->name, row, 0x3001);
  fill_address (&person->address, row, 0x39FE, 0x3002, 0x3003);
  person->kind = (gint32) ist_mapi_prop_number (row, ist_mapi_props_find (row, 0x0C15), 1);
  person->flags = (gint32) ist_mapi_prop_number (row, ist_mapi_props_find (row, 0x5FFD), 0);
  person->answer = (gint32) ist_mapi_prop_number (row, ist_mapi_props_find (row, 0x5FFF), 0);
  return person;
}

void
ist_tnef_fields_free_person (gpointer user)
{
  IstTnefPerson *person = user;

  g_free (person->name);
  g_free (person->address);
  g_free (person);
}

void
ist_tnef_fields_fill (IstTnef *tnef)
{
  const IstMapiProps *props = tnef->props;
  gint64 sent = ist_mapi_prop_time_utc (props, ist_mapi_props_find (props, 0x0039));
  gint64 received = ist_mapi_prop_time_utc (props, ist_mapi_props_find (props, 0x0E06));

  fill_text (&tnef->message_class, props, 0x001A);
  if (tnef->message_class == NULL)
    tnef->message_class = g_strdup ("IPM.Note");
  fill_text (&tnef->subject, props, 0x0037);
  if (sent != 0)
    tnef->sent_utc = sent;
  if (received != 0)
    tnef->received_utc = received;
  fill_text (&tnef->sender.name, props, 0x0C1A);
  if (tnef->sender.name == NULL)
    fill_text (&tnef->sender.name, props, 0x0042);
  if (tnef->sender.address == NULL)
    fill_address (&tnef->sender.address, props, 0x5D01, 0x0C1E, 0x0C1F);
  if (tnef->sender.address == NULL)
    fill_address (&tnef->sender.address, props, 0x5D02, 0x0064, 0x0065);
}

static void
strip_brackets (char *id)
{
  gsize n = id != NULL ? strlen (id) : 0;

  if (n < 2 || id[0] != '<' || id[n - 1] != '>')
    return;
  memmove (id, id + 1, n - 2);
  id[n - 2] = '\0';
}

void
ist_tnef_fields_fill_attachment (IstTnefAttachment *a)
{
  gint64 position
      = ist_mapi_prop_number (a->props, ist_mapi_props_find (a->props, 0x370B), a->position);

  fill_text (&a->long_name, a->props, 0x3707);
  fill_text (&a->short_name, a->props, 0x3704);
  fill_text (&a->transport_name, a->props, 0x370C);
  fill_text (&a->display_name, a->props, 0x3001);
  fill_text (&a->mime_type, a->props, 0x370E);
  fill_text (&a->content_id, a->props, 0x3712);
  fill_text (&a->content_location, a->props, 0x3713);
  strip_brackets (a->content_id);
  a->position = (gint32) position;
  a->hidden = ist_mapi_prop_number (a->props, ist_mapi_props_find (a->props, 0x7FFE), 0) != 0;
}

const char *
ist_tnef_attachment_name (const IstTnefAttachment *a)
{
  const char *const names[] = { a->long_name, a->short_name, a->transport_name, a->display_name };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *name = names[i];

      if (name == NULL)
        continue;
      for (const char *p = name; *p != '\0'; p++)
        if (*p == '/' || *p == '\\')
          name = p + 1;
      if (*name != '\0')
        return name;
    }
  return NULL;
}

static gboolean
fits (gsize size, gsize max_bytes, GError **error)
{
  if (size <= max_bytes)
    return TRUE;
  g_set_error (error, IST_ERROR, IST_ERROR_REFUSED,
               "TNEF: the text has more than %" G_GSIZE_FORMAT " bytes", max_bytes);
  return FALSE;
}

static char *
to_lf (char *text)
{
  char *to = text;

  for (const char *p = text; *p != '\0'; p++)
    if (*p != '\r' || p[1] != '\n')
      *to++ = *p == '\r' ? '\n' : *p;
  *to = '\0';
  return text;
}

char *
ist_tnef_text (const IstTnef *tnef, gsize max_bytes, GError **error)
{
  const IstMapiProp *prop = ist_mapi_props_find (tnef->props, 0x1000);
  const char *data = ist_body_data (ist_mapi_props_body (tnef->props), NULL);
  IstMapiValue value;
  char *text;

  if (ist_mapi_prop_range (tnef->props, prop, 0, &value))
    {
      if (!fits (value.size_bytes, max_bytes, error))
        return NULL;
      text = ist_mapi_prop_text (tnef->props, prop, 0);
      return text != NULL ? to_lf (text) : NULL;
    }
  if (tnef->text_bytes == 0 || !fits (tnef->text_bytes, max_bytes, error))
    return NULL;
  data += tnef->text_offset;
  return to_lf (ist_code_page_to_utf8 (data, strnlen (data, tnef->text_bytes), tnef->code_page));
}

char *
ist_tnef_html (const IstTnef *tnef, gsize max_bytes, GError **error)
{
  const IstMapiProp *prop = ist_mapi_props_find (tnef->props, 0x1013);
  const char *data = ist_body_data (ist_mapi_props_body (tnef->props), NULL);
  gint64 page = ist_mapi_prop_number (tnef->props, ist_mapi_props_find (tnef->props, 0x3FDE),
                                      tnef->code_page);
  IstMapiValue value;

  if (!ist_mapi_prop_range (tnef->props, prop, 0, &value) || value.size_bytes == 0
      || !fits (value.size_bytes, max_bytes, error))
    return NULL;
  if (prop->type == IST_MAPI_UNICODE)
    return to_lf (ist_code_page_from_utf16 (data + value.offset, value.size_bytes));
  return to_lf (ist_code_page_to_utf8 (data + value.offset, value.size_bytes, (guint) page));
}

GBytes *
ist_tnef_rtf (const IstTnef *tnef, gsize max_bytes, gboolean *whole, GError **error)
{
  const IstMapiProp *prop = ist_mapi_props_find (tnef->props, 0x1009);
  const char *data = ist_body_data (ist_mapi_props_body (tnef->props), NULL);
  IstMapiValue value;

  if (prop == NULL || prop->type != IST_MAPI_BINARY
      || !ist_mapi_prop_range (tnef->props, prop, 0, &value) || value.size_bytes == 0)
    return NULL;
  return ist_rtf_lzfu_expand (data + value.offset, value.size_bytes, max_bytes, whole, error);
}
