/*
 * tests/connector/test-ctl.c - isthmusctl as a program: exit codes, texts, JSON; with a daemon and without.
 */
#include "tests/connector/site.h"
#include "tests/harness/harness.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

static gboolean
holds (const char *text, const char *what)
{
  if (strstr (text, what) != NULL)
    return TRUE;
  return IST_ASSERT_STR (text, what);
}

/* ---- every verb ---- */

/* All of these run against a site with one held message. ID stands for its queue id. */
static void
test_verbs (void)
{
  static const struct
  {
    const char *words; /* separated by blanks */
    int code;
    const char *says;  /* on standard output */
  } rows[] = {
    { "status", 0, "takes mail" },
    { "queue", 0, "1 message" },
    { "queue summary", 0, "exchange" },
    { "queue list", 0, "<bob@acme.example>" },
    { "queue --state held", 0, "<bob@acme.example>" },
    { "queue list --relay domino", 0, "no message is like that" },
    { "queue show ID", 0, "to <bob@acme.example>: held" },
    { "queue export ID", 0, "Subject: test" },
    { "trace 1@a", 0, "smtp received" },
    { "trace anna@acme.example", 0, "still in the queue" },
    { "route explain anna@acme.example bob@acme.example", 0, "relay     exchange" },
    { "transforms", 0, "notes-encap-strip" },
    { "config check", 0, "is good" },
    { "config show", 0, "hostname = isthmus.acme.example" },
    { "config reference", 0, "[listener NAME]" },
    { "config reference --man", 0, ".SS [listener NAME]" },
    { "reload", 0, "is in force" },
    { "log --lines 5", 0, "connector reloaded" },
    { "version", 0, "isthmus " },
    { "help", 0, "transforms" },
    { "help queue", 0, "queue redirect" },
    { "queue --help", 0, "queue redirect" },
    { "queue redirect ID --to carl@acme.example", 0, "redirect: 1 recipient" },
  };
  IstSite *site = ist_site_start ("");
  g_autofree char *id = site != NULL ? ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a") : NULL;

  for (gsize i = 0; site != NULL && i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *out = NULL;
      g_autofree char *err = NULL;

      ist_row ("%s", rows[i].words);
      IST_ASSERT_INT (ist_site_ctl_line (site, rows[i].words, id, &out, &err), rows[i].code);
      holds (out, rows[i].says);
      IST_ASSERT_STR (err, "");
    }
  if (site != NULL)
    ist_site_stop (site);
}

/* The same answers as JSON: each parses, and has this member or is a list. */
static void
test_json (void)
{
  static const struct
  {
    const char *words, *member; /* NULL: a list */
    int code;
  } rows[] = {
    { "status", "version", 0 },
    { "queue", "relays", 0 },
    { "queue list", "messages", 0 },
    { "queue show ID", "recipients", 0 },
    { "trace 1@a", "events", 0 },
    { "route explain anna@acme.example bob@acme.example", "steps", 0 },
    { "route explain anna@acme.example nobody@acme.example", "reply", 1 },
    { "transforms", "transforms", 0 },
    { "config check", "good", 0 },
    { "config show", "groups", 0 },
    { "config reference", NULL, 0 },
    { "reload", "reloaded", 0 },
    { "log --lines 1", "event", 0 },
    { "version", "version", 0 },
    { "help", NULL, 0 },
    { "queue release NOSUCH", "changed", 1 },
    { "queue show NOSUCH", "error", 1 },
    { "trace nobody@nowhere.example", "error", 1 },
    { "nonsense", "error", 2 },
    { "queue delete ID", "error", 2 },
    { "queue delete ID --yes", "changed", 0 },
  };
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = g_strconcat ("--json ", rows[i].words, NULL);
      g_autofree char *out = NULL;
      json_t *json;

      ist_row ("%s", rows[i].words);
      IST_ASSERT_INT (ist_site_ctl_line (site, line, id, &out, NULL), rows[i].code);
      json = json_loads (out, 0, NULL);
      if (!IST_ASSERT (json != NULL))
        ist_note ("%s", out);
      IST_ASSERT (rows[i].member == NULL ? json_is_array (json) : json_object_get (json, rows[i].member) != NULL);
      json_decref (json);
    }
  ist_site_stop (site);
}

