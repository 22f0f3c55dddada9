#include "convert/format/mapi-props.h"

#include "convert/format/code-page.h"

#include <string.h>

#define MAX_PROPS 65536
#define MAX_VALUES 262144
#define MAX_NAME 4096
#define MULTI_VALUED 0x1000
/* Seconds from 1601 to 1970. */
#define EPOCH_DELTA_SECS G_GINT64_CONSTANT (11644473600)

#define SET(first, second)                                                                         \
  {                                                                                                \
    first, second, 0x06, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46                               \
  }

const guint8 ist_mapi_set_common[16] = SET (0x08, 0x20);
const guint8 ist_mapi_set_appointment[16] = SET (0x02, 0x20);
const guint8 ist_mapi_set_task[16] = SET (0x03, 0x20);
const guint8 ist_mapi_set_address[16] = SET (0x04, 0x20);
const guint8 ist_mapi_set_meeting[16] = { 0x90, 0xDA, 0xD8, 0x6E, 0x0B, 0x45, 0x1B, 0x10,
                                          0x98, 0xDA, 0x00, 0xAA, 0x00, 0x3F, 0x13, 0x05 };

const guint8 ist_mapi_set_public_strings[16] = { 0x29, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46 };
const guint8 ist_mapi_set_headers[16] = { 0x86, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46 };

struct _IstMapiProps
{
  IstBody *body;
  guint code_page;
  GArray *list;   /* IstMapiProp */
  GArray *values; /* IstMapiValue */
};

typedef struct
{
  const guint8 *data;
  gsize at, end; /* offsets in the body */
} Cursor;

static void
clear_prop (gpointer prop)
{
  g_free (((IstMapiProp *) prop)->name);
}

IstMapiProps *
ist_mapi_props_new (IstBody *body, guint code_page)
{
  IstMapiProps *props = g_new0 (IstMapiProps, 1);

  props->body = ist_body_ref (body);
  props->code_page = code_page;
  props->list = g_array_new (FALSE, TRUE, sizeof (IstMapiProp));
  g_array_set_clear_func (props->list, clear_prop);
  props->values = g_array_new (FALSE, TRUE, sizeof (IstMapiValue));
  return props;
}

void
ist_mapi_props_free (IstMapiProps *props)
{
  if (props == NULL)
    return;
  g_array_unref (props->list);
  g_array_unref (props->values);
  ist_body_unref (props->body);
  g_free (props);
}

static gboolean
take_u32 (Cursor *c, guint32 *value)
{
  const guint8 *p = c->data + c->at;

  if (c->end - c->at < 4)
    return FALSE;
  *value = p[0] | p[1] << 8 | p[2] << 16 | (guint32) p[3] << 24;
  c->at += 4;
  return TRUE;
}

/* Steps over `size` bytes and what fills them up to a multiple of four; the last value may lack its filling. */
static gboolean
take_padded (Cursor *c, gsize size, gsize *offset)
{
  gsize fill = (4 - size % 4) % 4;

  if (c->end - c->at < size)
    return FALSE;
  *offset = c->at;
  c->at += size;
  c->at += MIN (fill, c->end - c->at);
  return TRUE;
}

static gsize
fixed_size (guint16 type)
{
  switch (type)
    {
    case 0x0001: /* null */
      return 0;
    case IST_MAPI_SHORT:
    case IST_MAPI_BOOLEAN:
    case IST_MAPI_LONG:
    case 0x0004: /* float */
    case 0x000A: /* error */
      return 4;
    case 0x0005: /* double */
    case 0x0006: /* currency */
    case 0x0007: /* application time */
    case IST_MAPI_INT64:
    case IST_MAPI_TIME:
      return 8;
    case IST_MAPI_GUID:
      return 16;
    default:
      return G_MAXSIZE;
    }
}

