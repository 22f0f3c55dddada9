/*
 * Preparation of one message for several people: who gets it converted, who unchanged, and what is told.
 */
#include "connector/flow/prepare.h"
#include "connector/settings.h"
#include "dirsync/mirror.h"
#include "tests/harness/harness.h"

#include <string.h>

static const char base_text[]
    = "[connector]\nhostname = mx.acme.example\n"
      "[side domino]\nrelay = d\nnotes-domain = ACME\n[side exchange]\nrelay = x\n[side internet]\nrelay = i\n"
      "[relay d]\nhosts = d\n[relay i]\nhosts = i\n"
      "[domain acme.example]\ntype = shared\n"
      "[domain d.acme.example]\ntype = routing\nside = domino\nprimary = acme.example\n";

static const char people_csv[]
    = "address,groups\nbob@acme.example,Pilot\nnina@acme.example,Everybody\notto@acme.example,\n";

static const char mail[]
    = "From: anna@d.acme.example\r\nTo: bob@acme.example, nina@acme.example\r\n"
      "DKIM-Signature: v=1; h=from; b=x\r\n"
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n"
      "--b\r\nContent-Type: application/x-lotus-encap\r\n\r\nx\r\n--b--\r\n";
static const char converted[]
    = "From: anna@acme.example\r\nTo: bob@acme.example, nina@acme.example\r\n"
      "DKIM-Signature: v=1; h=from; b=x\r\n"
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n";

typedef struct
{
  char *dir;
  IstMirror *mirror;
  IstSnapshot *snapshot;
  IstQueueMessage *message;
  IstQueueJob job;
} Box;

static void
box_clear (Box *box)
{
  ist_snapshot_unref (box->snapshot);
  ist_mirror_close (box->mirror);
  ist_queue_message_free (box->message);
  g_free (box->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Box, box_clear)

static gboolean
load (Box *box, const char *source, IstSide side, const char *people)
{
  g_autofree char *file = g_strdup_printf ("%s/%s.csv", box->dir, source);

  return IST_ASSERT (g_file_set_contents (file, people, -1, NULL))
         && IST_ASSERT (ist_mirror_load_file (box->mirror, source, side, file, NULL) > 0);
}

static gboolean
open_directory (Box *box)
{
  g_autofree char *database = NULL;
  static const char *const sources[] = { "d", "x", NULL };

  box->dir = ist_test_dir ();
  database = g_build_filename (box->dir, "directory.db", NULL);
  box->mirror = ist_mirror_open (database, NULL);
  return IST_ASSERT (box->mirror != NULL)
         && load (box, "d", IST_SIDE_DOMINO, "address\nanna@acme.example\n")
         && load (box, "x", IST_SIDE_EXCHANGE, people_csv)
         && IST_ASSERT (ist_mirror_keep_only (box->mirror, sources, NULL));
}

static gboolean
box_open (Box *box, const char *more, const char *sender, const char *const *recipients)
{
  g_autofree char *text = g_strconcat (base_text, strstr (more, "[relay x]") == NULL ? "[relay x]\nhosts = x\n" : "", more, NULL);
  g_autofree const IstSettingGroup **tables = ist_connector_setting_tables ();
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) bytes = g_bytes_new_static (mail, strlen (mail));
  IstSettings *settings = ist_settings_parse (text, "test.conf", ".", tables, errors);

  if (!IST_ASSERT (settings != NULL) || !open_directory (box))
    return FALSE;
  box->snapshot = ist_snapshot_new (settings, ist_mirror_directory (box->mirror), 1, errors);
  if (!IST_ASSERT (box->snapshot != NULL))
    return FALSE;
  box->message = ist_queue_message_new ();
  box->message->sender = g_strdup (sender);
  box->message->origin = IST_SIDE_DOMINO;
  box->message->body = ist_body_new_bytes (bytes);
  box->message->size_bytes = strlen (mail);
  for (; *recipients != NULL; recipients++)
    {
      IstQueueRecipient *row = ist_queue_recipient_new (*recipients);

      row->generation = 1;
      row->relay = g_strdup ("x");
      g_ptr_array_add (box->message->recipients, row);
    }
  box->job = (IstQueueJob){ .message = box->message, .relay = (char *) "x" };
  return TRUE;
}

