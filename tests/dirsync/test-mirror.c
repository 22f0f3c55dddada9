/*
 * The mirror: look-ups by any form, replacement under readers, age, and what it refuses to load.
 */
#include "base/error.h"
#include "dirsync/mirror.h"
#include "tests/harness/fake-clock.h"
#include "tests/harness/harness.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

typedef struct
{
  char *dir;
  IstMirror *mirror;
} Box;

static gboolean
box_open (Box *box)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (box->dir == NULL)
    box->dir = ist_test_dir ();
  path = g_build_filename (box->dir, "directory.db", NULL);
  box->mirror = ist_mirror_open (path, &error);
  return IST_ASSERT_NO_ERROR (error) && box->mirror != NULL;
}

static void
box_clear (Box *box)
{
  ist_mirror_close (box->mirror);
  g_free (box->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Box, box_clear)

static char *
write_file (const Box *box, const char *name, const char *text)
{
  char *path = g_build_filename (box->dir, name, NULL);

  IST_ASSERT (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static int
load (Box *box, const char *source, IstSide side, const char *name, const char *text)
{
  g_autofree char *path = write_file (box, name, text);

  return ist_mirror_load_file (box->mirror, source, side, path, NULL);
}

/* "side primary>forward [groups]" or the answer's name. */
static char *
who (const Box *box, const char *key)
{
  const IstDirectory *directory = ist_mirror_directory (box->mirror);
  g_auto (IstPerson) person = { 0 };
  g_autofree char *groups = NULL;

  switch (directory->who_is (directory->self, key, &person))
    {
    case IST_DIRECTORY_FOUND:
      break;
    case IST_DIRECTORY_UNKNOWN:
      return g_strdup ("unknown");
    case IST_DIRECTORY_AMBIGUOUS:
      return g_strdup ("ambiguous");
    case IST_DIRECTORY_STALE:
    default:
      return g_strdup ("stale");
    }
  groups = person.groups != NULL ? g_strjoinv (",", person.groups) : NULL;
  return g_strdup_printf ("%s %s>%s %s%s", ist_side_name (person.side), person.primary,
                          person.forward != NULL ? person.forward : "-", person.is_group ? "group " : "",
                          groups != NULL ? groups : "-");
}

#define DOMINO_CSV \
  "address,aliases,notes-name,groups,kind\n" \
  "anna@acme.example,anna.berg@acme.example;aberg,CN=Anna Berg/OU=Research/O=Acme,Pilot;Everybody,person\n" \
  "all@acme.example,,All Acme Worldwide,,group\ntwo@acme.example,shared@acme.example,,,\n"
#define EXCHANGE_CSV \
  "address,legacy-dn,forward,aliases\nbob@acme.example,/o=Acme/cn=Recipients/cn=bob,bob@x.acme.example,\n" \
  "other@acme.example,,,shared@acme.example\n"

static void
test_look_up (void)
{
  static const struct
  {
    const char *key, *want;
  } rows[] = {
    { "Anna@ACME.example", "domino anna@acme.example>- Pilot,Everybody" },
    { "anna.berg@acme.example", "domino anna@acme.example>- Pilot,Everybody" },
    { "Anna Berg/Research/Acme@ACME", "domino anna@acme.example>- Pilot,Everybody" },
    { "CN=Anna Berg,OU=Research,O=Acme", "domino anna@acme.example>- Pilot,Everybody" },
    { "ABERG", "domino anna@acme.example>- Pilot,Everybody" },
    { "all acme worldwide", "domino all@acme.example>- group -" },
    { "/O=ACME/CN=RECIPIENTS/CN=BOB", "exchange bob@acme.example>bob@x.acme.example -" },
    { "shared@acme.example", "ambiguous" },
    { "nobody@acme.example", "unknown" },
    { "Berg/Research/Acme", "unknown" },
    { "", "unknown" },
    { "\xff", "unknown" },
    { "x' OR '1'='1", "unknown" },
  };
  g_auto (Box) box = { 0 };

  if (!box_open (&box))
    return;
  IST_ASSERT_INT (load (&box, "d", IST_SIDE_DOMINO, "d.csv", DOMINO_CSV), 3);
  IST_ASSERT_INT (load (&box, "x", IST_SIDE_EXCHANGE, "x.csv", EXCHANGE_CSV), 2);
  IST_ASSERT_INT (ist_mirror_count (box.mirror), 5);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *got = who (&box, rows[i].key);

      ist_row ("%s", rows[i].key);
      IST_ASSERT_STR (got, rows[i].want);
    }
}

/* A load replaces one source, whole or not at all, and survives a restart. */
static void
test_replace (void)
{
  static const struct
  {
    const char *name, *file, *text, *message;
  } bad[] = {
    { "bad line", "d.csv", "address\na@b.example\nnobody\n", "d.csv:3: \"nobody\" is no mail address" },
    { "header only", "d.csv", "address\n", "d.csv: there is nobody with a mail address in it" },
    { "empty LDIF", "d.ldif", "version: 1\n", "d.ldif: there is nobody with a mail address in it" },
    { "ending in capitals", "D.LDIF", "no ldif\n", "D.LDIF:1: \"no ldif\" is no \"name: value\"" },
    { "Latin-1", "d.csv", "address,display-name\na@b.example,A\nb@b.example,J\xf6rg\n", "d.csv:3: this is no UTF-8 text" },
  };
  g_auto (Box) box = { 0 };
  g_autofree char *kept = NULL;
  g_autofree char *gone = NULL;
  g_autofree char *bob = NULL;

  if (!box_open (&box))
    return;
  load (&box, "d", IST_SIDE_DOMINO, "d.csv", DOMINO_CSV);
  load (&box, "x", IST_SIDE_EXCHANGE, "x.csv", EXCHANGE_CSV);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = write_file (&box, bad[i].file, bad[i].text);
      g_autoptr (GError) error = NULL;

      ist_row ("%s", bad[i].name);
      IST_ASSERT_INT (ist_mirror_load_file (box.mirror, "d", IST_SIDE_DOMINO, path, &error), -1);
      IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
      IST_ASSERT (error != NULL && strstr (error->message, bad[i].message) != NULL);
      IST_ASSERT_INT (ist_mirror_count (box.mirror), 5);
    }
  kept = who (&box, "anna@acme.example");
  IST_ASSERT_STR (kept, "domino anna@acme.example>- Pilot,Everybody");
  IST_ASSERT_INT (load (&box, "d", IST_SIDE_DOMINO, "d.csv", "address\nnew@acme.example\n"), 1);
  ist_mirror_close (box.mirror);
  if (!box_open (&box))
    return;
  gone = who (&box, "anna@acme.example");
  bob = who (&box, "bob@acme.example");
  IST_ASSERT_STR (gone, "unknown");
  IST_ASSERT_STR (bob, "exchange bob@acme.example>bob@x.acme.example -");
}

static char *
language_of (const Box *box, const char *key)
{
  const IstDirectory *directory = ist_mirror_directory (box->mirror);
  g_auto (IstPerson) person = { 0 };

  directory->who_is (directory->self, key, &person);
  return g_strdup (person.language);
}

/* A mirror of version 1 keeps its people, and reads each source again to learn their languages. */
static void
test_upgrade (void)
{
  static const char text[] = "address,language\nanna@acme.example,de\n";
  g_auto (Box) box = { 0 };
  g_autofree char *path = NULL;
  g_autofree char *before = NULL;
  g_autofree char *known = NULL;
  g_autofree char *after = NULL;
  sqlite3 *db = NULL;

  if (!box_open (&box) || !IST_ASSERT_INT (load (&box, "d", IST_SIDE_DOMINO, "d.csv", text), 1))
    return;
  g_clear_pointer (&box.mirror, ist_mirror_close);
  path = g_build_filename (box.dir, "directory.db", NULL);
  IST_ASSERT_INT (sqlite3_open (path, &db), SQLITE_OK);
  IST_ASSERT_INT (sqlite3_exec (db, "ALTER TABLE object DROP COLUMN language; PRAGMA user_version = 1", NULL, NULL, NULL),
                  SQLITE_OK);
  sqlite3_close (db);
  if (!box_open (&box))
    return;
  before = language_of (&box, "anna@acme.example");
  known = who (&box, "anna@acme.example");
  IST_ASSERT_STR (before, NULL);
  IST_ASSERT (g_str_has_prefix (known, "domino anna@acme.example"));
  IST_ASSERT_INT (load (&box, "d", IST_SIDE_DOMINO, "d.csv", text), 1);
  after = language_of (&box, "anna@acme.example");
  IST_ASSERT_STR (after, "de");
}

/* A NUL would end the text unseen and with it the directory. */
static void
test_nul (void)
{
  static const char text[] = "address\na@b.example\n\0c@d.example\n";
  g_auto (Box) box = { 0 };
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (!box_open (&box))
    return;
  path = g_build_filename (box.dir, "n.csv", NULL);
  IST_ASSERT (g_file_set_contents (path, text, sizeof text - 1, NULL));
  IST_ASSERT_INT (ist_mirror_load_file (box.mirror, "n", IST_SIDE_DOMINO, path, &error), -1);
  IST_ASSERT_ERROR (error, IST_ERROR_CONFIG);
}

static void
expect (Box *box, const char *key, const char *want)
{
  g_autofree char *got = who (box, key);

  IST_ASSERT_STR (got, want);
}

static void
test_age (void)
{
  static const char *const both[] = { "d", "x", NULL };
  static const char *const one[] = { "d", NULL };
  static const char *const none[] = { NULL };
  g_auto (Box) box = { 0 };
  const IstDirectory *directory;
  g_autofree char *d = NULL;
  g_autofree char *x = NULL;

  if (!box_open (&box))
    return;
  directory = ist_mirror_directory (box.mirror);
  ist_row ("nothing configured");
  IST_ASSERT (ist_mirror_keep_only (box.mirror, none, NULL));
  IST_ASSERT_INT (directory->age_secs (directory->self), -1);
  expect (&box, "anna@acme.example", "stale");

  ist_row ("one of two never read: who is not in the other may be in it");
  d = write_file (&box, "d.csv", DOMINO_CSV);
  IST_ASSERT_INT (ist_mirror_load_file (box.mirror, "d", IST_SIDE_DOMINO, d, NULL), 3);
  IST_ASSERT (ist_mirror_keep_only (box.mirror, both, NULL));
  IST_ASSERT (directory->age_secs (directory->self) == G_MAXINT64);
  expect (&box, "anna@acme.example", "domino anna@acme.example>- Pilot,Everybody");
  expect (&box, "bob@acme.example", "stale");

  ist_row ("both read");
  x = write_file (&box, "x.csv", EXCHANGE_CSV);
  IST_ASSERT_INT (ist_mirror_load_file (box.mirror, "x", IST_SIDE_EXCHANGE, x, NULL), 2);
  IST_ASSERT_INT (directory->age_secs (directory->self), 0);
  expect (&box, "nobody@acme.example", "unknown");

  ist_row ("too old");
  ist_mirror_set_max_age (box.mirror, 3600);
  ist_fake_clock_advance (3600 * (gint64) G_USEC_PER_SEC);
  expect (&box, "anna@acme.example", "domino anna@acme.example>- Pilot,Everybody");
  ist_fake_clock_advance (G_USEC_PER_SEC);
  IST_ASSERT_INT (directory->age_secs (directory->self), 3601);
  expect (&box, "anna@acme.example", "stale");
  expect (&box, "nobody@acme.example", "stale");

  ist_row ("looked at and unchanged");
  IST_ASSERT (ist_mirror_confirm (box.mirror, "d", d));
  expect (&box, "anna@acme.example", "stale");
  IST_ASSERT (ist_mirror_confirm (box.mirror, "x", x));
  expect (&box, "anna@acme.example", "domino anna@acme.example>- Pilot,Everybody");

  ist_row ("changed, gone, or never loaded");
  IST_ASSERT (g_file_set_contents (x, "address\nz@acme.example\n", -1, NULL));
  IST_ASSERT (!ist_mirror_confirm (box.mirror, "x", x));
  IST_ASSERT_INT (g_unlink (x), 0);
  IST_ASSERT (!ist_mirror_confirm (box.mirror, "x", x));
  IST_ASSERT (!ist_mirror_confirm (box.mirror, "y", d));

  ist_row ("one taken out of the settings");
  IST_ASSERT (ist_mirror_keep_only (box.mirror, one, NULL));
  expect (&box, "bob@acme.example", "unknown");
  IST_ASSERT_INT (ist_mirror_count (box.mirror), 3);
}

/* ---- readers during loads ---- */

typedef struct
{
  Box *box;
  gint stop;
  guint n;
  guint wrong;
} Reading;

/* Each load holds everybody, so nobody may ever be missing. */
static gpointer
read_on (gpointer user)
{
  Reading *self = user;
  guint k = 0;

  while (!g_atomic_int_get (&self->stop))
    {
      g_autofree char *key = g_strdup_printf ("p%u@acme.example", k++ % 500);
      g_autofree char *got = who (self->box, key);

      self->n++;
      self->wrong += !g_str_has_prefix (got, "domino ");
    }
  return NULL;
}

static void
test_readers (void)
{
  g_auto (Box) box = { 0 };
  g_autoptr (GString) text = g_string_new ("address\n");
  Reading reading[3];
  GThread *threads[3];

  if (!box_open (&box))
    return;
  for (guint i = 0; i < 500; i++)
    g_string_append_printf (text, "p%u@acme.example\n", i);
  IST_ASSERT_INT (load (&box, "d", IST_SIDE_DOMINO, "d.csv", text->str), 500);
  for (guint i = 0; i < 3; i++)
    {
      reading[i] = (Reading){ &box, 0, 0, 0 };
      threads[i] = g_thread_new ("reader", read_on, &reading[i]);
    }
  for (guint i = 0; i < 20; i++)
    IST_ASSERT_INT (load (&box, "d", IST_SIDE_DOMINO, "d.csv", text->str), 500);
  for (guint i = 0; i < 3; i++)
    {
      g_atomic_int_set (&reading[i].stop, 1);
      g_thread_join (threads[i]);
      IST_ASSERT (reading[i].n > 0);
      IST_ASSERT_INT (reading[i].wrong, 0);
    }
}

/* 100,000 people load and are found; the time is printed, and bounded far above what any machine needs. */
static void
test_large (void)
{
  g_auto (Box) box = { 0 };
  g_autoptr (GString) text = g_string_new ("address,aliases,notes-name,legacy-dn\n");
  g_autoptr (GTimer) timer = NULL;
  double secs;

  if (!box_open (&box))
    return;
  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (text, "p%u@acme.example,a%u@acme.example,CN=Person %u/OU=Unit %u/O=Acme,/o=A/cn=p%u\n", i, i, i,
                            i % 50, i);
  timer = g_timer_new ();
  IST_ASSERT_INT (load (&box, "d", IST_SIDE_DOMINO, "d.csv", text->str), 100000);
  secs = g_timer_elapsed (timer, NULL);
  ist_note ("first load of 100,000: %.2f s", secs);
  IST_ASSERT (secs < 120);
  g_timer_start (timer);
  IST_ASSERT_INT (load (&box, "d", IST_SIDE_DOMINO, "d.csv", text->str), 100000);
  secs = g_timer_elapsed (timer, NULL);
  ist_note ("replacing them: %.2f s", secs);
  IST_ASSERT (secs < 120);
  g_timer_start (timer);
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *key = g_strdup_printf ("person %u/unit %u/acme", i * 7, (i * 7) % 50);
      g_autofree char *got = who (&box, key);

      if (!g_str_has_prefix (got, "domino "))
        {
          IST_ASSERT_STR (got, key);
          return;
        }
    }
  ist_note ("one look-up: %.1f us", g_timer_elapsed (timer, NULL) * 100);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "look-up", test_look_up },
    { "replace", test_replace },
    { "upgrade", test_upgrade },
    { "nul", test_nul },
    { "age", test_age },
    { "readers", test_readers },
    { "large", test_large },
    { NULL, NULL },
  };

  return ist_test_main ("mirror", tests);
}
