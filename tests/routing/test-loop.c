/*
 * Is this message going in circles? (MAIL-13: a list expanded by the other side is none.)
 */
#include "routing/loop.h"
#include "tests/harness/harness.h"
#include "tests/routing/rewrite-harness.h"

#include <string.h>

#define HOST "mx.acme.example"
#define KEY "0123456789abcdef"

/* One more hop: our trace for `recipients` (separated by blanks) in front. */
static char *
pass (const char *text, const char *host, const char *recipients)
{
  g_auto (GStrv) list = g_strsplit (recipients, " ", -1);
  g_autofree char *field = ist_loop_trace_field (host, KEY, (const char *const *) list);

  return g_strconcat (field, text, NULL);
}

static void
test_passes (void)
{
  static const struct
  {
    const char *name, *first, *second, *third, *recipient;
    gboolean loop;
  } rows[] = {
    { "never seen", NULL, NULL, NULL, "bob@acme.example", FALSE },
    { "once: a person's own forwarding", "bob@acme.example", NULL, NULL, "bob@acme.example", FALSE },
    { "twice: a circle", "bob@acme.example", "bob@acme.example", NULL, "bob@acme.example", TRUE },
    { "a list comes back as its members", "list@acme.example", "anna@acme.example otto@acme.example", NULL,
      "carla@acme.example", FALSE },
    { "a contact that points back", "otto@acme.example", "list@acme.example", "otto@acme.example",
      "otto@acme.example", TRUE },
    { "in other case", "Bob@Acme.Example", "\"bob\"@acme.example", NULL, "bob@ACME.example", TRUE },
    { "one of many", "a@b.example c@d.example e@f.example g@h.example i@j.example k@l.example m@n.example",
      "k@l.example", NULL, "k@l.example", TRUE },
    { "last of many in folded lines",
      "a@b.example c@d.example e@f.example g@h.example i@j.example k@l.example m@n.example",
      "a@b.example c@d.example e@f.example g@h.example i@j.example k@l.example m@n.example", NULL, "m@n.example",
      TRUE },
    { "twice in one transaction is one pass", "bob@acme.example bob@acme.example", NULL, NULL, "bob@acme.example",
      FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const hops[] = { rows[i].first, rows[i].second, rows[i].third };
      g_autofree char *text = g_strdup ("Subject: x\r\n\r\nhello\r\n");
      g_autoptr (IstMessage) message = NULL;

      for (gsize k = 0; k < G_N_ELEMENTS (hops) && hops[k] != NULL; k++)
        {
          char *next = pass (text, HOST, hops[k]);

          g_free (text);
          text = next;
        }
      message = ist_test_message (text);
      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (ist_loop_has_passed (message, HOST, KEY, rows[i].recipient), rows[i].loop);
    }
}

/* Another connector's trace is not ours, however alike its name is. */
static void
test_host (void)
{
  static const char *const hosts[] = { "mx2.acme.example", "mx.acme.example.org", "mx.acme.exampl", "x" };

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *one = pass ("\r\n", hosts[i], "bob@acme.example");
      g_autofree char *two = pass (one, hosts[i], "bob@acme.example");
      g_autoptr (IstMessage) message = ist_test_message (two);

      ist_row ("%s", hosts[i]);
      IST_ASSERT (!ist_loop_has_passed (message, HOST, KEY, "bob@acme.example"));
      IST_ASSERT (ist_loop_has_passed (message, hosts[i], KEY, "bob@acme.example"));
    }
}

/* The field tells a reader no address, and each of its lines is within the 998 of RFC 5322 2.1.1. */
static void
test_field (void)
{
  const char *recipients[1001];
  g_autofree char *field = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (IstMessage) message = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < 1000; i++)
    recipients[i] = "secret@acme.example";
  recipients[1000] = NULL;
  field = ist_loop_trace_field (HOST, KEY, recipients);
  IST_ASSERT (strstr (field, "secret") == NULL);
  IST_ASSERT (g_str_has_suffix (field, "\r\n"));
  lines = g_strsplit (field, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    IST_ASSERT (strlen (lines[i]) <= 998);
  text = g_strconcat (field, "Subject: x\r\n\r\n", NULL);
  message = ist_test_message (text);
  IST_ASSERT_INT (ist_message_n_fields (message), 2);
}

static void
test_received (void)
{
  g_autoptr (IstMessage) message
      = ist_test_message ("Received: from a\r\n\tby b\r\nX-Received: no\r\nreceived: from c\r\n\r\nReceived: body\r\n");

  IST_ASSERT_INT (ist_loop_count_received (message), 2);
}

/* Who does not know the key can neither read nor forge who got the message. */
static void
test_key (void)
{
  static const char *const recipients[] = { "bob@acme.example", NULL };
  g_autofree char *ours = ist_loop_trace_field (HOST, KEY, recipients);
  g_autofree char *theirs = ist_loop_trace_field (HOST, "other", recipients);
  g_autofree char *text = g_strconcat (theirs, theirs, "\r\n", NULL);
  g_autoptr (IstMessage) message = ist_test_message (text);

  IST_ASSERT (strcmp (ours, theirs) != 0);
  IST_ASSERT (!ist_loop_has_passed (message, HOST, KEY, "bob@acme.example"));
  IST_ASSERT (ist_loop_has_passed (message, HOST, "other", "bob@acme.example"));
}

int
main (void)
{
  static const IstTest tests[] = {
    { "MAIL-13-passes", test_passes },
    { "host", test_host },
    { "field", test_field },
    { "key", test_key },
    { "received", test_received },
    { NULL, NULL },
  };

  return ist_test_main ("loop", tests);
}