/* The message without our trace, as its reader gets it. */
static char *
text_of (const IstPrepared *group)
{
  g_autoptr (GBytes) bytes = ist_message_to_bytes (group->message);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  const char *from = g_strstr_len (data, (gssize) size, "From: ");

  IST_ASSERT (g_str_has_prefix (data, "X-Isthmus-Trace: mx.acme.example; to="));
  return from != NULL ? g_strndup (from, size - (gsize) (from - data)) : NULL;
}

static gboolean
tells (const IstPrepared *group, const char *transform)
{
  for (guint i = 0; i < group->changes->len; i++)
    if (strcmp (((IstChange *) g_ptr_array_index (group->changes, i))->transform, transform) == 0)
      return TRUE;
  return FALSE;
}

#define PILOT "[rewrite domino-to-exchange]\npilot = Pilot\n"

/* Who stands in the pilot group, on either end, gets it converted; the others get the very bytes, and what would
 * have been done is told for them too. */
static void
test_pilot (void)
{
  static const struct
  {
    const char *name, *more, *sender;
    guint n_groups;
    gboolean first_converted; /* bob's */
    gboolean last_converted;  /* nina's */
  } rows[] = {
    { "no pilot: all", "", "anna@d.acme.example", 1, TRUE, TRUE },
    { "one recipient is a member", PILOT, "anna@d.acme.example", 2, TRUE, FALSE },
    { "the sender is a member", PILOT, "bob@acme.example", 1, TRUE, TRUE },
    { "nobody is", "[rewrite domino-to-exchange]\npilot = None\n", "anna@d.acme.example", 1, FALSE, FALSE },
    { "another direction's pilot", "[rewrite exchange-to-domino]\npilot = None\n", "anna@d.acme.example", 1, TRUE,
      TRUE },
    { "a rule for one of them", "[rule r]\nrecipients = nina@acme.example\naction = convert-mode\nmode = report-only\n",
      "anna@d.acme.example", 2, TRUE, FALSE },
  };
  static const char *const recipients[] = { "bob@acme.example", "nina@acme.example", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Box) box = { 0 };
      g_autoptr (IstPreparation) got = NULL;

      ist_row ("%s", rows[i].name);
      if (!box_open (&box, rows[i].more, rows[i].sender, recipients))
        return;
      got = ist_prepare (box.snapshot, "key", &box.job);
      IST_ASSERT_INT (got->diverted->len, 0);
      if (!IST_ASSERT_INT (got->groups->len, rows[i].n_groups))
        continue;
      for (guint k = 0; k < got->groups->len; k++)
        {
          const IstPrepared *group = g_ptr_array_index (got->groups, k);
          gboolean want = k == 0 ? rows[i].first_converted : rows[i].last_converted;
          g_autofree char *text = text_of (group);

          IST_ASSERT_STR (text, want ? converted : mail);
          IST_ASSERT_INT (group->report_only, !want);
          IST_ASSERT_STR (group->sender, want && rows[i].sender[0] == 'a' ? "anna@acme.example" : rows[i].sender);
          IST_ASSERT (tells (group, "address-rewrite") && tells (group, "notes-encap-strip")
                      && tells (group, "signature-broken"));
        }
    }
}

