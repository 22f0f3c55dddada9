#include "base/settings.h"
#include "tests/harness/harness.h"

#include <string.h>

typedef struct
{
  IstGroup group;
  gint64 size, secs;
  gboolean flag;
  char **names;
  int level;
  char *endpoint;
  char *other;
  char *path;
} Thing;

static const char *const levels[] = { "low", "high", NULL };
static const IstSettingRow rows_of_thing[] = {
  { .key = "size", .type = IST_SETTING_BYTES, .offset = G_STRUCT_OFFSET (Thing, size), .def = "32K",
    .min = 1024, .max = 1048576, .sentence = "Size." },
  { .key = "time", .type = IST_SETTING_SECS, .offset = G_STRUCT_OFFSET (Thing, secs), .def = "5m",
    .applies = IST_APPLIES_RESTART, .sentence = "Time." },
  { .key = "flag", .type = IST_SETTING_BOOL, .offset = G_STRUCT_OFFSET (Thing, flag), .def = "yes",
    .sentence = "Flag." },
  { .key = "names", .type = IST_SETTING_LIST, .offset = G_STRUCT_OFFSET (Thing, names),
    .sentence = "Names." },
  { .key = "level", .type = IST_SETTING_ENUM, .offset = G_STRUCT_OFFSET (Thing, level), .def = "low",
    .names = levels, .sentence = "Level." },
  { .key = "address", .type = IST_SETTING_ENDPOINT, .offset = G_STRUCT_OFFSET (Thing, endpoint),
    .sentence = "Address." },
  { .key = "other", .type = IST_SETTING_GROUP, .offset = G_STRUCT_OFFSET (Thing, other),
    .unit = "thing", .sentence = "Another." },
  { .key = "path", .type = IST_SETTING_PATH, .offset = G_STRUCT_OFFSET (Thing, path),
    .sentence = "Path." },
  { .key = NULL },
};
static const IstSettingGroup thing = {
  .kind = "thing", .named = TRUE, .struct_size = sizeof (Thing), .rows = rows_of_thing,
  .sentence = "A thing.",
};
static const IstSettingGroup *const tables[] = { &thing, NULL };
/* [look], and [look NAME] based on it. */
static const IstSettingRow rows_of_look[] = {
  { .key = "size", .type = IST_SETTING_BYTES, .offset = G_STRUCT_OFFSET (Thing, size), .def = "32K",
    .min = 1024, .max = 1048576, .sentence = "Size." },
  { .key = "time", .type = IST_SETTING_SECS, .offset = G_STRUCT_OFFSET (Thing, secs), .required = TRUE,
    .sentence = "Time." },
  { .key = "names", .type = IST_SETTING_LIST, .offset = G_STRUCT_OFFSET (Thing, names),
    .sentence = "Names." },
  { .key = "other", .type = IST_SETTING_STRING, .offset = G_STRUCT_OFFSET (Thing, other), .def = "none",
    .secret = TRUE, .sentence = "Another." },
  { .key = "path", .type = IST_SETTING_PATH, .offset = G_STRUCT_OFFSET (Thing, path),
    .sentence = "Path." },
  { .key = NULL },
};
static const IstSettingGroup look = {
  .kind = "look", .profiles = TRUE, .struct_size = sizeof (Thing), .rows = rows_of_look,
  .sentence = "A look.",
};
/* What refers to a look; there may be tables without looks. */
static const IstSettingRow rows_of_user[] = {
  { .key = "look", .type = IST_SETTING_GROUP, .offset = G_STRUCT_OFFSET (Thing, other), .unit = "look",
    .sentence = "Its look." },
  { .key = NULL },
};
static const IstSettingGroup user = {
  .kind = "user", .named = TRUE, .struct_size = sizeof (Thing), .rows = rows_of_user, .sentence = "A user.",
};
static const IstSettingGroup *const look_tables[] = { &look, &user, NULL };
static const IstSettingGroup *const user_tables[] = { &user, NULL };

static void
test_values (void)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (IstSettings) s = ist_settings_parse (
      "# comment\n[thing a]\nsize = 2K\ntime=90\nflag = off\nnames = x, y,\n z\nlevel=HIGH\n"
      "address = [::1]:25\npath = sub/file\n[thing b]\nother = a\n",
      "f.conf", "/etc/x", tables, errors);
  const Thing *a, *b;

  if (!IST_ASSERT (s != NULL))
    return;
  a = ist_settings_get (s, "thing", "a");
  b = ist_settings_get (s, "thing", "b");
  IST_ASSERT_INT (a->size, 2048);
  IST_ASSERT_INT (a->secs, 90);
  IST_ASSERT (!a->flag && b->flag);
  IST_ASSERT_INT (g_strv_length (a->names), 3);
  IST_ASSERT_STR (a->names[2], "z");
  IST_ASSERT_INT (a->level, 1);
  IST_ASSERT_STR (a->endpoint, "[::1]:25");
  IST_ASSERT_STR (a->path, "/etc/x/sub/file");
  IST_ASSERT_INT (b->size, 32768);
  IST_ASSERT_STR (b->other, "a");
}

