/*
 * Headers made to cost time: each costs linear time. At these sizes a step that looks at everything behind it once a
 * byte would take minutes, so one generous limit tells the two apart on any machine.
 */
#include "base/clock.h"
#include "routing/address/header-field.h"
#include "tests/harness/harness.h"
#include "tests/routing/rewrite-harness.h"

#include <string.h>

#define FIELD_BYTES (1000 * 1000)
#define LIMIT_USECS (10 * G_USEC_PER_SEC)

static char *
repeat (const char *head, const char *unit, gsize size, const char *tail)
{
  GString *out = g_string_new (head);

  while (out->len < size)
    g_string_append (out, unit);
  return g_string_free (g_string_append (out, tail), FALSE);
}

static gint64
time_rewrite (IstRewriter *rewriter, const char *text)
{
  g_autoptr (IstMessage) message = ist_test_message (text);
  gint64 start = ist_clock_mono_usecs ();

  ist_rewriter_header (rewriter, message);
  ist_rewriter_dkim (message, TRUE);
  return ist_clock_mono_usecs () - start;
}

static void
test_one_field (void)
{
  static const char *const units[]
      = { "<",   "(",     "\"",    "\\",     ",",      ":",    "@",      "<a@b>,", "a@d.acme.example,", "((", "(a)",
          "( ",  "\"<\"", "<\"",   "<,",     "=?",     "%40",  "@\xc3\xa9", "/",   "a/b/c,",  "\x1b$",
          "\x1b", "<(\"", "\"\\\"", " \r\n ", "a@a@",  "IMCEANOTES-a+40b@acme.example,",      "\x95\x5c" };
  g_autoptr (IstRewriter) rewriter = ist_test_rewriter (IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, "");

  for (gsize i = 0; rewriter != NULL && i < G_N_ELEMENTS (units); i++)
    {
      g_autofree char *list = repeat ("To: ", units[i], FIELD_BYTES, "\r\n\r\n");
      g_autofree char *other = repeat ("X-Other: ", units[i], FIELD_BYTES * 10, "\r\n\r\n");

      ist_row ("%s", units[i]);
      IST_ASSERT (time_rewrite (rewriter, list) < LIMIT_USECS);
      IST_ASSERT (time_rewrite (rewriter, other) < LIMIT_USECS);
    }
}

/* More fields and mailboxes than real mail has: all pass, only so many are read. */
static void
test_many_fields (void)
{
  static const char *const units[] = { "To: anna@d.acme.example\r\n", "X: y\r\n", "DKIM-Signature: h=to; b=x\r\n",
                                       "Message-ID: <a@d.acme.example>\r\n" };
  g_autoptr (IstRewriter) rewriter = ist_test_rewriter (IST_SIDE_DOMINO, IST_SIDE_EXCHANGE, "");

  for (gsize i = 0; rewriter != NULL && i < G_N_ELEMENTS (units); i++)
    {
      g_autofree char *text = repeat ("", units[i], 100000 * strlen (units[i]), "\r\nbody\r\n");

      ist_row ("%.20s", units[i]);
      IST_ASSERT (time_rewrite (rewriter, text) < LIMIT_USECS);
    }
}

static void
test_bounds (void)
{
  g_autofree char *list = repeat ("To: a@b.example", ",a@b.example", 500000, "\r\n");
  g_autoptr (GArray) spans = ist_header_mailboxes (list, strlen (list));
  g_autoptr (GArray) none = ist_header_mailboxes ("no colon", 8);
  g_autoptr (GArray) empty = ist_header_mailboxes ("", 0);

  IST_ASSERT_INT (spans->len, 10000);
  IST_ASSERT_INT (none->len, 0);
  IST_ASSERT_INT (empty->len, 0);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "one-field", test_one_field },
    { "many-fields", test_many_fields },
    { "bounds", test_bounds },
    { NULL, NULL },
  };

  return ist_test_main ("hostile-header", tests);
}
