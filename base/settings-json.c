#include "base/settings-private.h"
#include "base/settings-value.h"

static json_t *
group_json (const IstSettingGroup *table, const IstGroup *base, const IstGroup *group, gboolean with_defaults)
{
  json_t *keys = json_object ();

  for (const IstSettingRow *row = table->rows; row->key != NULL; row++)
    {
      g_autofree char *text = ist_setting_text (row, group);
      g_autofree char *valid = g_utf8_make_valid (text, -1);

      if (with_defaults || !ist_settings_is_default (row, base, text))
        json_object_set_new (keys, row->key, json_string (valid));
    }
  return json_pack ("{s:s,s:s,s:i,s:o}", "kind", table->kind, "name", group->name, "line", (int) group->line,
                    "keys", keys);
}

json_t *
ist_settings_show_json (const IstSettings *self, gboolean with_defaults)
{
  json_t *groups = json_array ();

  for (guint t = 0; self->tables[t] != NULL; t++)
    {
      const GPtrArray *list = ist_settings_list (self, self->tables[t]->kind);

      for (guint i = 0; i < list->len; i++)
        {
          const IstGroup *group = g_ptr_array_index (list, i);

          if (group->line > 0 || with_defaults)
            json_array_append_new (groups, group_json (self->tables[t],
                                                       ist_settings_base_of (self, self->tables[t], group),
                                                       group, with_defaults));
        }
    }
  return json_pack ("{s:s,s:o}", "file", self->path, "groups", groups);
}

static json_t *
row_json (const IstSettingRow *row)
{
  static const char *const applies[] = { "at once", "new sessions", "restart" };
  g_autofree char *allowed = ist_setting_allowed (row);

  return json_pack ("{s:s,s:s,s:s,s:s?,s:b,s:b,s:s}", "key", row->key, "sentence", row->sentence, "allowed",
                    allowed, "default", row->def, "required", row->required, "secret", row->secret, "applies",
                    applies[row->applies]);
}

json_t *
ist_settings_reference_json (const IstSettingGroup *const *tables)
{
  json_t *groups = json_array ();

  for (guint t = 0; tables[t] != NULL; t++)
    {
      json_t *keys = json_array ();

      for (const IstSettingRow *row = tables[t]->rows; row->key != NULL; row++)
        json_array_append_new (keys, row_json (row));
      json_array_append_new (groups, json_pack ("{s:s,s:b,s:b,s:s,s:o}", "kind", tables[t]->kind, "named",
                                                tables[t]->named, "profiles", tables[t]->profiles, "sentence",
                                                tables[t]->sentence, "keys", keys));
    }
  return groups;
}