static void
test_json_behind_the_verb (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *out = NULL;
  json_t *json;

  IST_ASSERT_INT (ist_site_ctl (site, NULL, &out, NULL, "queue", "list", "--json", NULL), 0);
  json = json_loads (out, 0, NULL);
  IST_ASSERT (json_is_array (json_object_get (json, "messages")));
  json_decref (json);
  ist_site_stop (site);
}

/* ---- what is wrong ---- */

static void
test_usage (void)
{
  static const struct
  {
    const char *words, *says;
  } rows[] = {
    { "nonsense", "there is no verb \"nonsense\"" },
    { "status more", "status" },
    { "status --nonsense", "--nonsense" },
    { "queue nonsense", "queue hold" },
    { "queue show", "queue show ID" },
    { "queue hold", "queue hold" },
    { "queue hold X --relay Y", "queue hold" },
    { "queue redirect X", "--to ADDRESS" },
    { "queue hold X --to y@z", "queue hold" },
    { "queue list --state gone", "\"gone\" is no state" },
    { "queue list --limit x", "no number" },
    { "route explain a@b.example", "route explain FROM TO" },
    { "route explain a@b c@d --side moon", "--side" },
    { "trace", "trace MESSAGE-ID" },
    { "config", "config check" },
    { "convert --direction up", "no direction" },
    { "convert", "--direction" },
    { "log --lines 0", "--lines" },
  };
  IstSite *site = ist_site_start ("");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *out = NULL;
      g_autofree char *err = NULL;

      ist_row ("%s", rows[i].words);
      IST_ASSERT_INT (ist_site_ctl_line (site, rows[i].words, NULL, &out, &err), 2);
      IST_ASSERT_STR (out, "");
      holds (err, rows[i].says);
    }
  ist_site_stop (site);
}

/* The daemon is gone: what needs it says where it was looked for and what to do; the rest works. */
static void
test_without_daemon (void)
{
  static const struct
  {
    const char *words;
    int code;
    const char *out, *err;
  } rows[] = {
    { "status", 3, "", "systemctl status isthmus" },
    { "queue", 3, "", "no daemon answers on " },
    { "reload", 3, "", "no daemon answers on " },
    { "log --follow", 3, "", "no daemon answers on " },
    { "log", 0, "connector stopped", "no daemon answers: from " },
    { "trace 1@a", 0, "smtp received", "from the log files" },
    { "trace unknown@a", 1, "", "nothing is known" },
    { "route explain anna@acme.example bob@acme.example", 0, "relay     exchange", "worked out from " },
    { "route explain anna@acme.example nobody@acme.example", 1, "550 5.1.1", "worked out from " },
    { "transforms", 0, "notes-encap-strip", "" },
    { "config check", 0, "is good", "" },
    { "version", 0, "isthmus ", "" },
  };
  IstSite *site = ist_site_start ("");
  g_autofree char *id G_GNUC_UNUSED = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");

  ist_instance_stop (site->instance);
  g_clear_pointer (&site->instance, ist_instance_free);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *out = NULL;
      g_autofree char *err = NULL;

      ist_row ("%s", rows[i].words);
      IST_ASSERT_INT (ist_site_ctl_line (site, rows[i].words, NULL, &out, &err), rows[i].code);
      holds (out, rows[i].out);
      holds (err, rows[i].err);
    }
  ist_site_stop (site);
}

/* The daemon is found although its file has an error by now, and says what is wrong with it. */
static void
test_reload_wrong (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *err = NULL;
  g_autofree char *out = NULL;
  g_autofree char *check = NULL;
  g_autofree char *status = NULL;

  ist_site_write (site, "", "[relay more]\nhosts = 127.0.0.1:1\nretyr = 5\n\n[listner x]\n");
  IST_ASSERT_INT (ist_site_ctl (site, NULL, &out, &err, "reload", NULL), 4);
  holds (err, "retyr");
  holds (err, "listner");
  holds (err, "nothing was changed");
  holds (err, site->config);
  IST_ASSERT_STR (out, "");
  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, &check, "config", "check", NULL), 1);
  IST_ASSERT (strncmp (check, err, strlen (check)) == 0);
  IST_ASSERT_INT (ist_site_ctl (site, NULL, &status, NULL, "status", NULL), 0);
  ist_site_stop (site);
}

