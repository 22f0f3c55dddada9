#include "base/settings-value.h"

#include <gio/gio.h>
#include <string.h>

typedef struct
{
  const char *suffix;
  gint64 factor;
} Unit;

static const Unit seconds_units[]
    = { { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 }, { "", 1 }, { NULL, 0 } };
static const Unit bytes_units[] = { { "K", 1024 },
                                    { "M", 1024 * 1024 },
                                    { "G", 1024 * 1024 * 1024 },
                                    { "", 1 },
                                    { NULL, 0 } };

static gboolean
parse_number (const char *text, const Unit *units, gint64 *out)
{
  char *end;
  guint64 number;

  if (!g_ascii_isdigit (text[0]))
    return FALSE;
  number = g_ascii_strtoull (text, &end, 10);
  for (; units->suffix != NULL; units++)
    if (g_ascii_strcasecmp (end, units->suffix) == 0)
      {
        if (number > (guint64) (G_MAXINT64 / units->factor))
          return FALSE;
        *out = (gint64) number * units->factor;
        return TRUE;
      }
  return FALSE;
}

static char *
number_text (gint64 value, const Unit *units)
{
  const Unit *best = NULL;

  for (; units->suffix != NULL; units++)
    if (value != 0 && value % units->factor == 0 && (best == NULL || units->factor > best->factor))
      best = units;
  if (best == NULL)
    return g_strdup ("0");
  return g_strdup_printf ("%" G_GINT64_FORMAT "%s", value / best->factor, best->suffix);
}

static const Unit *
units_of (IstSettingType type)
{
  static const Unit none[] = { { "", 1 }, { NULL, 0 } };

  if (type == IST_SETTING_SECS || type == IST_SETTING_SECS_LIST)
    return seconds_units;
  return type == IST_SETTING_BYTES ? bytes_units : none;
}

/* ---- setters, one per shape ---- */

static gboolean
set_number (const IstSettingRow *row, gpointer field, const char *text)
{
  gint64 value;

  if (!parse_number (text, units_of (row->type), &value))
    return FALSE;
  if ((row->min != 0 || row->max != 0) && (value < row->min || value > row->max))
    return FALSE;
  *(gint64 *) field = value;
  return TRUE;
}

static gboolean
set_bool (gpointer field, const char *text)
{
  static const char *const yes[] = { "yes", "true", "on", "1", NULL };
  static const char *const no[] = { "no", "false", "off", "0", NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  if (g_strv_contains (yes, lower))
    *(gboolean *) field = TRUE;
  else if (g_strv_contains (no, lower))
    *(gboolean *) field = FALSE;
  else
    return FALSE;
  return TRUE;
}

static gboolean
set_enum (const IstSettingRow *row, gpointer field, const char *text)
{
  for (int i = 0; row->names[i] != NULL; i++)
    if (g_ascii_strcasecmp (row->names[i], text) == 0)
      {
        *(int *) field = i;
        return TRUE;
      }
  return FALSE;
}

static char **
split_list (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  g_autoptr (GPtrArray) out = g_ptr_array_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (g_strstrip (parts[i])[0] != '\0')
      g_ptr_array_add (out, g_strdup (parts[i]));
  g_ptr_array_add (out, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&out), FALSE);
}

static gboolean
set_seconds_list (const IstSettingRow *row, gpointer field, const char *text)
{
  g_auto (GStrv) parts = split_list (text);
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; parts[i] != NULL; i++)
    {
      gint64 value;

      if (!parse_number (parts[i], seconds_units, &value) || value <= 0)
        return FALSE;
      g_array_append_val (out, value);
    }
  if (out->len == 0)
    return FALSE;
  g_clear_pointer ((GArray **) field, g_array_unref);
  *(GArray **) field = g_steal_pointer (&out);
  return TRUE;
}

static gboolean
set_cidrs (gpointer field, const char *text)
{
  g_auto (GStrv) parts = split_list (text);
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      GInetAddressMask *mask = g_inet_address_mask_new_from_string (parts[i], NULL);

      if (mask == NULL)
        return FALSE;
      g_ptr_array_add (out, mask);
    }
  g_clear_pointer ((GPtrArray **) field, g_ptr_array_unref);
  *(GPtrArray **) field = g_steal_pointer (&out);
  return TRUE;
}

static gboolean
is_endpoint (const char *text)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = NULL;
  guint64 port;

  if (g_str_has_prefix (text, "unix:"))
    return text[5] == '/';
  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    return FALSE;
  host = g_strndup (text, (gsize) (colon - text));
  if (host[0] == '[' && g_str_has_suffix (host, "]"))
    {
      host[strlen (host) - 1] = '\0';
      return g_hostname_is_ip_address (host + 1);
    }
  return g_hostname_is_ip_address (host) && strchr (host, ':') == NULL;
}

static void
set_string (gpointer field, char *text)
{
  g_free (*(char **) field);
  if (text != NULL && text[0] == '\0')
    g_clear_pointer (&text, g_free);
  *(char **) field = text;
}