/* Each profile is a group of its own, and so are people of the Internet, whose relay may be that of Exchange. */
static void
test_profiles (void)
{
  static const struct
  {
    const char *name, *more;
    guint n_groups; /* bob and otto of Exchange, carl and dan of the Internet */
    const char *want; /* side, profile, number of people, what is left of the copy */
  } rows[] = {
    { "by side alone", "", 2, "exchange - 2 stripped; internet - 2 stripped" },
    { "by a rule too", "[rule p]\nrecipients = otto@acme.example\naction = convert-profile\nconvert = keep\n", 3,
      "exchange - 1 stripped; exchange keep 1 kept; internet - 2 stripped" },
    { "the relay's", "", 2, "exchange keep 2 kept; internet keep 2 stripped" },
    { "a rule over the relay's",
      "[rule p]\nrecipients = otto@acme.example, dan@else.example\naction = convert-profile\nconvert = plain\n", 4,
      "exchange keep 1 kept; exchange plain 1 stripped; internet keep 1 stripped; internet plain 1 stripped" },
  };
  static const char *const recipients[]
      = { "bob@acme.example", "otto@acme.example", "carl@else.example", "dan@else.example", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *more
          = g_strconcat ("[convert keep]\nnotes-encap-strip = no\n[convert plain]\n"
                         "[rule i]\ndestinations = internet\nrelay = x\nconvert =",
                         "\n[relay x]\nhosts = x\n", i >= 2 ? "convert = keep\n" : "", NULL);
      g_autofree char *rules = g_strconcat (rows[i].more, more, NULL);
      g_auto (Box) box = { 0 };
      g_autoptr (IstPreparation) got = NULL;
      g_autoptr (GString) words = g_string_new (NULL);

      ist_row ("%s", rows[i].name);
      if (!box_open (&box, rules, "anna@d.acme.example", recipients))
        return;
      got = ist_prepare (box.snapshot, "key", &box.job);
      IST_ASSERT_INT (got->diverted->len, 0);
      IST_ASSERT_INT (got->groups->len, rows[i].n_groups);
      for (guint k = 0; k < got->groups->len; k++)
        {
          const IstPrepared *group = g_ptr_array_index (got->groups, k);
          g_autofree char *text = text_of (group);

          g_string_append_printf (words, "%s%s %s %u %s", k > 0 ? "; " : "", ist_side_name (group->side),
                                  group->profile != NULL ? group->profile : "-", group->rcpts->len,
                                  strstr (text, "x-lotus-encap") != NULL ? "kept" : "stripped");
        }
      IST_ASSERT_STR (words->str, rows[i].want);
    }
}

/* Nina moves to Domino while mail waits for her at Exchange's relay; the settings stay. The next preparation gives it
 * to the other relay, also when the sender lives there; what an administrator redirected stays where he put it. */
static void
test_moved (void)
{
  static const char *const recipients[] = { "nina@acme.example", NULL };
  static const struct
  {
    const char *name;
    guint generation;
    gboolean diverted;
  } rows[] = { { "routed by these settings", 1, TRUE }, { "redirected by hand", G_MAXUINT, FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Box) box = { 0 };
      g_autoptr (IstPreparation) got = NULL;

      ist_row ("%s", rows[i].name);
      if (!box_open (&box, "", "anna@acme.example", recipients)
          || !load (&box, "x", IST_SIDE_EXCHANGE, "address\nbob@acme.example\n")
          || !load (&box, "d", IST_SIDE_DOMINO, "address\nanna@acme.example\nnina@acme.example\n"))
        return;
      ((IstQueueRecipient *) g_ptr_array_index (box.message->recipients, 0))->generation = rows[i].generation;
      got = ist_prepare (box.snapshot, "key", &box.job);
      IST_ASSERT_INT (got->diverted->len, rows[i].diverted);
      if (got->diverted->len == 1)
        {
          const IstDiverted *diverted = g_ptr_array_index (got->diverted, 0);

          IST_ASSERT_INT (diverted->route.action, IST_ROUTE_RELAY);
          IST_ASSERT_STR (diverted->route.relay, "d");
        }
    }
}

int
main (void)
{
  static const IstTest tests[] = {
    { "pilot", test_pilot },
    { "profiles", test_profiles },
    { "moved", test_moved },
    { NULL, NULL },
  };

  return ist_test_main ("prepare", tests);
}
