/*
 * Every real message of the collection through a running instance: nobody's mail is refused for its content, and what
 * no transform or address step is said to have changed arrives as it was sent.
 *
 * "As it was": below the fields that Isthmus puts on top (X-Isthmus-Trace, Received) every byte is the sent one, line
 * ends made CRLF. A header field may differ only if a `converted` event of the message begins with its name; the
 * body may differ only if a transform is in the log, and then only by having lost lines (a cut part).
 */
#define _GNU_SOURCE /* memmem: texts with NUL bytes in them */
#include "tests/scenario/scenario.h"

#include <string.h>

typedef struct
{
  IstScenario *s;
  guint n, n_same, n_header, n_body;
} Passage;

/* Any line end becomes CRLF, and the last line gets one: what SMTP makes of a file. */
static GString *
with_crlf (const char *text, gsize size)
{
  GString *out = g_string_sized_new (size + size / 30);

  for (gsize i = 0; i < size; i++)
    {
      if (text[i] != '\r' && text[i] != '\n')
        {
          g_string_append_c (out, text[i]);
          continue;
        }
      g_string_append (out, "\r\n");
      if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n')
        i++;
    }
  if (out->len > 0 && !g_str_has_suffix (out->str, "\r\n"))
    g_string_append (out, "\r\n");
  return out;
}

/* What stands below our two fields; NULL when they are not there. */
static const char *
below_trace (const GString *text, gsize *size)
{
  const char *received
      = memmem (text->str, text->len, "\r\nReceived: from sender.example", 31);
  const char *end = received != NULL ? strstr (received, " +0000\r\n") : NULL;

  if (!g_str_has_prefix (text->str, "X-Isthmus-Trace: ") || end == NULL)
    return NULL;
  end += strlen (" +0000\r\n");
  *size = text->len - (gsize) (end - text->str);
  return end;
}

/* The fields of a header with their continuation lines; *body is what follows them. */
static GPtrArray *
split_header (const char *text, gsize size, const char **body)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);
  const char *end = text + size;
  const char *start = text;

  while (start < end && !(start[0] == '\r' && start + 1 < end && start[1] == '\n'))
    {
      const char *stop = start;

      do
        {
          stop = memmem (stop, (gsize) (end - stop), "\r\n", 2);
          stop = stop != NULL ? stop + 2 : end;
        }
      while (stop < end && (*stop == ' ' || *stop == '\t'));
      g_ptr_array_add (fields, g_strndup (start, (gsize) (stop - start)));
      start = stop;
    }
  *body = start;
  return fields;
}

/* Is `got` what is left of `sent` after lines were taken out? */
static gboolean
lost_lines_only (const char *got, const char *sent)
{
  g_auto (GStrv) left = g_strsplit (got, "\r\n", -1);
  g_auto (GStrv) all = g_strsplit (sent, "\r\n", -1);
  guint i = 0;

  for (guint k = 0; all[k] != NULL && left[i] != NULL; k++)
    i += strcmp (left[i], all[k]) == 0;
  return left[i] == NULL;
}

static gboolean
is_announced (char *const *changes, const char *field)
{
  gsize n = strcspn (field, ": ");

  for (guint i = 0; changes[i] != NULL; i++)
    if (g_ascii_strncasecmp (changes[i], field, n) == 0 && changes[i][n] == ':')
      return TRUE;
  return FALSE;
}

static gboolean
fields_explained (const GPtrArray *got, const GPtrArray *sent, char *const *changes)
{
  if (!IST_ASSERT_INT (got->len, sent->len))
    return FALSE;
  for (guint i = 0; i < got->len; i++)
    if (strcmp (g_ptr_array_index (got, i), g_ptr_array_index (sent, i)) != 0
        && !IST_ASSERT (is_announced (changes, g_ptr_array_index (sent, i))))
      {
        ist_note ("sent: %s", (const char *) g_ptr_array_index (sent, i));
        ist_note ("got: %s", (const char *) g_ptr_array_index (got, i));
        return FALSE;
      }
  return TRUE;
}

static void
judge_difference (Passage *self, const char *got, gsize got_size, const GString *sent,
                  const char *queue_id)
{
  g_auto (GStrv) changes = ist_scenario_texts (self->s, "converted", queue_id);
  const char *got_body, *sent_body;
  g_autoptr (GPtrArray) got_fields = split_header (got, got_size, &got_body);
  g_autoptr (GPtrArray) sent_fields = split_header (sent->str, sent->len, &sent_body);
  gsize got_rest = got_size - (gsize) (got_body - got);
  gsize sent_rest = sent->len - (gsize) (sent_body - sent->str);

  IST_ASSERT (changes[0] != NULL);
  fields_explained (got_fields, sent_fields, changes);
  if (got_rest == sent_rest && memcmp (got_body, sent_body, got_rest) == 0)
    {
      self->n_header++;
      return;
    }
  self->n_body++;
  IST_ASSERT (lost_lines_only (got_body, sent_body));
}