static gboolean
is_variable (guint16 type)
{
  return type == IST_MAPI_STRING8 || type == IST_MAPI_UNICODE || type == IST_MAPI_BINARY
         || type == IST_MAPI_OBJECT;
}

static gboolean
read_name (Cursor *c, IstMapiProp *prop)
{
  guint32 kind;
  guint32 value;
  gsize offset;

  prop->is_named = TRUE;
  if (c->end - c->at < 16)
    return FALSE;
  memcpy (prop->set, c->data + c->at, 16);
  c->at += 16;
  if (!take_u32 (c, &kind) || !take_u32 (c, &value))
    return FALSE;
  if (kind == 0)
    {
      prop->lid = value;
      return TRUE;
    }
  if (kind != 1 || value > MAX_NAME || !take_padded (c, value, &offset))
    return FALSE;
  prop->name = ist_code_page_from_utf16 ((const char *) c->data + offset, value);
  return TRUE;
}

static gboolean
read_values (IstMapiProps *props, Cursor *c, IstMapiProp *prop, gboolean is_multi)
{
  gsize fixed = fixed_size (prop->type);
  guint32 n = 1;

  /* Many values of no bytes at all would be a bomb. */
  if ((fixed == G_MAXSIZE && !is_variable (prop->type)) || (fixed == 0 && is_multi))
    return FALSE;
  if ((is_multi || is_variable (prop->type)) && !take_u32 (c, &n))
    return FALSE;
  if (n > MAX_VALUES - props->values->len)
    return FALSE;
  prop->first_value = props->values->len;
  for (guint32 i = 0; i < n; i++)
    {
      IstMapiValue value = { 0, fixed };
      guint32 size;

      if (is_variable (prop->type))
        {
          if (!take_u32 (c, &size))
            return FALSE;
          value.size_bytes = size;
        }
      if (!take_padded (c, value.size_bytes, &value.offset))
        return FALSE;
      g_array_append_val (props->values, value);
      prop->n_values++;
    }
  return TRUE;
}

static gboolean
read_prop (IstMapiProps *props, Cursor *c)
{
  IstMapiProp prop = { 0 };
  guint32 tag;
  gboolean ok;

  if (!take_u32 (c, &tag))
    return FALSE;
  prop.id = (guint16) (tag >> 16);
  prop.type = (guint16) (tag & 0xFFFF & ~MULTI_VALUED);
  ok = (prop.id < 0x8000 || read_name (c, &prop))
       && read_values (props, c, &prop, (tag & MULTI_VALUED) != 0);
  if (!ok)
    {
      clear_prop (&prop);
      return FALSE;
    }
  g_array_append_val (props->list, prop);
  return TRUE;
}

gboolean
ist_mapi_props_read (IstMapiProps *props, gsize offset, gsize size_bytes, gsize *used)
{
  gsize whole;
  const char *data = ist_body_data (props->body, &whole);
  Cursor c = { (const guint8 *) data, offset, offset };
  guint32 n;
  gboolean ok;

  g_return_val_if_fail (offset <= whole && size_bytes <= whole - offset, FALSE);
  c.end = offset + size_bytes;
  ok = take_u32 (&c, &n) && n <= MAX_PROPS;
  for (guint32 i = 0; ok && i < n; i++)
    ok = props->list->len < MAX_PROPS && read_prop (props, &c);
  if (used != NULL)
    *used = c.at - offset;
  return ok;
}

guint
ist_mapi_props_count (const IstMapiProps *props)
{
  return props->list->len;
}

const IstMapiProp *
ist_mapi_props_get (const IstMapiProps *props, guint i)
{
  return &g_array_index (props->list, IstMapiProp, i);
}

const IstMapiProp *
ist_mapi_props_find (const IstMapiProps *props, guint16 id)
{
  for (guint i = props->list->len; i > 0; i--)
    if (ist_mapi_props_get (props, i - 1)->id == id && !ist_mapi_props_get (props, i - 1)->is_named)
      return ist_mapi_props_get (props, i - 1);
  return NULL;
}

