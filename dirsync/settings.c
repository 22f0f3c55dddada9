#include "dirsync/mirror.h"

#include "base/side.h"

#define FIELD(member) G_STRUCT_OFFSET (IstDirectorySettings, member)

static const IstSettingRow rows[] = {
  { .key = "side", .type = IST_SETTING_STRING, .offset = FIELD (side), .required = TRUE,
    .sentence = "Side on which the people of this source live: domino or exchange." },
  { .key = "file", .type = IST_SETTING_PATH, .offset = FIELD (file), .required = TRUE,
    .sentence = "LDIF or CSV file, told apart by its ending (.ldif, .csv)." },
  { .key = "reload", .type = IST_SETTING_SECS, .offset = FIELD (reload_secs), .def = "5m", .min = 1,
    .max = 86400, .sentence = "How often the file is looked at; it is loaded again when it changed." },
  { .key = "max-age", .type = IST_SETTING_SECS, .offset = FIELD (max_age_secs), .def = "0",
    .max = 31536000,
    .sentence = "When the last good load is older, the directory counts as not available and mail to "
                "checked recipients is answered 451; 0: never." },
  { .key = NULL },
};

static void
check (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstDirectorySettings *directory = (const IstDirectorySettings *) group;
  IstSide side = ist_side_from_name (directory->side);

  if (side != IST_SIDE_DOMINO && side != IST_SIDE_EXCHANGE)
    ist_settings_complain (settings, group, "side", errors, "write domino or exchange");
}

static const IstSettingGroup directory_group = {
  .kind = "directory", .named = TRUE, .struct_size = sizeof (IstDirectorySettings), .rows = rows,
  .check = check, .sentence = "A source of people, groups and rooms.",
};

const IstSettingGroup *const ist_dirsync_setting_groups[] = { &directory_group, NULL };
