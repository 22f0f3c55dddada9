/*
 * When to try again, and which TLS context a relay gets.
 */
#include "base/error.h"
#include "routing/retry.h"
#include "routing/tls-policy.h"
#include "tests/harness/harness.h"
#include "tests/routing/routing-settings.h"

#include <string.h>

static void
test_schedule (void)
{
  static const gint64 steps[] = { 60, 120, 300 };
  static const struct
  {
    const char *name;
    guint attempts;
    gint64 secs;
  } rows[] = {
    { "first", 0, 60 },      { "second", 1, 120 },           { "last", 2, 300 },
    { "beyond", 3, 300 },    { "far beyond", 100000, 300 },
  };
  g_autoptr (GArray) schedule = g_array_new (FALSE, FALSE, sizeof (gint64));
  const gint64 now = 1000 * (gint64) G_USEC_PER_SEC;

  g_array_append_vals (schedule, steps, G_N_ELEMENTS (steps));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint n = 0; n < 100; n++)
      {
        gint64 wait = ist_retry_next (schedule, rows[i].attempts, now) - now;

        ist_row ("%s", rows[i].name);
        IST_ASSERT (wait >= rows[i].secs * G_USEC_PER_SEC);
        IST_ASSERT (wait <= rows[i].secs * G_USEC_PER_SEC * 11 / 10);
      }
}

static void
test_no_schedule (void)
{
  g_autoptr (GArray) empty = g_array_new (FALSE, FALSE, sizeof (gint64));

  IST_ASSERT (ist_retry_next (NULL, 3, 0) >= 3600 * (gint64) G_USEC_PER_SEC);
  IST_ASSERT (ist_retry_next (empty, 3, 0) >= 3600 * (gint64) G_USEC_PER_SEC);
}

/* A thousand messages deferred together do not come back in the same instant. */
static void
test_spread (void)
{
  gint64 least = G_MAXINT64;
  gint64 most = 0;

  for (guint i = 0; i < 1000; i++)
    {
      gint64 at = ist_retry_next (NULL, 0, 0);

      least = MIN (least, at);
      most = MAX (most, at);
    }
  IST_ASSERT (most - least > 60 * (gint64) G_USEC_PER_SEC);
}

/* ---- TLS ---- */

static IstSettings *
settings_new (const char *dir)
{
  g_autofree char *text = g_strdup_printf (
      "[connector]\nhostname = mx\n"
      "[relay none]\nhosts = h\ntls-level = none\n[relay may]\nhosts = h\n[relay may2]\nhosts = h\n"
      "[relay encrypt]\nhosts = h\ntls-level = encrypt\n"
      "[relay verify]\nhosts = h\ntls-level = verify\ntls = roots\n"
      "[relay pinned]\nhosts = h\ntls-level = pinned\ntls = pins\n"
      "[relay implicit]\nhosts = h\ntls-level = none\nimplicit-tls = yes\n"
      "[relay broken]\nhosts = h\ntls-level = verify\ntls = missing\n"
      "[tls roots]\nca-file = %s/ca.example.crt\n[tls missing]\nca-file = %s/nothing.pem\n"
      "[tls pins]\npins = 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
      dir, dir);

  return ist_test_settings (text, "");
}

static IstTlsContext *
context_for (IstTlsPolicy *policy, const IstSettings *settings, const char *relay, IstTlsLevel *level, GError **error)
{
  return ist_tls_policy_for_relay (policy, ist_settings_get (settings, "relay", relay), level, error);
}

static void
test_tls_policy (void)
{
  static const struct
  {
    const char *relay;
    IstTlsLevel level;
    gboolean context, error;
  } rows[] = {
    { "none", IST_TLS_NONE, FALSE, FALSE },     { "may", IST_TLS_MAY, TRUE, FALSE },
    { "encrypt", IST_TLS_ENCRYPT, TRUE, FALSE }, { "verify", IST_TLS_VERIFY, TRUE, FALSE },
    { "pinned", IST_TLS_PINNED, TRUE, FALSE },  { "implicit", IST_TLS_NONE, TRUE, FALSE },
    { "broken", IST_TLS_VERIFY, FALSE, TRUE },
  };
  static const char *const names[] = { "ca.example", NULL };
  g_autofree char *dir = ist_test_dir ();
  g_autoptr (IstSettings) settings = NULL;
  IstTlsPolicy *policy;
  IstTlsLevel level;

  ist_test_certificate (dir, names);
  settings = settings_new (dir);
  if (settings == NULL)
    return;
  policy = ist_tls_policy_new (settings);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      IstTlsContext *context = context_for (policy, settings, rows[i].relay, &level, &error);

      ist_row ("%s", rows[i].relay);
      IST_ASSERT_INT (level, rows[i].level);
      IST_ASSERT_INT (context != NULL, rows[i].context);
      if (rows[i].error)
        IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
      else
        IST_ASSERT_NO_ERROR (error);
      IST_ASSERT (context_for (policy, settings, rows[i].relay, &level, NULL) == context);
    }
  ist_row ("relays of one policy share a context, others do not");
  IST_ASSERT (context_for (policy, settings, "may", &level, NULL)
              == context_for (policy, settings, "may2", &level, NULL));
  IST_ASSERT (context_for (policy, settings, "may", &level, NULL)
              != context_for (policy, settings, "encrypt", &level, NULL));
  ist_tls_policy_free (policy);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "schedule", test_schedule },
    { "no-schedule", test_no_schedule },
    { "spread", test_spread },
    { "tls-policy", test_tls_policy },
    { NULL, NULL },
  };

  return ist_test_main ("retry", tests);
}