static void
test_reload_waiting (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *out = NULL;
  g_autofree char *status = NULL;

  ist_site_write (site, "socket-group = root\n", "");
  IST_ASSERT_INT (ist_site_ctl (site, NULL, &out, NULL, "reload", NULL), 0);
  holds (out, "[admin] socket-group waits for a restart");
  IST_ASSERT_INT (ist_site_ctl (site, NULL, &status, NULL, "status", NULL), 0);
  holds (status, "[admin] socket-group waits for a restart");
  ist_site_stop (site);
}

/* ---- acting ---- */

static void
test_delete (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *one = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  g_autofree char *two G_GNUC_UNUSED = ist_site_send (site, "anna@acme.example", "carl@acme.example", "2@a");
  g_autofree char *refused = NULL;
  g_autofree char *counted = NULL;
  g_autofree char *none = NULL;

  /* Nobody can be asked: without --yes nothing is deleted. */
  IST_ASSERT_INT (ist_site_ctl (site, "y\n", NULL, &refused, "queue", "delete", one, NULL), 2);
  holds (refused, "--yes");
  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, NULL, "queue", "show", one, NULL), 0);
  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, &counted, "queue", "delete", "--relay", "exchange", "--yes", NULL), 0);
  holds (counted, "2 messages with 2 recipients");
  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, NULL, "queue", "show", one, NULL), 1);
  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, &none, "queue", "delete", "--relay", "exchange", "--yes", NULL), 1);
  holds (none, "no message in the queue is like that");
  ist_site_stop (site);
}

static void
test_redirect (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  g_autofree char *refused = NULL;
  g_autofree char *shown = NULL;

  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, &refused, "queue", "redirect", id, "--to", "nobody@acme.example", NULL), 1);
  holds (refused, "550 5.1.1");
  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, NULL, "queue", "redirect", id, "--to", "carl@acme.example", NULL), 0);
  IST_ASSERT_INT (ist_site_ctl (site, NULL, &shown, NULL, "queue", "show", id, NULL), 0);
  holds (shown, "to <carl@acme.example>");
  ist_site_stop (site);
}

static void
test_export (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *one G_GNUC_UNUSED = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1@a");
  g_autofree char *two = ist_site_send (site, "anna@acme.example", "carl@acme.example", "2@a");
  g_autofree char *folder = g_build_filename (site->dir, "exported", NULL);
  g_autofree char *name = g_strconcat (two, ".eml", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *mail = NULL;
  g_autofree char *out = NULL;
  GStatBuf info;

  IST_ASSERT_INT (ist_site_ctl (site, NULL, &out, NULL, "queue", "export", "--all", "--out-dir", folder, NULL), 0);
  holds (out, "2 exported");
  mail = ist_test_read (path, NULL);
  holds (mail, "Message-ID: <2@a>");
  IST_ASSERT_INT (g_stat (path, &info) == 0 ? info.st_mode & 0777 : 0, 0600);
  ist_site_stop (site);
}

/* A control sequence in a header field does not reach the terminal; JSON has its own escapes. */
static void
test_control_characters (void)
{
  IstSite *site = ist_site_start ("");
  g_autofree char *id = ist_site_send (site, "anna@acme.example", "bob@acme.example", "1\033[31m@a");
  static const char *const lines[] = { "queue show ID", "trace ID", "log", "--json queue show ID" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *out = NULL;

      ist_row ("%s", lines[i]);
      IST_ASSERT_INT (ist_site_ctl_line (site, lines[i], id, &out, NULL), 0);
      IST_ASSERT (strchr (out, '\033') == NULL);
      IST_ASSERT (strstr (out, "\\u001b[31m") != NULL || strstr (out, "\\u001B[31m") != NULL);
    }
  ist_site_stop (site);
}

/* ---- convert ---- */

static void
test_convert (void)
{
  static const char in[] = "From: Anna Berg/Acme@ACME\nTo: <bob@acme.example>\nSubject: x\n\nHello\n";
  IstSite *site = ist_site_start ("");
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autofree char *report = NULL;
  g_autofree char *missing = NULL;
  json_t *changes;

  IST_ASSERT_INT (ist_site_ctl (site, in, &out, &err, "convert", "--direction", "domino-to-exchange", NULL), 0);
  holds (out, "<anna@acme.example>");
  holds (out, "\r\n\r\nHello\r\n");
  holds (err, "address-rewrite");
  IST_ASSERT_INT (ist_site_ctl (site, in, NULL, &report, "convert", "--direction", "domino-to-exchange", "--report",
                                "json", NULL),
                  0);
  changes = json_loads (report, 0, NULL);
  IST_ASSERT_STR (json_string_value (json_object_get (json_array_get (changes, 0), "transform")), "address-rewrite");
  json_decref (changes);
  IST_ASSERT_INT (ist_site_ctl (site, in, NULL, &missing, "convert", "--direction", "domino-to-exchange", "--memory",
                                "/nonexistent/meetings.db", NULL),
                  4);
  holds (missing, "/nonexistent/meetings.db");
  ist_site_stop (site);
}

/* What only the null sender makes a failure report: the envelope comes from the file. */
static void
test_convert_sender (void)
{
  static const char report[] = "From: Postmaster@acme.example\nTo: <bob@acme.example>\nSubject: x\n\n"
                               "Ihre Nachricht\n\n  Betreff: y\n\nwurde nicht zugestellt an:\n\n"
                               "  anna@acme.example\n\nweil:\n\n  550 5.2.2 Postfach voll\n\n";
  static const struct
  {
    const char *path;
    gboolean is_report;
  } rows[] = { { "Return-Path: <>\n", TRUE }, { "Return-Path: <postmaster@acme.example>\n", FALSE }, { "", FALSE } };
  IstSite *site = ist_site_start ("");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *in = g_strconcat (rows[i].path, report, NULL);
      g_autofree char *out = NULL;

      ist_row ("%s", rows[i].path);
      IST_ASSERT_INT (ist_site_ctl (site, in, &out, NULL, "convert", "--direction", "domino-to-exchange", NULL), 0);
      IST_ASSERT_INT (strstr (out, "Status: 5.2.2") != NULL, rows[i].is_report);
    }
  ist_site_stop (site);
}

