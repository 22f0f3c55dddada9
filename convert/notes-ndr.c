/*
 * notes-ndr - Domino's failure reports tell people why ("User anna not listed in Domino Directory") and programs
 * nothing: the status is 5.0.0 whatever happened, or the report is plain text.
 *
 * Predicate: a delivery-status part of Domino with a status of X.0.0 or a diagnostic that is not typed or is folded
 * inside a word; or a text with Domino's or Notes 4's wording, whose subject says that it is a report; or one that is
 * laid out as Domino's in any language, written by Postmaster.
 * Repair: RFC 3464. The status comes from a code in the reason, else from its wording (docs/transforms.md has the
 * table); what people read stays as it is.
 */
#include "convert/transforms.h"

#include "convert/field.h"
#include "convert/notes-ndr-text.h"
#include "convert/report-parts.h"

#include <string.h>

#define NAME "notes-ndr"
#define MAX_RECIPIENTS 100
#define MAX_LINES 1000 /* of a delivery-status part */

static const struct
{
  const char *words; /* lower case */
  const char *status;
} reasons[] = {
  { "not listed in", "5.1.1" },
  { "not unique", "5.1.4" },
  { "ディレクトリには見つかりません", "5.1.1" },
  { "nicht im domino-verzeichnis", "5.1.1" },
  { "nicht im domino verzeichnis", "5.1.1" },
  { "annuaire domino", "5.1.1" },
  { "directorio de domino", "5.1.1" },
  { "user unknown", "5.1.1" },
  { "unknown user", "5.1.1" },
  { "no such user", "5.1.1" },
  { "quota", "5.2.2" },
  { "mailbox full", "5.2.2" },
  { "mailbox is full", "5.2.2" },
  { "maximum message size", "5.3.4" },
  { "message size", "5.3.4" },
  { "size limit", "5.3.4" },
  { "too large", "5.3.4" },
  { "maximum size", "5.3.4" },
  { "maximum hop", "5.4.6" },
  { "routing loop", "5.4.6" },
  { "no route found", "5.4.4" },
  { "unable to find path", "5.4.4" },
  { "host or domain name not found", "5.1.2" },
  { "domain name not found", "5.1.2" },
  { "expired", "5.4.7" },
  { "not authorized", "5.7.1" },
  { "not permitted", "5.7.1" },
  { "relay", "5.7.1" },
  { "policy reasons", "5.7.1" },
  { "access control", "5.7.1" },
  { "not responding", "5.4.1" },
  { "unable to connect", "5.4.1" },
  { "connection refused", "5.4.1" },
  { "file does not exist", "5.2.1" },
  { "does not exist", "5.1.1" },
};

/* "User Anna Berg (anna@acme.example) not listed in Domino Directory" in any language: an address in brackets, and the
 * directory's name. */
static gboolean
names_directory (const char *lower)
{
  const char *open = strstr (lower, "domino") != NULL ? strchr (lower, '(') : NULL;

  for (; open != NULL; open = strchr (open + 1, '('))
    {
      const char *end = open + strcspn (open, " )");
      const char *at = memchr (open, '@', (gsize) (end - open));

      if (*end == ')' && at != NULL && at > open + 1 && at + 1 < end)
        return TRUE;
    }
  return FALSE;
}

static char *
status_in (const char *lower)
{
  char *found = ist_report_parts_find_status (lower);

  if (found != NULL && !g_str_has_suffix (found, ".0.0"))
    return found;
  g_free (found);
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strstr (lower, reasons[i].words) != NULL)
      return g_strdup (reasons[i].status);
  return names_directory (lower) ? g_strdup ("5.1.1") : NULL;
}

/* A code that another server gave is better than its wording. g_free(); NULL: says nothing. */
static char *
status_of (const char *reason)
{
  g_autofree char *valid = g_utf8_make_valid (reason, -1);
  g_autofree char *lower = g_utf8_strdown (valid, -1);
  char *w = lower;

  for (const char *r = lower; *r != '\0'; r++) /* lines and their indents are one text */
    if ((guchar) *r > 32)
      *w++ = *r;
    else if (w > lower && w[-1] != ' ')
      *w++ = ' ';
  *w = '\0';
  return status_in (lower);
}

