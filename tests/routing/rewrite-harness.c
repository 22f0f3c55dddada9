#include "tests/routing/rewrite-harness.h"

#include "tests/harness/harness.h"
#include "tests/routing/fake-directory.h"
#include "tests/routing/routing-settings.h"

#include <string.h>

static const IstFakePerson people[] = {
  { "anna@acme.example|CN=Anna Berg/OU=Research/O=Acme|Anna Berg/Acme|aberg", IST_SIDE_DOMINO, NULL,
    "CN=Anna Berg/OU=Research/O=Acme", NULL },
  { "bob@acme.example|robert@acme.example|/o=Acme/ou=First/cn=Recipients/cn=bob", IST_SIDE_EXCHANGE, NULL, NULL,
    NULL },
  { "all@acme.example|All Acme Worldwide", IST_SIDE_DOMINO, NULL, NULL, NULL },
  { NULL, IST_SIDE_NONE, NULL, NULL, NULL },
};

IstRewriter *
ist_test_rewriter (IstSide from, IstSide to, const char *more)
{
  static IstDirectory directory;
  g_autoptr (IstSettings) settings = ist_test_settings (
      "[connector]\nhostname = mx.acme.example\n"
      "[side domino]\nnotes-domain = ACME\nrouting-domain = d.acme.example\n"
      "[side exchange]\nrouting-domain = x.acme.example\n"
      "[domain acme.example]\ntype = shared\n"
      "[domain d.acme.example]\ntype = routing\nside = domino\nprimary = acme.example\n"
      "[domain x.acme.example]\ntype = routing\nside = exchange\nprimary = acme.example\n",
      more);

  if (settings == NULL)
    return NULL;
  directory = ist_fake_directory (people);
  return ist_rewriter_new (settings, &directory, from, to);
}

IstMessage *
ist_test_message (const char *text)
{
  gsize size;
  char *exact = ist_test_exact (text, &size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (exact, size);
  g_autoptr (IstBody) body = ist_body_new_bytes (bytes);

  return ist_message_new (body);
}

char *
ist_test_message_text (const IstMessage *message)
{
  g_autoptr (GBytes) bytes = ist_message_to_bytes (message);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

char *
ist_test_rewrite (IstRewriter *rewriter, const char *text)
{
  g_autoptr (IstMessage) message = ist_test_message (text);

  ist_rewriter_header (rewriter, message);
  return ist_test_message_text (message);
}
