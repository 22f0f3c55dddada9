#include "base/settings-private.h"
#include "base/settings-value.h"

#include <string.h>

gboolean
ist_settings_is_default (const IstSettingRow *row, const IstGroup *base, const char *text)
{
  g_autofree char *above = base != NULL ? ist_setting_text (row, base) : NULL;

  return strcmp (text, above != NULL ? above : row->def != NULL ? row->def : "") == 0;
}

static void
show_group (GString *out, const IstSettingGroup *table, const IstGroup *base, const IstGroup *group,
            gboolean with_defaults)
{
  g_autofree char *mark = base != NULL ? g_strdup_printf ("    # as in [%s]", table->kind) : g_strdup ("    # default");

  g_string_append_printf (out, "[%s%s%s]\n", table->kind, group->name[0] != '\0' ? " " : "",
                          group->name);
  for (const IstSettingRow *row = table->rows; row->key != NULL; row++)
    {
      g_autofree char *text = ist_setting_text (row, group);
      gboolean same = ist_settings_is_default (row, base, text);

      if (!same || with_defaults)
        g_string_append_printf (out, "%s = %s%s\n", row->key, text, same ? mark : "");
    }
  g_string_append_c (out, '\n');
}

char *
ist_settings_show (const IstSettings *self, gboolean with_defaults)
{
  GString *out = g_string_new (NULL);

  for (guint t = 0; self->tables[t] != NULL; t++)
    {
      const GPtrArray *list = ist_settings_list (self, self->tables[t]->kind);

      for (guint i = 0; i < list->len; i++)
        {
          const IstGroup *group = g_ptr_array_index (list, i);

          if (group->line > 0 || with_defaults)
            show_group (out, self->tables[t], ist_settings_base_of (self, self->tables[t], group), group,
                        with_defaults);
        }
    }
  return g_string_free (out, FALSE);
}

static void
diff_group (GPtrArray *out, const IstSettingGroup *table, const IstGroup *a, const IstGroup *b,
            IstApplies applies)
{
  for (const IstSettingRow *row = table->rows; row->key != NULL; row++)
    {
      g_autofree char *ta = a != NULL ? ist_setting_text (row, a) : NULL;
      g_autofree char *tb = b != NULL ? ist_setting_text (row, b) : NULL;
      const IstGroup *named = a != NULL ? a : b;

      if (row->applies != applies || g_strcmp0 (ta, tb) == 0)
        continue;
      g_ptr_array_add (out, g_strdup_printf ("[%s%s%s] %s", table->kind,
                                             named->name[0] != '\0' ? " " : "", named->name,
                                             row->key));
    }
}

char **
ist_settings_diff (const IstSettings *old, const IstSettings *new_, IstApplies applies)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new ();

  for (guint t = 0; old->tables[t] != NULL; t++)
    {
      const IstSettingGroup *table = old->tables[t];
      const GPtrArray *a = ist_settings_list (old, table->kind);
      const GPtrArray *b = ist_settings_list (new_, table->kind);

      for (guint i = 0; i < a->len; i++)
        {
          const IstGroup *group = g_ptr_array_index (a, i);

          diff_group (out, table, group, ist_settings_get (new_, table->kind, group->name), applies);
        }
      for (guint i = 0; i < b->len; i++)
        {
          const IstGroup *group = g_ptr_array_index (b, i);

          if (ist_settings_get (old, table->kind, group->name) == NULL)
            diff_group (out, table, NULL, group, applies);
        }
    }
  g_ptr_array_add (out, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&out), FALSE);
}

static const char *
applies_words (IstApplies applies)
{
  switch (applies)
    {
    case IST_APPLIES_AT_ONCE:
      return "at once";
    case IST_APPLIES_NEW_SESSIONS:
      return "to new sessions";
    default:
      return "after a restart";
    }
}

/* roff: a line must not begin with a dot or quote, a backslash starts an escape. */
static char *
roff (const char *text)
{
  GString *out = g_string_new (NULL);

  if (text[0] == '.' || text[0] == '\'')
    g_string_append (out, "\\&");
  for (; *text != '\0'; text++)
    {
      if (*text == '\\')
        g_string_append (out, "\\e");
      else if (*text == '-')
        g_string_append (out, "\\-");
      else
        g_string_append_c (out, *text);
    }
  return g_string_free (out, FALSE);
}

/* "[kind]", "[kind NAME]", or both. g_free(). */
static char *
reference_title (const IstSettingGroup *table)
{
  if (table->profiles)
    return g_strdup_printf ("[%s], [%s NAME]", table->kind, table->kind);
  return g_strdup_printf ("[%s%s]", table->kind, table->named ? " NAME" : "");
}

static void
reference_row (GString *out, const IstSettingRow *row, gboolean man)
{
  g_autofree char *allowed = ist_setting_allowed (row);
  g_autofree char *def = g_strdup (row->def != NULL && row->def[0] != '\0' ? row->def : "(none)");
  g_autofree char *r_key = roff (row->key);
  g_autofree char *r_sentence = roff (row->sentence);
  g_autofree char *r_allowed = roff (allowed);
  g_autofree char *r_def = roff (def);

  if (man)
    g_string_append_printf (out,
                            ".TP\n.B %s\n%s\nAllowed: %s. Default: %s.%s Applies %s.\n", r_key,
                            r_sentence, r_allowed, r_def, row->required ? " Required." : "",
                            applies_words (row->applies));
  else
    g_string_append_printf (out,
                            "  %s\n      %s\n      Allowed: %s. Default: %s.%s Applies %s.\n",
                            row->key, row->sentence, allowed, def,
                            row->required ? " Required." : "", applies_words (row->applies));
}

char *
ist_settings_reference (const IstSettingGroup *const *tables, gboolean as_man_page)
{
  GString *out = g_string_new (NULL);

  for (guint t = 0; tables[t] != NULL; t++)
    {
      g_autofree char *title = reference_title (tables[t]);

      if (as_man_page)
        g_string_append_printf (out, ".SS %s\n%s\n", title, tables[t]->sentence);
      else
        g_string_append_printf (out, "%s\n  %s\n\n", title, tables[t]->sentence);
      for (const IstSettingRow *row = tables[t]->rows; row->key != NULL; row++)
        reference_row (out, row, as_man_page);
      if (!as_man_page)
        g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}