static void
pass_file (Passage *self, const char *class, const char *name, gboolean to_exchange)
{
  g_autofree char *relative = g_strdup_printf ("corpus/%s/%s", class, name);
  g_autofree char *path = ist_test_corpus (relative);
  IstHost *host = to_exchange ? self->s->exchange : self->s->domino;
  guint before = ist_host_n_arrived (host);
  gsize size, got_size = 0;
  g_autofree char *text = ist_test_read (path, &size);
  g_autoptr (GString) sent = with_crlf (text, size);
  const char *reply, *got;
  const char *id;

  self->n++;
  ist_row ("%s/%s to %s", class, name, to_exchange ? "Exchange" : "Domino");
  reply = ist_scenario_send_bytes (self->s, to_exchange ? "domino" : "exchange",
                                   to_exchange ? "anna@acme.example" : "bob@acme.example",
                                   to_exchange ? "bob@acme.example" : "anna@acme.example", text, size);
  id = strstr (reply, "queued as ");
  if (!IST_ASSERT (g_str_has_prefix (reply, "250 ")) || id == NULL)
    {
      ist_note ("%s", reply);
      return;
    }
  if (!ist_scenario_settle (self->s) || !IST_ASSERT_INT (ist_host_n_arrived (host), before + 1))
    return;
  got = below_trace (ist_host_arrived (host, before)->text, &got_size);
  if (!IST_ASSERT (got != NULL))
    return;
  if (got_size == sent->len && memcmp (got, sent->str, got_size) == 0)
    self->n_same++;
  else
    judge_difference (self, got, got_size, sent, id + strlen ("queued as "));
}

static Passage
pass_class (const char *class, const char *configuration)
{
  g_autofree char *relative = g_strconcat ("corpus/", class, NULL);
  g_autofree char *folder = ist_test_corpus (relative);
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  Passage self = { 0 };
  const char *name;

  if (dir == NULL)
    {
      ist_skip ("the collection of real messages is not here (ISTHMUS_CORPUS)");
      return self;
    }
  self.s = ist_scenario_new ();
  ist_scenario_configure (self.s, "%s", configuration);
  ist_scenario_configure (self.s, "[peer domino]\nbare-newline = normalize\n"
                                  "[peer exchange]\nbare-newline = normalize\n"
                                  "[convert]\nheader-hygiene = no\nthread-index = no\nnotes-priority = no\n"
                                  "receipts = no\nnotes-out-of-office = no\nexchange-out-of-office = no\n"
                                  "notes-ndr = no\nexchange-ndr = no\nexchange-html = no\ndoclinks-html = no\ndoclinks-ndl = no\n"
                                  "notes-active-mail = no\nexchange-tnef-decode = no\nexchange-recall = no\n"
                                  "notes-qp-repair = no\nuuencoded-parts = no\n"
                                  "text-empty = no\nformat-flowed = no\ncharset-repair = no\nnotes-apple = no\n"
                                  "notes-uuencode = no\nnotes-mime-order = no\nattachment-names = no\n");
  if (ist_scenario_start (self.s))
    while ((name = g_dir_read_name (dir)) != NULL)
      {
        pass_file (&self, class, name, TRUE);
        pass_file (&self, class, name, FALSE);
      }
  ist_note ("%s: %u passed, %u the same, %u with rewritten fields, %u with a part taken out", class,
            self.n, self.n_same, self.n_header, self.n_body);
  IST_ASSERT (self.n > 0);
  IST_ASSERT_INT (ist_scenario_queued (self.s, -1), 0);
  ist_scenario_free (self.s);
  return self;
}

static void
test_notes_mail (void)
{
  pass_class ("notes-mail", "");
}

static void
test_exchange_mail (void)
{
  pass_class ("exchange-mail", "");
}

static void
test_malformed (void)
{
  pass_class ("malformed", "");
}

/* Domains of real senders made routing sub-domains of ours: now there is something to rewrite in real headers. */
static void
test_rewritten (void)
{
  Passage passage = pass_class (
      "exchange-mail", "[domain ozlabs.org]\ntype = own\nside = domino\ncheck-recipients = no\n"
                       "[domain lists.ozlabs.org]\ntype = routing\nside = domino\nprimary = ozlabs.org\n"
                       "[domain ibm.com]\ntype = own\nside = domino\ncheck-recipients = no\n"
                       "[domain in.ibm.com]\ntype = routing\nside = domino\nprimary = ibm.com\n");

  IST_ASSERT (passage.n == 0 || passage.n_header > 10);
}

int
main (void)
{
  static const IstTest tests[] = {
    { "notes-mail", test_notes_mail },
    { "exchange-mail", test_exchange_mail },
    { "malformed", test_malformed },
    { "exchange-mail with addresses to rewrite", test_rewritten },
    { NULL },
  };

  return ist_test_main ("corpus", tests);
}