static void
test_errors (void)
{
  static const struct
  {
    const char *name, *text, *want;
  } rows[] = {
    { "typing mistake", "[thing a]\nsise = 1K\n", "f.conf:2: [thing a] sise: is not a key of this group; "
                                                   "did you mean \"size\"?" },
    { "unknown group", "[thingy a]\n", "f.conf:1: [thingy] is no kind of group; did you mean \"thing\"?" },
    { "limits", "[thing a]\nsize = 50X\n",
      "f.conf:2: [thing a] size: \"50X\" is not allowed; write a size (K, M, G) from 1K to 1M" },
    { "too large", "[thing a]\nsize = 2M\n",
      "f.conf:2: [thing a] size: \"2M\" is not allowed; write a size (K, M, G) from 1K to 1M" },
    { "overflow", "[thing a]\ntime = 99999999999999999999d\n",
      "f.conf:2: [thing a] time: \"99999999999999999999d\" is not allowed; write a time such as 90s, 5m, "
      "24h or 5d" },
    { "twice", "[thing a]\nflag=yes\nflag=no\n", "f.conf:3: \"flag\" is set twice in [thing a]" },
    { "group twice", "[thing a]\n[thing a]\n",
      "f.conf:2: [thing a] stands in this file twice; put its keys into one group" },
    { "before a group", "flag=yes\n", "f.conf:1: a key before the first [group]" },
    { "no name", "[thing]\n", "f.conf:1: [thing] needs a name: [kind NAME]" },
    { "missing reference", "[thing a]\nother = b\n",
      "f.conf:1: [thing a] other: there is no group [thing b]; add it or name another" },
    { "enum", "[thing a]\nlevel = middle\n",
      "f.conf:2: [thing a] level: \"middle\" is not allowed; write one of: low, high" },
    { "endpoint", "[thing a]\naddress = mail.example:25\n",
      "f.conf:2: [thing a] address: \"mail.example:25\" is not allowed; write ADDRESS:PORT with a literal "
      "address, such as 127.0.0.1:25 or [::]:25" },
    { "junk", "[thing a]\njunk\n", "f.conf:2: \"junk\" is neither a [group] nor \"key = value\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);

      ist_row ("%s", rows[i].name);
      IST_ASSERT (ist_settings_parse (rows[i].text, "f.conf", "/", tables, errors) == NULL);
      if (IST_ASSERT (errors->len > 0))
        IST_ASSERT_STR (g_ptr_array_index (errors, 0), rows[i].want);
    }
}

/* A profile has what is written in it, else what its unnamed group has, wherever that stands, else the default. */
static void
test_profiles (void)
{
  static const struct
  {
    const char *name, *text;
    gint64 size, secs;
    const char *names, *other, *path;
  } rows[] = {
    { "all its own", "[look]\ntime=1m\n[look p]\nsize=2K\ntime=5\nnames=a, b\nother=x\npath=/y\n", 2048, 5, "a,b", "x",
      "/y" },
    { "nothing its own", "[look]\nsize=4K\ntime=1m\nnames=a, b\nother=x\npath=y\n[look p]\n", 4096, 60, "a,b", "x",
      "/etc/x/y" },
    { "in front", "[look p]\nsize=2K\n[look]\nsize=4K\ntime=1m\n", 2048, 60, "", "none", NULL },
    { "the default", "[look]\ntime=1m\n[look p]\ntime=2m\n", 32768, 120, "", "none", NULL },
    { "emptied", "[look]\ntime=1m\nnames=a\nother=x\npath=y\n[look p]\nnames=\nother=\npath=\n", 32768, 60, "", NULL,
      NULL },
    { "written as the default", "[look]\nsize=4K\ntime=1m\n[look p]\nsize=32K\n", 32768, 60, "", "none", NULL },
    { "not of another profile", "[look]\ntime=1m\n[look q]\nsize=4K\nother=q\n[look p]\n", 32768, 60, "", "none", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (IstSettings) s = ist_settings_parse (rows[i].text, "f.conf", "/etc/x", look_tables, errors);
      const Thing *p;
      g_autofree char *names = NULL;

      ist_row ("%s", rows[i].name);
      if (!IST_ASSERT (s != NULL))
        continue;
      p = ist_settings_get (s, "look", "p");
      names = g_strjoinv (",", p->names);
      IST_ASSERT_INT (p->size, rows[i].size);
      IST_ASSERT_INT (p->secs, rows[i].secs);
      IST_ASSERT_STR (names, rows[i].names);
      IST_ASSERT_STR (p->other, rows[i].other);
      IST_ASSERT_STR (p->path, rows[i].path);
    }
}

static void
test_profile_errors (void)
{
  static const struct
  {
    const char *name, *text, *want;
    const IstSettingGroup *const *tables;
  } rows[] = {
    { "unknown", "[look]\ntime=1\n[user u]\n\nlook = p\n",
      "f.conf:3: [user u] look: there is no group [look p]; add it or name another", look_tables },
    { "of a kind that is not read", "[user u]\nlook = p\n",
      "f.conf:1: [user u] look: there is no group [look p]; add it or name another", user_tables },
    { "twice", "[look]\ntime=1\n[look p]\n[look p]\n",
      "f.conf:4: [look p] stands in this file twice; put its keys into one group", look_tables },
    { "its own mistake", "[look]\ntime=1\n[look p]\nsize=1\n",
      "f.conf:4: [look p] size: \"1\" is not allowed; write a size (K, M, G) from 1K to 1M", look_tables },
    { "the base's mistake, once", "[look]\ntime=1\nsize=1\n[look p]\n[look q]\n",
      "f.conf:3: [look] size: \"1\" is not allowed; write a size (K, M, G) from 1K to 1M", look_tables },
    { "required nowhere", "[look]\n[look p]\ntime=1\n", "f.conf:1: [look] time: is missing", look_tables },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);

      ist_row ("%s", rows[i].name);
      IST_ASSERT (ist_settings_parse (rows[i].text, "f.conf", "/", rows[i].tables, errors) == NULL);
      if (IST_ASSERT_INT (errors->len, 1))
        IST_ASSERT_STR (g_ptr_array_index (errors, 0), rows[i].want);
    }
}

/* What is told of a profile is what it does not share; a change of the base is one of each profile that has it. */
static void
test_profile_show (void)
{
  static const char text[] = "[look p]\nsize=2K\nother=x\n[look]\nsize=4K\ntime=1m\n";
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (IstSettings) a = ist_settings_parse (text, "f", "/", look_tables, errors);
  g_autoptr (IstSettings) b = ist_settings_parse ("[look p]\nsize=2K\nother=x\n[look]\nsize=8K\ntime=2m\n", "f", "/",
                                                  look_tables, errors);
  g_autofree char *few = ist_settings_show (a, FALSE);
  g_autofree char *all = ist_settings_show (a, TRUE);
  g_autofree char *reference = ist_settings_reference (look_tables, FALSE);
  g_auto (GStrv) changed = ist_settings_diff (a, b, IST_APPLIES_AT_ONCE);
  g_autofree char *keys = g_strjoinv (", ", changed);
  json_t *json = ist_settings_show_json (a, FALSE);
  json_t *first = json_object_get (json_array_get (json_object_get (json, "groups"), 0), "keys");

  IST_ASSERT_STR (few, "[look p]\nsize = 2K\n\n[look]\nsize = 4K\ntime = 1m\nother = (hidden)\n\n");
  IST_ASSERT (g_str_has_prefix (all, "[look p]\nsize = 2K\ntime = 1m    # as in [look]\n"));
  IST_ASSERT (g_str_has_prefix (reference, "[look], [look NAME]\n  A look.\n"));
  IST_ASSERT_STR (keys, "[look p] time, [look] size, [look] time");
  IST_ASSERT_STR (json_string_value (json_object_get (first, "size")), "2K");
  IST_ASSERT (json_object_get (first, "time") == NULL);
  json_decref (json);
}

/* One run shows every mistake. */
static void
test_all_errors (void)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);

  ist_settings_parse ("[thing a]\nsize=1\nlevel=x\n[x]\n", "f", "/", tables, errors);
  IST_ASSERT_INT (errors->len, 3);
}

static void
test_diff (void)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (IstSettings) a = ist_settings_parse ("[thing a]\n", "f", "/", tables, errors);
  g_autoptr (IstSettings) b
      = ist_settings_parse ("[thing a]\ntime=1h\nsize=2K\n", "f", "/", tables, errors);
  g_auto (GStrv) restart = ist_settings_diff (a, b, IST_APPLIES_RESTART);

  IST_ASSERT_INT (g_strv_length (restart), 1);
  IST_ASSERT_STR (restart[0], "[thing a] time");
}

int
main (void)
{
  static const IstTest tests[] = {
    { "values", test_values },
    { "errors", test_errors },
    { "profiles", test_profiles },
    { "profile errors", test_profile_errors },
    { "profile show", test_profile_show },
    { "all errors at once", test_all_errors },
    { "diff", test_diff },
    { NULL, NULL },
  };

  return ist_test_main ("settings", tests);
}