static gboolean
set_field (const IstSettingRow *row, gpointer field, const char *text, const char *folder)
{
  switch (row->type)
    {
    case IST_SETTING_BOOL:
      return set_bool (field, text);
    case IST_SETTING_INT:
    case IST_SETTING_SECS:
    case IST_SETTING_BYTES:
      return set_number (row, field, text);
    case IST_SETTING_ENUM:
      return set_enum (row, field, text);
    case IST_SETTING_SECS_LIST:
      return set_seconds_list (row, field, text);
    case IST_SETTING_CIDRS:
      return set_cidrs (field, text);
    case IST_SETTING_LIST:
      g_strfreev (*(char ***) field);
      *(char ***) field = split_list (text);
      return TRUE;
    case IST_SETTING_ENDPOINT:
      if (text[0] != '\0' && !is_endpoint (text))
        return FALSE;
      set_string (field, g_strdup (text));
      return TRUE;
    case IST_SETTING_PATH:
      set_string (field, text[0] != '\0' && !g_path_is_absolute (text)
                             ? g_build_filename (folder, text, NULL)
                             : g_strdup (text));
      return TRUE;
    case IST_SETTING_STRING:
    case IST_SETTING_GROUP:
      set_string (field, g_strdup (text));
      return TRUE;
    }
  return FALSE;
}

gboolean
ist_setting_set (const IstSettingRow *row, IstGroup *group, const char *text, const char *folder,
                 char **why)
{
  g_autofree char *allowed = NULL;

  if (set_field (row, G_STRUCT_MEMBER_P (group, row->offset), text, folder))
    return TRUE;
  allowed = ist_setting_allowed (row);
  *why = g_strdup_printf ("\"%s\" is not allowed; write %s", text, allowed);
  return FALSE;
}

void
ist_setting_clear (const IstSettingRow *row, IstGroup *group)
{
  gpointer field = G_STRUCT_MEMBER_P (group, row->offset);

  switch (row->type)
    {
    case IST_SETTING_LIST:
      g_clear_pointer ((char ***) field, g_strfreev);
      break;
    case IST_SETTING_SECS_LIST:
      g_clear_pointer ((GArray **) field, g_array_unref);
      break;
    case IST_SETTING_CIDRS:
      g_clear_pointer ((GPtrArray **) field, g_ptr_array_unref);
      break;
    case IST_SETTING_STRING:
    case IST_SETTING_PATH:
    case IST_SETTING_ENDPOINT:
    case IST_SETTING_GROUP:
      g_clear_pointer ((char **) field, g_free);
      break;
    default:
      break;
    }
}

/* ---- back to text ---- */

static char *
join_seconds (const GArray *values)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; values != NULL && i < values->len; i++)
    {
      g_autofree char *text = number_text (g_array_index (values, gint64, i), seconds_units);

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", text);
    }
  return g_string_free (out, FALSE);
}

static char *
join_cidrs (const GPtrArray *values)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; values != NULL && i < values->len; i++)
    {
      g_autofree char *text = g_inet_address_mask_to_string (g_ptr_array_index (values, i));

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", text);
    }
  return g_string_free (out, FALSE);
}

char *
ist_setting_text (const IstSettingRow *row, const IstGroup *group)
{
  gconstpointer field = G_STRUCT_MEMBER_P (group, row->offset);

  if (row->secret)
    return g_strdup ("(hidden)");
  switch (row->type)
    {
    case IST_SETTING_BOOL:
      return g_strdup (*(const gboolean *) field ? "yes" : "no");
    case IST_SETTING_INT:
    case IST_SETTING_SECS:
    case IST_SETTING_BYTES:
      return number_text (*(const gint64 *) field, units_of (row->type));
    case IST_SETTING_ENUM:
      return g_strdup (row->names[*(const int *) field]);
    case IST_SETTING_LIST:
      return g_strjoinv (", ", *(char **const *) field);
    case IST_SETTING_SECS_LIST:
      return join_seconds (*(GArray *const *) field);
    case IST_SETTING_CIDRS:
      return join_cidrs (*(GPtrArray *const *) field);
    default:
      return g_strdup (*(char *const *) field != NULL ? *(char *const *) field : "");
    }
}

char *
ist_setting_allowed (const IstSettingRow *row)
{
  g_autofree char *names = NULL;
  g_autofree char *min = NULL;
  g_autofree char *max = NULL;

  switch (row->type)
    {
    case IST_SETTING_BOOL:
      return g_strdup ("yes or no");
    case IST_SETTING_INT:
    case IST_SETTING_SECS:
    case IST_SETTING_BYTES:
      if (row->min == 0 && row->max == 0)
        return g_strdup (row->type == IST_SETTING_INT    ? "a whole number"
                         : row->type == IST_SETTING_SECS ? "a time such as 90s, 5m, 24h or 5d"
                                                         : "a size such as 4096, 32K, 50M or 2G");
      min = number_text (row->min, units_of (row->type));
      max = number_text (row->max, units_of (row->type));
      return g_strdup_printf ("%s from %s to %s",
                              row->type == IST_SETTING_INT    ? "a whole number"
                              : row->type == IST_SETTING_SECS ? "a time in s, m, h or d,"
                                                              : "a size (K, M, G)",
                              min, max);
    case IST_SETTING_ENUM:
      names = g_strjoinv (", ", (char **) row->names);
      return g_strdup_printf ("one of: %s", names);
    case IST_SETTING_SECS_LIST:
      return g_strdup ("times separated by commas, such as 1m, 5m, 1h");
    case IST_SETTING_CIDRS:
      return g_strdup ("addresses or networks separated by commas, such as 192.0.2.10, 198.51.100.0/24");
    case IST_SETTING_ENDPOINT:
      return g_strdup ("ADDRESS:PORT with a literal address, such as 127.0.0.1:25 or [::]:25");
    case IST_SETTING_GROUP:
      return g_strdup_printf ("the name of a [%s NAME] group", row->unit);
    case IST_SETTING_LIST:
      return g_strdup ("values separated by commas");
    case IST_SETTING_PATH:
      return g_strdup ("a path");
    default:
      return g_strdup ("text");
    }
}