/* ---- conversion profiles ---- */

/* With a daemon and without one: the same answers. */
static void
test_profiles (void)
{
  static const char more[] = "[convert]\ndoclinks = text\n[convert trim]\nheaders-trim = yes\n"
                             "[rule p]\nrecipients = bob@acme.example\naction = convert-profile\nconvert = trim\n";
  static const char in[] = "From: <anna@acme.example>\nX-MIMETrack: x\nContent-Type: text/html\n\n"
                           "<a href=\"notes:///85255E18006C664A\">plan</a>\n";
  static const struct
  {
    const char *words, *out, *err;
    int code;
  } rows[] = {
    { "transforms", "headers-trim         off", "", 0 },
    { "transforms --profile trim", "headers-trim         on ", "", 0 },
    { "transforms --profile none", "", "there is no group [convert none]", 1 },
    { "route explain anna@acme.example bob@acme.example", "profile   [convert trim]\n", "", 0 },
    { "route explain anna@acme.example x@else.example",
      "profile   [convert]; towards the Internet no Notes copy and no notes: address leaves\n", "", 0 },
    { "convert --direction domino-to-exchange", "X-MIMETrack", "", 0 },
    { "convert --direction domino-to-exchange --profile trim", "<a>plan</a>", "headers-trim", 0 },
    { "convert --direction domino-to-exchange --profile none", "", "there is no group [convert none]", 4 },
    { "config show", "[convert trim]\nheaders-trim = yes\n\n", "", 0 },
  };
  IstSite *site = ist_site_start ("");
  g_autofree char *reloaded = NULL;

  ist_site_write (site, "", more);
  IST_ASSERT_INT (ist_site_ctl (site, NULL, &reloaded, NULL, "reload", NULL), 0);
  for (guint round = 0; round < 2; round++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
        {
          g_auto (GStrv) w = g_strsplit (rows[i].words, " ", -1);
          guint n = g_strv_length (w);
          g_autofree char *out = NULL;
          g_autofree char *err = NULL;

          ist_row ("%s%s", rows[i].words, round == 0 ? "" : ", no daemon");
          IST_ASSERT_INT (ist_site_ctl (site, in, &out, &err, w[0], n > 1 ? w[1] : NULL, n > 2 ? w[2] : NULL,
                                        n > 3 ? w[3] : NULL, n > 4 ? w[4] : NULL, NULL),
                          rows[i].code);
          holds (out, rows[i].out);
          holds (err, rows[i].err);
        }
      if (round == 0)
        {
          ist_instance_stop (site->instance);
          g_clear_pointer (&site->instance, ist_instance_free);
        }
    }
  ist_site_stop (site);
}