/* ---- a report with a delivery-status part ---- */

/* Domino cuts a field at a column, inside words too; its continuation begins with a blank of its own. */
static GPtrArray *
unfold (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 5000);
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) field = g_string_new (NULL);
  gsize last = 0; /* length of the last physical line */

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchomp (lines[i]);
      gboolean continued = i > 0 && (*line == ' ' || *line == '\t') && field->len > 0;

      if (continued)
        g_string_append (field, last >= 68 && g_ascii_isalpha (field->str[field->len - 1])
                                        && g_ascii_islower (line[1])
                                    ? line + 1
                                    : line);
      else
        {
          if (i > 0)
            g_ptr_array_add (out, g_strdup (field->str));
          g_string_assign (field, line);
        }
      last = strlen (line);
    }
  g_ptr_array_add (out, g_strdup (field->str));
  return out;
}

static const char *
value_of (const char *field, const char *name)
{
  gsize n = strlen (name);

  if (g_ascii_strncasecmp (field, name, n) != 0 || field[n] != ':')
    return NULL;
  field += n + 1;
  while (*field == ' ' || *field == '\t')
    field++;
  return field;
}

/* RFC 3464 2.3.6: a diagnostic is "type; text". */
static gboolean
is_typed (const char *diagnostic)
{
  const char *p = diagnostic;

  while (g_ascii_isalnum (*p) || *p == '-')
    p++;
  return p > diagnostic && *p == ';';
}

static const char *
diagnostic_of (GPtrArray *fields, guint at)
{
  guint first = at;

  while (first > 0 && *(char *) g_ptr_array_index (fields, first - 1) != '\0')
    first--;
  for (; first < fields->len && *(char *) g_ptr_array_index (fields, first) != '\0'; first++)
    {
      const char *value = value_of (g_ptr_array_index (fields, first), "Diagnostic-Code");

      if (value != NULL)
        return value;
    }
  return NULL;
}

static void
refine_field (IstMessage *message, GPtrArray *fields, guint i, const char *human)
{
  char *field = g_ptr_array_index (fields, i);
  const char *status = value_of (field, "Status");
  const char *diagnostic = value_of (field, "Diagnostic-Code");
  char *fresh = NULL;

  if (status != NULL && (g_str_has_prefix (status, "5.0.0") || g_str_has_prefix (status, "4.0.0")))
    {
      const char *why = diagnostic_of (fields, i);
      g_autofree char *better = why != NULL ? status_of (why) : NULL;

      if (better == NULL && human != NULL)
        better = status_of (human);
      if (better == NULL)
        return;
      fresh = g_strdup_printf ("Status: %c%s", status[0], better + 1);
      ist_message_note (message, NAME, "%s in the place of Status: %s", fresh, status);
    }
  else if (diagnostic != NULL && *diagnostic != '\0' && !is_typed (diagnostic))
    {
      fresh = g_strdup_printf ("Diagnostic-Code: X-Notes; %s", diagnostic);
      ist_message_note (message, NAME, "Diagnostic-Code got its type X-Notes");
    }
  if (fresh == NULL)
    return;
  g_free (field);
  g_ptr_array_index (fields, i) = fresh;
}

static void
set_lines (IstMimeNode *node, GPtrArray *fields)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (IstBody) body = NULL;

  for (guint i = 0; i < fields->len; i++)
    {
      const char *field = g_ptr_array_index (fields, i);
      gsize size = strlen (field);

      g_string_append_len (out, field, (gssize) MIN (size, 900));
      if (i + 1 < fields->len)
        g_string_append (out, "\r\n");
    }
  bytes = g_bytes_new (out->str, out->len);
  body = ist_body_new_bytes (bytes);
  ist_mime_node_set_raw (node, body, 0, g_bytes_get_size (bytes));
}