static const IstMapiProp *
find_named (const IstMapiProps *props, const guint8 set[16], guint32 lid, const char *name)
{
  for (guint i = 0; i < props->list->len; i++)
    {
      const IstMapiProp *prop = ist_mapi_props_get (props, i);

      if (!prop->is_named || memcmp (prop->set, set, 16) != 0)
        continue;
      if (name != NULL ? prop->name != NULL && g_ascii_strcasecmp (prop->name, name) == 0
                       : prop->name == NULL && prop->lid == lid)
        return prop;
    }
  return NULL;
}

const IstMapiProp *
ist_mapi_props_find_lid (const IstMapiProps *props, const guint8 set[16], guint32 lid)
{
  return find_named (props, set, lid, NULL);
}

const IstMapiProp *
ist_mapi_props_find_name (const IstMapiProps *props, const guint8 set[16], const char *name)
{
  return find_named (props, set, 0, name);
}

IstBody *
ist_mapi_props_body (const IstMapiProps *props)
{
  return props->body;
}

gboolean
ist_mapi_prop_range (const IstMapiProps *props, const IstMapiProp *prop, guint i,
                     IstMapiValue *value)
{
  if (prop == NULL || i >= prop->n_values)
    return FALSE;
  *value = g_array_index (props->values, IstMapiValue, prop->first_value + i);
  return TRUE;
}

char *
ist_mapi_prop_text (const IstMapiProps *props, const IstMapiProp *prop, guint i)
{
  IstMapiValue value;
  const char *data;

  if (!ist_mapi_prop_range (props, prop, i, &value) || fixed_size (prop->type) != G_MAXSIZE)
    return NULL;
  data = ist_body_data (props->body, NULL) + value.offset;
  if (prop->type == IST_MAPI_UNICODE)
    return ist_code_page_from_utf16 (data, value.size_bytes);
  return ist_code_page_to_utf8 (data, strnlen (data, value.size_bytes), props->code_page);
}

gint64
ist_mapi_prop_number (const IstMapiProps *props, const IstMapiProp *prop, gint64 fallback)
{
  IstMapiValue value;
  const guint8 *p;
  guint64 n = 0;

  if (!ist_mapi_prop_range (props, prop, 0, &value) || fixed_size (prop->type) == G_MAXSIZE
      || value.size_bytes == 0 || value.size_bytes > 8)
    return fallback;
  p = (const guint8 *) ist_body_data (props->body, NULL) + value.offset;
  for (gsize i = value.size_bytes; i > 0; i--)
    n = n << 8 | p[i - 1];
  if (prop->type == IST_MAPI_SHORT)
    return (gint16) (n & 0xFFFF);
  if (prop->type == IST_MAPI_BOOLEAN)
    return (n & 0xFFFF) != 0;
  return value.size_bytes == 4 ? (gint64) (gint32) (guint32) n : (gint64) n;
}

gint64
ist_mapi_prop_time_utc (const IstMapiProps *props, const IstMapiProp *prop)
{
  gint64 filetime;

  if (prop == NULL || prop->type != IST_MAPI_TIME)
    return 0;
  filetime = ist_mapi_prop_number (props, prop, 0);
  return MAX (filetime / 10000000 - EPOCH_DELTA_SECS, 0);
}

static char *
not_empty (char *text)
{
  if (text != NULL && *text != '\0')
    return text;
  g_free (text);
  return NULL;
}

char *
ist_mapi_props_text (const IstMapiProps *props, guint16 id)
{
  return not_empty (ist_mapi_prop_text (props, ist_mapi_props_find (props, id), 0));
}

char *
ist_mapi_props_lid_text (const IstMapiProps *props, const guint8 set[16], guint32 lid)
{
  return not_empty (ist_mapi_prop_text (props, ist_mapi_props_find_lid (props, set, lid), 0));
}
