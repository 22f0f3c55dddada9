/*
 * A TNEF stream: its attributes with their checksums, its properties, attachments and embedded messages.
 */
#include "convert/inspect-private.h"

#include "convert/format/tnef-walk.h"
#include "convert/format/tnef.h"

#include <string.h>

#define MAX_RTF ((gsize) 8 * 1024 * 1024)

static const char *
type_name (guint16 type)
{
  static const struct
  {
    guint16 type;
    const char *name;
  } names[] = {
    { 0x0001, "null" },           { IST_MAPI_SHORT, "short" },     { IST_MAPI_LONG, "long" },
    { 0x0004, "float" },          { 0x0005, "double" },            { 0x0006, "currency" },
    { 0x0007, "application time" }, { 0x000A, "error" },           { IST_MAPI_BOOLEAN, "boolean" },
    { IST_MAPI_OBJECT, "object" }, { IST_MAPI_INT64, "int64" },    { IST_MAPI_STRING8, "string8" },
    { IST_MAPI_UNICODE, "unicode" }, { IST_MAPI_TIME, "time" },    { IST_MAPI_GUID, "guid" },
    { IST_MAPI_BINARY, "binary" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].type == type)
      return names[i].name;
  return NULL;
}

static gboolean
is_made_of (const char *text, const char *besides)
{
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (besides, *p) == NULL)
      return FALSE;
  return TRUE;
}

/* "IPM.Microsoft Mail.Note": whatever else stands there is no class. */
static gboolean
is_class (const char *text)
{
  static const char *const roots[] = { "IPM.", "REPORT.", "IPC.", "Remote." };

  for (gsize i = 0; i < G_N_ELEMENTS (roots); i++)
    if (g_ascii_strncasecmp (text, roots[i], strlen (roots[i])) == 0)
      return is_made_of (text, ".-_ ");
  return FALSE;
}

/* As Windows writes it: the first three groups are numbers, least byte first. */
static char *
guid_text (const guint8 p[16])
{
  return g_strdup_printf ("%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", p[3], p[2], p[1],
                          p[0], p[5], p[4], p[7], p[6], p[8], p[9], p[10], p[11], p[12], p[13], p[14], p[15]);
}

static json_t *
property (const IstMapiProps *props, const IstMapiProp *prop)
{
  json_t *entry = json_object ();
  IstMapiValue value;
  gsize size = 0;

  for (guint i = 0; ist_mapi_prop_range (props, prop, i, &value); i++)
    size += value.size_bytes;
  if (!prop->is_named)
    inspect_set_hex (entry, "id", prop->id, 4);
  else
    {
      g_autofree char *set = guid_text (prop->set);

      json_object_set_new (entry, "set", json_string (set));
      if (prop->name == NULL)
        inspect_set_hex (entry, "number", prop->lid, 8);
      inspect_set_word (entry, "name", prop->name);
    }
  if (type_name (prop->type) != NULL)
    json_object_set_new (entry, "type", json_string (type_name (prop->type)));
  else
    inspect_set_hex (entry, "type", prop->type, 4);
  if (prop->n_values != 1)
    json_object_set_new (entry, "values", json_integer (prop->n_values));
  inspect_set_size (entry, "size_bytes", size);
  return entry;
}

static json_t *
properties (Inspect *self, const IstMapiProps *props)
{
  json_t *list = json_array ();

  for (guint i = 0; i < ist_mapi_props_count (props); i++)
    inspect_append (self, list, property (props, ist_mapi_props_get (props, i)));
  return list;
}

static json_t *
attribute_entry (const IstTnefAttribute *attribute)
{
  static const char *const sums[] = { "good", "wrong", "missing" };
  json_t *entry = json_object ();

  inspect_set_hex (entry, "id", attribute->id, 4);
  json_object_set_new (entry, "level", json_string (attribute->level == 1 ? "message" : "attachment"));
  if (ist_tnef_attribute_name (attribute->id) != NULL)
    json_object_set_new (entry, "name", json_string (ist_tnef_attribute_name (attribute->id)));
  inspect_set_hex (entry, "type", attribute->type, 4);
  inspect_set_size (entry, "size_bytes", attribute->size_bytes);
  if (attribute->size_bytes < attribute->declared_bytes)
    inspect_set_size (entry, "declared_bytes", attribute->declared_bytes);
  json_object_set_new (entry, "checksum", json_string (sums[attribute->sum]));
  return entry;
}

/* All attributes in the range, how many of their checksums are wrong, and where they end if not at its end. */
static void
add_attributes (Inspect *self, json_t *answer, const IstBody *body, gsize offset, gsize size)
{
  json_t *list = json_array ();
  IstTnefWalk walk = ist_tnef_walk_begin (body, offset, size);
  IstTnefAttribute attribute;
  guint wrong = 0;

  while (ist_tnef_walk_next (&walk, &attribute))
    {
      wrong += attribute.sum != IST_TNEF_SUM_GOOD;
      inspect_append (self, list, attribute_entry (&attribute));
    }
  json_object_set_new (answer, "checksums_not_good", json_integer (wrong));
  if (walk.at < walk.end)
    json_object_set_new (answer, "no_attribute",
                         json_pack ("{s:I,s:I}", "at_offset", (json_int_t) (walk.at - offset), "bytes_left",
                                    (json_int_t) (walk.end - walk.at)));
  json_object_set_new (answer, "attributes", list);
}

