/*
 * convert/format/mapi-props.h - a list of MAPI properties as TNEF writes it: values stay ranges of the body.
 *
 *   const IstMapiProp *prop = ist_mapi_props_find (props, 0x0037);
 *   g_autofree char *subject = ist_mapi_prop_text (props, prop, 0);
 *
 * Source: [MS-OXTNEF] 2.1.3.4 (property lists), [MS-OXCDATA] 2.11 (types), [MS-OXPROPS] (ids).
 * Bounds: 65,536 properties and 262,144 values a list; each length is checked against the range.
 *
 * Threads: immutable after reading; any.
 */
#ifndef IST_CONVERT_FORMAT_MAPI_PROPS_H
#define IST_CONVERT_FORMAT_MAPI_PROPS_H

#include "base/body.h"

G_BEGIN_DECLS

typedef enum
{
  IST_MAPI_SHORT = 0x0002,
  IST_MAPI_LONG = 0x0003,
  IST_MAPI_BOOLEAN = 0x000B,
  IST_MAPI_OBJECT = 0x000D,
  IST_MAPI_INT64 = 0x0014,
  IST_MAPI_STRING8 = 0x001E,
  IST_MAPI_UNICODE = 0x001F,
  IST_MAPI_TIME = 0x0040,
  IST_MAPI_GUID = 0x0048,
  IST_MAPI_BINARY = 0x0102
} IstMapiType;

/* Property sets of named properties: the 16 bytes as they stand in the stream. */
extern const guint8 ist_mapi_set_common[16];      /* PSETID_Common */
extern const guint8 ist_mapi_set_appointment[16]; /* PSETID_Appointment */
extern const guint8 ist_mapi_set_meeting[16];     /* PSETID_Meeting */
extern const guint8 ist_mapi_set_task[16];        /* PSETID_Task */
extern const guint8 ist_mapi_set_address[16];     /* PSETID_Address */
extern const guint8 ist_mapi_set_public_strings[16]; /* PS_PUBLIC_STRINGS */
extern const guint8 ist_mapi_set_headers[16];     /* PS_INTERNET_HEADERS */

typedef struct
{
  gsize offset, size_bytes; /* in the body */
} IstMapiValue;

/* All members are for reading. */
typedef struct
{
  guint16 id;
  guint16 type;      /* IstMapiType, the flag of several values removed */
  gboolean is_named; /* then id has no meaning of its own, but: */
  guint8 set[16];
  guint32 lid; /* name is NULL */
  char *name;  /* UTF-8; NULL: lid counts */
  guint first_value, n_values;
} IstMapiProp;

typedef struct _IstMapiProps IstMapiProps;

/* No properties yet. 8-bit texts are read in `code_page`. References `body`. */
IstMapiProps *ist_mapi_props_new (IstBody *body, guint code_page);
void ist_mapi_props_free (IstMapiProps *props); /* NULL is allowed */

/* Adds the counted list at `offset`, at most `size_bytes` of it; *used (may be NULL) is where it ended, in bytes from
 * `offset`. FALSE: it is damaged; what stands before the damage was added. */
gboolean ist_mapi_props_read (IstMapiProps *props, gsize offset, gsize size_bytes, gsize *used);

guint ist_mapi_props_count (const IstMapiProps *props);
const IstMapiProp *ist_mapi_props_get (const IstMapiProps *props, guint i); /* borrowed */
/* The last property with this id, not a named one. Borrowed; NULL: none. */
const IstMapiProp *ist_mapi_props_find (const IstMapiProps *props, guint16 id);
const IstMapiProp *ist_mapi_props_find_lid (const IstMapiProps *props, const guint8 set[16],
                                            guint32 lid);
const IstMapiProp *ist_mapi_props_find_name (const IstMapiProps *props, const guint8 set[16],
                                             const char *name);

IstBody *ist_mapi_props_body (const IstMapiProps *props); /* borrowed */
/* The range of value `i`; FALSE when there is none or `prop` is NULL. */
gboolean ist_mapi_prop_range (const IstMapiProps *props, const IstMapiProp *prop, guint i,
                              IstMapiValue *value);
/* A text (or binary read as 8-bit text) in UTF-8 without NUL; NULL: no such value or no text. g_free(). */
char *ist_mapi_prop_text (const IstMapiProps *props, const IstMapiProp *prop, guint i);
/* A number, truth value or time (FILETIME, 100 ns since 1601) of the first value, else `fallback`. */
gint64 ist_mapi_prop_number (const IstMapiProps *props, const IstMapiProp *prop, gint64 fallback);
/* Seconds since 1970 of the first value, which is a time; 0: none, or before 1970. */
gint64 ist_mapi_prop_time_utc (const IstMapiProps *props, const IstMapiProp *prop);

/* Shorthands for what most callers do. */
char *ist_mapi_props_text (const IstMapiProps *props, guint16 id); /* NULL: none or empty */
char *ist_mapi_props_lid_text (const IstMapiProps *props, const guint8 set[16], guint32 lid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstMapiProps, ist_mapi_props_free)

G_END_DECLS

#endif