static void
refine (IstMessage *message, IstMimeNode *root, IstMimeNode *status)
{
  g_autofree char *content = ist_report_parts_fields (status);
  g_autofree char *text = ist_report_parts_text (root);
  g_autofree char *human = text != NULL ? ist_notes_ndr_text_reason (text) : NULL;
  g_autoptr (GPtrArray) fields = NULL;
  guint before = ist_message_changes (message)->len;

  if (content == NULL)
    return;
  fields = unfold (content);
  if (fields->len > MAX_LINES)
    return;
  for (guint i = 0; i < fields->len; i++)
    refine_field (message, fields, i, human);
  if (ist_message_changes (message)->len > before)
    set_lines (status, fields);
}

/* ---- a report that is only text ---- */

static void
append_recipient (GString *out, const IstNdrRecipient *recipient, const char *human)
{
  g_autofree char *clean = ist_report_parts_line (recipient->address);
  g_autofree char *line = ist_report_parts_line (recipient->reason);
  g_autofree char *status = status_of (recipient->reason);

  if (status == NULL && human != NULL)
    status = status_of (human);
  g_string_append_printf (out, "\r\nFinal-Recipient: %s; %s\r\nAction: failed\r\nStatus: %s\r\n",
                          recipient->type, clean, status != NULL ? status : "5.0.0");
  if (*line != '\0')
    g_string_append_printf (out, "Diagnostic-Code: X-Notes; %s\r\n", line);
}

static void
build (IstMessage *message, IstMimeNode *root, gboolean by_words)
{
  g_autofree char *text = ist_report_parts_text (root);
  g_autofree char *from = ist_field_get (message, "From");
  const char *type = NULL;
  g_autofree char *address = from != NULL ? ist_report_parts_find_address (from, &type) : NULL;
  g_autofree char *line
      = ist_report_parts_line (address != NULL ? strrchr (address, '@') + 1 : "unknown.invalid");
  g_autoptr (GPtrArray) recipients = text != NULL ? ist_notes_ndr_text_read (text, by_words) : NULL;
  g_autofree char *human = text != NULL ? ist_notes_ndr_text_reason (text) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (recipients == NULL || recipients->len == 0)
    return;
  g_string_printf (out, "Reporting-MTA: dns; %s\r\n", line);
  for (guint i = 0; i < recipients->len; i++)
    append_recipient (out, g_ptr_array_index (recipients, i), human);
  root = ist_report_parts_wrap (message, "delivery-status");
  ist_report_parts_add (root, "message/delivery-status", out->str);
  ist_message_note (message, NAME,
                    "failure report of Domino made one that programs can read, %u recipients",
                    recipients->len);
}

/* Domino's router writes as Postmaster, in whatever language it is set to. */
static gboolean
is_from_postmaster (const IstMessage *message)
{
  g_autofree char *from = ist_field_get (message, "From");
  g_autofree char *lower = from != NULL ? g_ascii_strdown (from, -1) : NULL;

  return lower != NULL && (strstr (lower, "postmaster@") != NULL || strstr (lower, "mailer-daemon@") != NULL);
}

/* The null sender, or a Message-ID of Domino: no person writes so as Postmaster. */
static gboolean
is_by_machine (const IstConvertContext *context, const IstMessage *message)
{
  return (context->sender != NULL && *context->sender == '\0') || ist_field_is_notes_made (message);
}

gboolean
ist_notes_ndr (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autofree char *type = ist_field_get (message, "Content-Type");
  gboolean is_report = type != NULL && g_ascii_strncasecmp (type, "multipart/report", 16) == 0;
  gboolean by_words = ist_field_begins (message, "Subject", "DELIVERY FAILURE")
                      || ist_field_begins (message, "Subject", "Undeliverable message");
  g_autoptr (GPtrArray) statuses = NULL;
  IstMimeNode *root;

  if (!is_report && !by_words && !is_from_postmaster (message))
    return TRUE;
  root = ist_mime_tree (message);
  if (root->sealed)
    return TRUE;
  statuses = ist_report_parts_statuses (root);
  for (guint i = 0; i < MIN (statuses->len, MAX_RECIPIENTS); i++)
    refine (message, root, g_ptr_array_index (statuses, i));
  if (statuses->len == 0 && !is_report && (by_words || is_by_machine (context, message)))
    build (message, root, by_words);
  return TRUE;
}