static void
add_rtf (Inspect *self, json_t *answer, const IstTnef *tnef)
{
  g_autoptr (GError) error = NULL;
  gboolean whole = TRUE;
  g_autoptr (GBytes) rtf = NULL;
  json_t *entry;

  if (inspect_may_read (self, MAX_RTF))
    rtf = ist_tnef_rtf (tnef, MAX_RTF, &whole, &error);
  if (rtf == NULL && error == NULL)
    return;
  entry = json_object ();
  if (rtf != NULL)
    inspect_set_size (entry, "size_bytes", g_bytes_get_size (rtf));
  inspect_set_true (entry, "damaged", !whole || rtf == NULL);
  json_object_set_new (answer, "rtf_expanded", entry);
}

static void
add_recipients (json_t *answer, const IstTnef *tnef)
{
  guint to = 0, cc = 0, bcc = 0;

  for (guint i = 0; i < tnef->recipients->len; i++)
    {
      gint32 kind = ((const IstTnefPerson *) g_ptr_array_index (tnef->recipients, i))->kind;

      to += kind == 1;
      cc += kind == 2;
      bcc += kind == 3;
    }
  json_object_set_new (answer, "recipients",
                       json_pack ("{s:i,s:i,s:i,s:i}", "all", (int) tnef->recipients->len, "to", (int) to, "cc",
                                  (int) cc, "bcc", (int) bcc));
}

static void describe (Inspect *self, json_t *answer, IstBody *body, gsize offset, gsize size, const IstTnef *tnef);

static json_t *
attachment_entry (Inspect *self, IstBody *body, const IstTnefAttachment *a)
{
  static const char *const kinds[] = { "file", "embedded message", "compound document" };
  json_t *entry = json_object ();
  g_autoptr (GBytes) bytes = ist_body_slice (body, a->offset, a->size_bytes);
  g_autoptr (IstBody) data = ist_body_new_bytes (bytes);
  json_t *inner;

  json_object_set_new (entry, "kind", json_string (kinds[a->kind]));
  inspect_set_ending (entry, ist_tnef_attachment_name (a));
  inspect_set_word (entry, "mime_type", a->mime_type != NULL && is_made_of (a->mime_type, ".-_+/") ? a->mime_type : NULL);
  inspect_set_size (entry, "size_bytes", a->size_bytes);
  if (a->position >= 0)
    json_object_set_new (entry, "position", json_integer (a->position));
  inspect_set_true (entry, "hidden", a->hidden);
  inspect_set_true (entry, "has_id", a->content_id != NULL);
  json_object_set_new (entry, "properties", properties (self, a->props));
  if (a->message != NULL)
    {
      json_t *message = json_object ();

      describe (self, message, body, a->offset, a->size_bytes, a->message);
      json_object_set_new (entry, "message", message);
      return entry;
    }
  inner = inspect_inner (self, data);
  if (inner != NULL)
    json_object_set_new (entry, "inside", inner);
  return entry;
}

static void
describe (Inspect *self, json_t *answer, IstBody *body, gsize offset, gsize size, const IstTnef *tnef)
{
  json_t *attachments = json_array ();

  json_object_set_new (answer, "code_page", json_integer (tnef->code_page));
  inspect_set_word (answer, "message_class", is_class (tnef->message_class) ? tnef->message_class : "unusual");
  if (tnef->damage != NULL)
    inspect_set_word (answer, "damage", tnef->damage);
  add_recipients (answer, tnef);
  add_rtf (self, answer, tnef);
  add_attributes (self, answer, body, offset, size);
  json_object_set_new (answer, "properties", properties (self, tnef->props));
  for (guint i = 0; i < tnef->attachments->len; i++)
    inspect_append (self, attachments, attachment_entry (self, body, g_ptr_array_index (tnef->attachments, i)));
  json_object_set_new (answer, "attachments", attachments);
}

json_t *
inspect_tnef (Inspect *self, IstBody *body, gsize offset, gsize size_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IstTnef) tnef = ist_tnef_read (body, offset, size_bytes, &error);
  json_t *answer = json_pack ("{s:s,s:I,s:b}", "kind", "TNEF stream", "size_bytes", (json_int_t) size_bytes, "readable",
                              TRUE);

  if (tnef != NULL)
    {
      describe (self, answer, body, offset, size_bytes, tnef);
      return answer;
    }
  inspect_refuse (answer, error->message);
  add_attributes (self, answer, body, offset, size_bytes);
  return answer;
}