/* ---- inspect ---- */

static void
test_inspect (void)
{
  static const struct
  {
    const char *name, *file; /* file NULL: there is none; "": the folder */
    int code;
    const char *out, *err;
  } rows[] = {
    { "a message", "From: <anna@acme.example>\nSubject: x\n\nHello\n", 0, "  - From, 27 bytes\n", "" },
    { "not such a file", "hello\n", 1, "", "neither a Notes database" },
    { "too short for a database", "\x1A", 1, "", "neither" },
    { "damaged beyond reading", "\x78\x9F\x3E\x22\1\1", 1, "TNEF stream, 6 bytes, not readable", "" },
    { "no file", NULL, 4, "", "cannot be read" },
    { "a folder", "", 4, "", "is no file" },
  };
  IstSite *site = ist_site_start ("");
  g_autofree char *folder = ist_test_dir ();
  g_autofree char *path = g_build_filename (folder, "anything.bin", NULL);
  g_autofree char *out = NULL;
  json_t *json;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *told = NULL;
      g_autofree char *err = NULL;
      const char *which = rows[i].file != NULL && *rows[i].file == '\0' ? folder : path;

      g_unlink (path);
      if (rows[i].file != NULL && *rows[i].file != '\0')
        g_file_set_contents (path, rows[i].file, -1, NULL);
      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (ist_site_ctl (site, NULL, &told, &err, "inspect", which, NULL), rows[i].code);
      holds (told, rows[i].out);
      holds (err, rows[i].err);
    }
  g_file_set_contents (path, "Subject: secret\n\nx\n", -1, NULL);
  ist_row ("as JSON");
  IST_ASSERT_INT (ist_site_ctl (site, NULL, &out, NULL, "--json", "inspect", path, NULL), 0);
  json = json_loads (out, 0, NULL);
  IST_ASSERT_STR (json_string_value (json_object_get (json, "kind")), "message");
  IST_ASSERT (strstr (out, "secret") == NULL);
  json_decref (json);
  IST_ASSERT_INT (ist_site_ctl (site, NULL, NULL, NULL, "inspect", NULL), 2);
  ist_site_stop (site);
}

/* ---- several commands ---- */

static void
test_commands_from_standard_input (void)
{
  static const struct
  {
    const char *name, *input;
    int code;
    const char *out, *err;
  } rows[] = {
    { "none", "", 0, "", "" },
    { "two", "version\nqueue\n", 0, "0 messages", "" },
    { "quit ends", "quit\nnonsense\n", 0, "", "" },
    { "empty lines and comments", "\n  \n# a comment\nversion\n", 0, "isthmus", "" },
    { "quotes", "queue list --address \"a b\"\n", 0, "no message", "" },
    { "a failure is told and does not end it", "nonsense\nversion\n", 2, "isthmus ", "nonsense" },
    { "an open quote", "queue list \"\n", 2, "", "quot" },
  };
  IstSite *site = ist_site_start ("");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *out = NULL;
      g_autofree char *err = NULL;

      ist_row ("%s", rows[i].name);
      IST_ASSERT_INT (ist_site_ctl (site, rows[i].input, &out, &err, NULL), rows[i].code);
      holds (out, rows[i].out);
      holds (err, rows[i].err);
      IST_ASSERT (strstr (out, "isthmus>") == NULL);
    }
  ist_site_stop (site);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "verbs", test_verbs },
    { "json", test_json },
    { "json-behind-the-verb", test_json_behind_the_verb },
    { "usage", test_usage },
    { "without-daemon", test_without_daemon },
    { "reload-wrong", test_reload_wrong },
    { "reload-waiting", test_reload_waiting },
    { "delete", test_delete },
    { "redirect", test_redirect },
    { "export", test_export },
    { "control-characters", test_control_characters },
    { "convert", test_convert },
    { "convert-sender", test_convert_sender },
    { "profiles", test_profiles },
    { "inspect", test_inspect },
    { "commands-from-standard-input", test_commands_from_standard_input },
    { NULL, NULL },
  };

  return ist_test_main ("ctl", tests);
}
