/*
 * base/settings.h - the configuration: one file, one immutable snapshot, one table of rows.
 *
 * Each folder describes its groups in a settings.c as IstSettingGroup tables: struct, keys, types,
 * defaults, limits, a sentence. The parser, `isthmusctl config`, the manual page and the reference
 * are all made from these rows.
 *
 *   g_autoptr (IstSettings) s = ist_settings_load (path, groups, errors);
 *   const IstListenerSettings *l = ist_settings_get (s, "listener", "smtp-in");
 *
 * File syntax: "[kind]" or "[kind NAME]", "key = value", "#" or ";" comment lines, a value is
 * continued on a line that starts with a blank. A repeated group or key is an error. Lists are
 * separated by commas. A kind with profiles has "[kind]" and any number of "[kind NAME]" beside it: what
 * is not written there is as in "[kind]".
 *
 * Threads: a snapshot is immutable and reference-counted.
 */
#ifndef IST_BASE_SETTINGS_H
#define IST_BASE_SETTINGS_H

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

typedef struct _IstSettings IstSettings;

/* Field type in the struct behind each: */
typedef enum
{
  IST_SETTING_BOOL,     /* gboolean; yes/no/true/false/on/off */
  IST_SETTING_INT,      /* gint64 */
  IST_SETTING_SECS,     /* gint64 seconds; "90", "90s", "5m", "24h", "5d" */
  IST_SETTING_BYTES,    /* gint64; "4096", "32K", "50M", "2G" */
  IST_SETTING_STRING,   /* char *, NULL when empty */
  IST_SETTING_PATH,     /* char *; relative to the file's folder */
  IST_SETTING_LIST,     /* char **, NULL-ended, never NULL */
  IST_SETTING_SECS_LIST,/* GArray of gint64 seconds */
  IST_SETTING_ENUM,     /* int; index into row->names */
  IST_SETTING_ENDPOINT, /* char *: "ADDRESS:PORT" or "[V6]:PORT" (port 0 allowed), or "unix:PATH" */
  IST_SETTING_CIDRS,    /* GPtrArray of GInetAddressMask */
  IST_SETTING_GROUP     /* char *: the NAME of a group of kind row->unit that must exist */
} IstSettingType;

typedef enum
{
  IST_APPLIES_AT_ONCE,
  IST_APPLIES_NEW_SESSIONS,
  IST_APPLIES_RESTART
} IstApplies;

typedef struct
{
  const char *key;
  IstSettingType type;
  gsize offset;              /* G_STRUCT_OFFSET in the group's struct */
  const char *def;           /* as it would be written; NULL: empty/none */
  gint64 min, max;           /* INT, SECS, BYTES; both 0: any non-negative */
  const char *const *names;  /* ENUM, NULL-ended */
  const char *unit;          /* for people; GROUP: the kind referred to */
  gboolean required;
  gboolean secret;           /* shown as "(hidden)" */
  IstApplies applies;
  const char *sentence;
} IstSettingRow;

/* Every group struct begins with this. */
typedef struct
{
  char *name;                /* "" for unnamed groups */
  guint line;                /* 0: not in the file (defaults) */
} IstGroup;

typedef struct _IstSettingGroup IstSettingGroup;
struct _IstSettingGroup
{
  const char *kind;
  gboolean named;            /* unnamed groups always exist, with defaults */
  gboolean profiles;         /* not named: there may be named ones too, based on the unnamed one */
  gsize struct_size;
  const IstSettingRow *rows; /* ended by a row with key NULL */
  const char *sentence;
  /* Optional: checks that need more than one key. Adds messages with ist_settings_complain(). */
  void (*check) (const IstSettings *settings, const IstGroup *group, GPtrArray *errors);
};

/* Reads `path`. `tables` is a NULL-ended list. On any error NULL, and `errors` (GPtrArray of char *)
 * gets one line each: "FILE:LINE: [listener in] max-size: \"50X\" is no size; write 50M". */
IstSettings *ist_settings_load (const char *path, const IstSettingGroup *const *tables,
                                GPtrArray *errors);
/* The same from memory; `folder` is what relative paths are relative to. */
IstSettings *ist_settings_parse (const char *text, const char *file_name, const char *folder,
                                 const IstSettingGroup *const *tables, GPtrArray *errors);

IstSettings *ist_settings_ref (IstSettings *settings);
void ist_settings_unref (IstSettings *settings);

/* The struct of an unnamed group (name NULL or "") or of the named one; NULL when there is none. */
gconstpointer ist_settings_get (const IstSettings *settings, const char *kind, const char *name);

/* All of a kind, in file order; borrowed, never NULL. Elements begin with IstGroup. */
const GPtrArray *ist_settings_list (const IstSettings *settings, const char *kind);

const char *ist_settings_path (const IstSettings *settings);

/* One error line for a group (check functions). */
void ist_settings_complain (const IstSettings *settings, const IstGroup *group, const char *key,
                            GPtrArray *errors, const char *format, ...) G_GNUC_PRINTF (5, 6);

/* "key = value" lines of everything in force, defaults marked; secrets hidden. Of a profile, what is as in its
 * unnamed group counts as default. g_free(). */
char *ist_settings_show (const IstSettings *settings, gboolean with_defaults);

/* The same as JSON: {"file", "groups": [{"kind", "name", "line", "keys": {KEY: VALUE}}]}; line 0: not in the
 * file. The caller's reference. */
json_t *ist_settings_show_json (const IstSettings *settings, gboolean with_defaults);

/* Names of keys that differ ("[log] level"), NULL-ended, split by when they apply. g_strfreev(). */
char **ist_settings_diff (const IstSettings *old, const IstSettings *new_, IstApplies applies);

/* The reference of all groups and keys: plain text for the console, or the body of the manual page. */
char *ist_settings_reference (const IstSettingGroup *const *tables, gboolean as_man_page);

/* The same as JSON: a list of {"kind", "named", "profiles", "sentence", "keys": [{"key", "sentence", "allowed",
 * "default", "required", "secret", "applies"}]}. The caller's reference. */
json_t *ist_settings_reference_json (const IstSettingGroup *const *tables);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstSettings, ist_settings_unref)

G_END_DECLS

#endif
