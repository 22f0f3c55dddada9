/* A message that became three for one person: set and order hold, whatever happens to the second. */
#include "tests/scenario/scenario.h"

#include <string.h>

static GBytes *
part_text (guint i)
{
  char *text = g_strdup_printf ("From: <anna@acme.example>\r\nSubject: part %u\r\n\r\nhello\r\n", i);

  return g_bytes_new_take (text, strlen (text));
}

/* Puts the message and its three parts into the queue of an instance that does not deliver yet. */
static gboolean
materialise (IstScenario *s)
{
  IstQueue *queue = s->instance->queue;
  g_autoptr (IstQueueMessage) message = ist_queue_message_new ();
  g_autoptr (GBytes) whole = part_text (0);
  GBytes *texts[3] = { part_text (1), part_text (2), part_text (3) };
  IstQueueRecipient *row = ist_queue_recipient_new ("bob@acme.example");
  IstQueuePart parts[3];
  IstQueueJob *job;
  gboolean ok;

  message->queue_id = ist_queue_new_id (queue);
  message->sender = g_strdup ("anna@acme.example");
  message->origin = IST_SIDE_DOMINO;
  message->listener = g_strdup ("domino");
  message->peer = g_strdup ("127.0.0.1");
  message->helo = g_strdup ("test");
  message->priority = IST_PRIORITY_NORMAL;
  message->received = ist_queue_now (queue);
  message->expires = message->received + 5 * (gint64) DAY * G_USEC_PER_SEC;
  message->body = ist_body_new_bytes (whole);
  message->size_bytes = g_bytes_get_size (whole);
  row->side = IST_SIDE_EXCHANGE;
  row->relay = g_strdup ("exchange");
  row->generation = s->instance->generation;
  g_ptr_array_add (message->recipients, row);
  if (!IST_ASSERT (ist_queue_submit (queue, message, NULL, NULL)))
    return FALSE;
  job = ist_queue_take (queue, "exchange", 0);
  if (!IST_ASSERT (job != NULL))
    return FALSE;
  for (guint i = 0; i < 3; i++)
    {
      static const char *const keys[] = { "1", "2", "3" };

      parts[i] = (IstQueuePart){
        .recipient = ((IstQueueRecipient *) g_ptr_array_index (job->message->recipients, 0))->id,
        .part_key = keys[i],
        .order_key = "bob uid",
        .body = texts[i],
      };
    }
  ok = ist_queue_materialise (queue, job, parts, 3, NULL);
  for (guint i = 0; i < 3; i++)
    g_bytes_unref (texts[i]);
  return IST_ASSERT (ok);
}

static void
assert_part (IstHost *host, guint place, guint part)
{
  const IstArrival *arrival = ist_host_arrived (host, place);
  g_autofree char *subject = g_strdup_printf ("\r\nSubject: part %u\r\n", part);

  ist_row ("place %u, part %u", place, part);
  if (IST_ASSERT (arrival != NULL))
    IST_ASSERT (strstr (arrival->text->str, subject) != NULL);
}

/* The second is deferred: the third waits behind it. A reload gives both to another relay, in order. */
static void
test_reload (void)
{
  IstScenario *s = ist_scenario_new ();
  IstHost *fresh = ist_host_new ("127.0.0.1", 0);

  ist_scenario_configure (s, "[relay fresh]\ntls-level = none\nhosts = 127.0.0.1:%u\n",
                          ist_host_port (fresh));
  ist_host_says (s->exchange, IST_HOST_ALWAYS, ".", "451 4.3.0 later");
  ist_host_says (s->exchange, 1, ".", "250 2.0.0 kept");
  if (ist_scenario_open (s) && materialise (s) && ist_scenario_start (s))
    {
      ist_scenario_settle (s);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
      assert_part (s->exchange, 0, 1);
      ist_scenario_configure (s, "[side exchange]\nrelay = fresh\n");
      ist_scenario_reload (s);
      ist_scenario_pass (s, HOUR);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 1);
      IST_ASSERT_INT (ist_host_n_arrived (fresh), 2);
      assert_part (fresh, 0, 2);
      assert_part (fresh, 1, 3);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 0);
    }
  ist_scenario_free (s);
  ist_host_free (fresh);
}

/* The same over a restart, to the same relay. */
static void
test_restart (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, ".", "451 4.3.0 later");
  ist_host_says (s->exchange, 1, ".", "250 2.0.0 kept");
  if (ist_scenario_open (s) && materialise (s) && ist_scenario_start (s))
    {
      ist_scenario_settle (s);
      ist_scenario_stop (s);
      if (ist_scenario_start (s))
        ist_scenario_pass (s, HOUR);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 3);
      for (guint i = 0; i < 3; i++)
        assert_part (s->exchange, i, i + 1);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
    }
  ist_scenario_free (s);
}

/* The second is refused for good: the third is released, and one report tells of it. */
static void
test_refused (void)
{
  IstScenario *s = ist_scenario_new ();

  ist_host_says (s->exchange, 1, ".", "554 5.6.0 not this one");
  ist_host_says (s->exchange, 1, ".", "250 2.0.0 kept");
  if (ist_scenario_open (s) && materialise (s) && ist_scenario_start (s))
    {
      ist_scenario_pass (s, HOUR);
      IST_ASSERT_INT (ist_host_n_arrived (s->exchange), 2);
      assert_part (s->exchange, 0, 1);
      assert_part (s->exchange, 1, 3);
      IST_ASSERT_INT (ist_host_n_arrived (s->domino), 1);
      IST_ASSERT_INT (ist_scenario_queued (s, -1), 0);
    }
  ist_scenario_free (s);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "second deferred, then a reload", test_reload },
    { "second deferred, then a restart", test_restart },
    { "second refused", test_refused },
    { NULL },
  };

  return ist_test_main ("parts", tests);
}
