#include "connector/settings.h"

#include "base/log.h"
#include "convert/settings.h"
#include "dirsync/mirror.h"
#include "routing/settings.h"

#include <gio/gio.h>

#define ROW(type_, field) G_STRUCT_OFFSET (type_, field)

static const char *const level_names[] = { "debug", "info", "warning", "error", NULL };

static const IstSettingRow log_rows[] = {
  { .key = "file",
    .type = IST_SETTING_PATH,
    .offset = ROW (IstLogSettings, file),
    .def = ISTHMUS_LOCALSTATEDIR "/log/isthmus/isthmus.log",
    .applies = IST_APPLIES_RESTART,
    .sentence = "Where events are written, one JSON object a line." },
  { .key = "level",
    .type = IST_SETTING_ENUM,
    .offset = ROW (IstLogSettings, level),
    .def = "info",
    .names = level_names,
    .sentence = "The least level that is written." },
  { .key = "rotate-size",
    .type = IST_SETTING_BYTES,
    .offset = ROW (IstLogSettings, rotate_bytes),
    .def = "64M",
    .min = 65536,
    .max = G_GINT64_CONSTANT (1) << 40,
    .applies = IST_APPLIES_RESTART,
    .sentence = "Size at which a new file is begun; a new day (UTC) begins one too." },
  { .key = "keep-files",
    .type = IST_SETTING_INT,
    .offset = ROW (IstLogSettings, keep_files),
    .def = "30",
    .min = 1,
    .max = 100000,
    .applies = IST_APPLIES_RESTART,
    .sentence = "How many finished files are kept; the oldest are removed." },
  { .key = NULL },
};

static const IstSettingGroup log_group = {
  .kind = "log",
  .struct_size = sizeof (IstLogSettings),
  .rows = log_rows,
  .sentence = "The event log. It never holds message text or secrets.",
};

static const IstSettingRow admin_rows[] = {
  { .key = "socket",
    .type = IST_SETTING_PATH,
    .offset = ROW (IstAdminSettings, socket),
    .def = "/run/isthmus/admin.sock",
    .applies = IST_APPLIES_RESTART,
    .sentence = "Unix socket of the administration interface that isthmusctl uses; whoever may open "
                "it may administer." },
  { .key = "socket-group",
    .type = IST_SETTING_STRING,
    .offset = ROW (IstAdminSettings, socket_group),
    .applies = IST_APPLIES_RESTART,
    .sentence = "Group that may use the socket; empty: isthmus where there is such a group and the daemon may "
                "give it, else the group the daemon runs as." },
  { .key = "tcp",
    .type = IST_SETTING_ENDPOINT,
    .offset = ROW (IstAdminSettings, tcp),
    .applies = IST_APPLIES_RESTART,
    .sentence = "Loopback address and port of the same interface for programs that cannot use a Unix "
                "socket; needs token-file." },
  { .key = "token-file",
    .type = IST_SETTING_PATH,
    .offset = ROW (IstAdminSettings, token_file),
    .applies = IST_APPLIES_RESTART,
    .sentence = "File (mode 0600) with the token that TCP clients must present." },
  { .key = NULL },
};

static gboolean
is_loopback (const char *endpoint)
{
  g_autoptr (GSocketConnectable) parsed = g_network_address_parse (endpoint, 0, NULL);
  g_autoptr (GInetAddress) address = NULL;

  if (parsed != NULL)
    address = g_inet_address_new_from_string (
        g_network_address_get_hostname (G_NETWORK_ADDRESS (parsed)));
  return address != NULL && g_inet_address_get_is_loopback (address);
}

static void
check_admin (const IstSettings *settings, const IstGroup *group, GPtrArray *errors)
{
  const IstAdminSettings *admin = (const IstAdminSettings *) group;

  if (admin->tcp == NULL)
    return;
  if (!is_loopback (admin->tcp))
    ist_settings_complain (settings, group, "tcp", errors,
                           "\"%s\" is not a loopback address; write 127.0.0.1:PORT", admin->tcp);
  if (admin->token_file == NULL)
    ist_settings_complain (settings, group, "token-file", errors,
                           "is needed with tcp; name a file with mode 0600 that holds the token");
}

static const IstSettingGroup admin_group = {
  .kind = "admin",
  .struct_size = sizeof (IstAdminSettings),
  .rows = admin_rows,
  .sentence = "The administration interface.",
  .check = check_admin,
};

static const IstSettingGroup *const connector_groups[] = { &log_group, &admin_group, NULL };

const IstSettingGroup **
ist_connector_setting_tables (void)
{
  const IstSettingGroup *const *const lists[]
      = { ist_routing_setting_groups, ist_convert_setting_groups, ist_dirsync_setting_groups,
          connector_groups };
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    for (guint k = 0; lists[i][k] != NULL; k++)
      g_ptr_array_add (all, (gpointer) lists[i][k]);
  g_ptr_array_add (all, NULL);
  return (const IstSettingGroup **) g_ptr_array_free (g_steal_pointer (&all), FALSE);
}
