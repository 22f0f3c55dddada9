/*
 * What isthmusd tells the service manager (sd_notify(3)): a socket of ours plays the manager.
 */
#include "tests/harness/harness.h"

#include "base/clock.h"
#include "connector/service/notify.h"
#include "connector/settings.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>

static GSocket *
manager (const char *path, GUnixSocketAddressType type)
{
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new_with_type (path, -1, type);
  g_autoptr (GError) error = NULL;

  g_socket_set_timeout (socket, 10);
  g_socket_bind (socket, address, FALSE, &error);
  return IST_ASSERT_NO_ERROR (error) ? g_steal_pointer (&socket) : NULL;
}

static char *
heard (GSocket *socket)
{
  char text[200];
  gssize n = g_socket_receive (socket, text, sizeof text, NULL, NULL);

  return n >= 0 ? g_strndup (text, (gsize) n) : NULL;
}

static void
test_path (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *path = g_build_filename (dir, "notify", NULL);
  g_autoptr (GSocket) socket = manager (path, G_UNIX_SOCKET_ADDRESS_PATH);
  g_autofree char *text = NULL;

  if (socket == NULL)
    return;
  g_setenv ("NOTIFY_SOCKET", path, TRUE);
  ist_service_notify ("READY=1");
  text = heard (socket);
  IST_ASSERT_STR (text, "READY=1");
}

static void
test_abstract (void)
{
  g_autofree char *name = g_strdup_printf ("isthmus-test-%" G_GINT64_FORMAT, ist_clock_mono_usecs ());
  g_autofree char *variable = g_strconcat ("@", name, NULL);
  g_autoptr (GSocket) socket = manager (name, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  g_autofree char *text = NULL;

  if (socket == NULL)
    return;
  g_setenv ("NOTIFY_SOCKET", variable, TRUE);
  ist_service_notify ("STOPPING=1");
  text = heard (socket);
  IST_ASSERT_STR (text, "STOPPING=1");
}

static void
test_reloading (void)
{
  g_autofree char *dir = ist_test_dir ();
  g_autofree char *path = g_build_filename (dir, "notify", NULL);
  g_autoptr (GSocket) socket = manager (path, G_UNIX_SOCKET_ADDRESS_PATH);
  gint64 before = ist_clock_mono_usecs ();
  g_autofree char *text = NULL;
  const char *stamp;

  if (socket == NULL)
    return;
  g_setenv ("NOTIFY_SOCKET", path, TRUE);
  ist_service_notify ("RELOADING=1");
  text = heard (socket);
  stamp = text != NULL ? strstr (text, "\nMONOTONIC_USEC=") : NULL;
  if (!IST_ASSERT (stamp != NULL))
    return;
  IST_ASSERT (g_str_has_prefix (text, "RELOADING=1\n"));
  IST_ASSERT (g_ascii_strtoll (stamp + strlen ("\nMONOTONIC_USEC="), NULL, 10) >= before);
}

/* Nobody listens: nothing happens, and nothing waits. */
static void
test_nobody (void)
{
  static const char *const rows[] = { "", "relative", "/nobody/listens/here", "@nobody-listens-here" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 before = ist_clock_mono_usecs ();

      ist_row ("\"%s\"", rows[i]);
      g_setenv ("NOTIFY_SOCKET", rows[i], TRUE);
      ist_service_notify ("READY=1");
      IST_ASSERT (ist_clock_mono_usecs () - before < 5 * G_USEC_PER_SEC);
    }
  g_unsetenv ("NOTIFY_SOCKET");
}

/* Every group and key says in a sentence what it is: console, manual page and reference show it. */
static void
test_sentences (void)
{
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();

  for (guint t = 0; tables[t] != NULL; t++)
    {
      const IstSettingGroup *group = tables[t];

      ist_row ("[%s]", group->kind);
      IST_ASSERT (group->sentence != NULL && g_str_has_suffix (group->sentence, "."));
      for (const IstSettingRow *row = group->rows; row->key != NULL; row++)
        {
          ist_row ("[%s] %s", group->kind, row->key);
          IST_ASSERT (row->sentence != NULL && strlen (row->sentence) >= 10
                      && g_str_has_suffix (row->sentence, "."));
        }
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "notify a path", test_path },
    { "notify an abstract name", test_abstract },
    { "reloading", test_reloading },
    { "nobody listens", test_nobody },
    { "every setting has its sentence", test_sentences },
    { NULL, NULL },
  };

  return ist_test_main ("service", tests);
}
