/*
 * exchange-ndr - failure reports of Exchange differ by generation: the Internet Mail Service of 5.5 sent plain text,
 * gateways cut those of 2007 and later down to plain text, texts in UTF-7 and delivery-status parts in base64 occur,
 * and recipients stand in them as encapsulated X.500 names.
 *
 * Predicate: the header is one of a report, or the mail comes from a postmaster, Exchange itself or nobody, and one of
 * these is found.
 * Repair: multipart/report with a delivery-status part (RFC 3464) beside the text and the returned message, which
 * stay; the status from the code in the text, else from its words; the recipient's name out of its encapsulation
 * ([MS-OXCMAIL] 2.1.3.1.8); the text in UTF-8.
 */
#include "convert/transforms.h"

#include "convert/field.h"
#include "convert/report-parts.h"

#include <string.h>

#define NAME "exchange-ndr"
#define MAX_STATUS ((gsize) 256 * 1024)
#define MAX_LINES 2000
#define MAX_PARTS 100

static const struct
{
  const char *words; /* lower case */
  const char *status;
} reasons[] = {
  { "000c05a6", "5.1.1" }, /* MAPI_E_… of the Internet Mail Service: unknown recipient */
  { "unknown recipient", "5.1.1" }, { "not recognized", "5.1.1" }, { "recipnotfound", "5.1.1" },
  { "mailbox is full", "5.2.2" },   { "quota", "5.2.2" },          { "size limit", "5.3.4" },
  { "too large", "5.3.4" },         { "hop count", "5.4.6" },      { "permission", "5.7.1" },
  { "not authorized", "5.7.1" },    { "timed out", "5.4.7" },
};

typedef struct
{
  GString *out;
  char *address; /* of the recipient that is read; NULL: none yet */
  const char *type;
  GString *reason;
  guint n;
} Reading;

static char *
status_of (const char *reason)
{
  g_autofree char *lower = g_ascii_strdown (reason, -1);
  char *found = ist_report_parts_find_status (lower);

  for (gsize i = 0; found == NULL && i < G_N_ELEMENTS (reasons); i++)
    if (strstr (lower, reasons[i].words) != NULL)
      found = g_strdup (reasons[i].status);
  return found != NULL ? found : g_strdup ("5.0.0");
}

static void
finish_recipient (Reading *self)
{
  if (self->address != NULL)
    {
      g_autofree char *status = status_of (self->reason->str);
      g_autofree char *address = ist_report_parts_line (self->address);
      g_autofree char *line = ist_report_parts_line (self->reason->str);

      g_string_append_printf (self->out,
                              "\r\nFinal-Recipient: %s; %s\r\nAction: failed\r\nStatus: %s\r\n",
                              self->type, address, status);
      if (*line != '\0')
        g_string_append_printf (self->out, "Diagnostic-Code: x-exchange; %s\r\n", line);
      self->n++;
    }
  g_clear_pointer (&self->address, g_free);
  g_string_truncate (self->reason, 0);
}

static void
take_line (Reading *self, const char *line, gboolean begins_recipient)
{
  const char *type = NULL;
  char *address = begins_recipient ? ist_report_parts_find_address (line, &type) : NULL;

  if (address != NULL)
    {
      finish_recipient (self);
      self->address = address;
      self->type = type;
    }
  else if (self->address != NULL && self->reason->len < 2000)
    g_string_append_printf (self->reason, "%s ", line);
}

/* 5.5: "did not reach the following recipient(s):", then "ADDRESS on DATE" and indented lines. */
static gboolean
read_55 (Reading *self, char **lines)
{
  gsize i = 0;

  while (lines[i] != NULL && strstr (lines[i], "did not reach the following recipient") == NULL)
    i++;
  if (lines[i] == NULL)
    return FALSE;
  g_string_append (self->out, "Reporting-MTA: x-exchange; internet mail service\r\n");
  for (i++; lines[i] != NULL; i++)
    take_line (self, lines[i], !g_ascii_isspace (lines[i][0]) && strstr (lines[i], " on ") != NULL);
  finish_recipient (self);
  return TRUE;
}

/* A line "Generating server: HOST" in the language of the server. */
static const char *
host_in (const char *line)
{
  const char *colon = strrchr (line, ':');
  const char *host = colon != NULL && colon > line ? colon + 1 : NULL;

  if (host == NULL)
    return NULL;
  while (*host == ' ' || g_str_has_prefix (host, "\302\240"))
    host += *host == ' ' ? 1 : 2;
  return strpbrk (host, " @<>\"'") == NULL && strchr (host, '.') != NULL ? host : NULL;
}

static gboolean
is_lone_address (const char *line)
{
  const char *type;
  g_autofree char *address
      = strchr (line, ' ') == NULL && *line != '#' ? ist_report_parts_find_address (line, &type) : NULL;

  return address != NULL;
}

/* Where the line is that names the server: the next that is not empty is an address and nothing else. */
static gsize
find_server (char **lines)
{
  gsize i = 0;

  for (; lines[i] != NULL; i++)
    {
      gsize next = i + 1;

      if (host_in (lines[i]) == NULL && !g_str_has_prefix (lines[i], "Generating server:"))
        continue;
      while (lines[next] != NULL && *lines[next] == '\0')
        next++;
      if (lines[next] != NULL && is_lone_address (lines[next]))
        break;
    }
  return i;
}

/* 2007 and later: "Generating server: HOST", then an address on a line of its own and what was answered; behind the
 * recipients a heading, "Original message headers:". */
static gboolean
read_2007 (Reading *self, char **lines)
{
  g_autofree char *host = NULL;
  gsize i;

  for (i = 0; lines[i] != NULL; i++)
    g_strstrip (lines[i]);
  i = find_server (lines);
  if (lines[i] == NULL)
    return FALSE;
  host = ist_report_parts_line (host_in (lines[i]) != NULL ? host_in (lines[i]) : "");
  g_string_append_printf (self->out, "Reporting-MTA: dns; %s\r\n", *host != '\0' ? host : "unknown.invalid");
  for (i++; lines[i] != NULL && (!g_str_has_suffix (lines[i], ":") || strchr (lines[i], '@') != NULL); i++)
    take_line (self, lines[i], is_lone_address (lines[i]));
  finish_recipient (self);
  return TRUE;
}

static void
build (IstMessage *message, IstMimeNode *root)
{
  g_autofree char *text = ist_report_parts_text (root);
  g_auto (GStrv) lines = text != NULL ? g_strsplit (text, "\n", MAX_LINES) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) reason = g_string_new (NULL);
  Reading reading = { .out = out, .reason = reason };

  if (lines == NULL || (!read_55 (&reading, lines) && !read_2007 (&reading, lines))
      || reading.n == 0)
    return;
  root = ist_report_parts_wrap (message, "delivery-status");
  ist_report_parts_add (root, "message/delivery-status", out->str);
  ist_message_note (message, NAME,
                    "failure report of Exchange made one that programs can read, %u recipients",
                    reading.n);
}

/* One line of a delivery-status part: a recipient in its encapsulation comes out. NULL: stays. */
static char *
bare_recipient (const char *line)
{
  const char *semicolon = strchr (line, ';');
  const char *type = NULL;
  g_autofree char *address = NULL;
  g_autofree char *clean = NULL;

  if (g_ascii_strncasecmp (line, "Final-Recipient:", 16) != 0 || semicolon == NULL)
    return NULL;
  semicolon++;
  while (*semicolon == ' ')
    semicolon++;
  if (g_ascii_strncasecmp (semicolon, "IMCEA", 5) != 0)
    return NULL;
  address = ist_report_parts_find_address (semicolon, &type);
  if (address == NULL || strcmp (type, "rfc822") == 0)
    return NULL;
  clean = ist_report_parts_line (address);
  return g_strdup_printf ("Final-Recipient: %s; %s", type, clean);
}

static void
repair_status (IstMessage *message, IstMimeNode *node)
{
  g_autofree char *content = ist_report_parts_fields (node);
  g_auto (GStrv) lines = content != NULL ? g_strsplit (content, "\n", MAX_LINES) : NULL;
  g_autofree char *encoding = ist_field_get (node->head, "Content-Transfer-Encoding");
  gboolean coded = encoding != NULL
                   && (g_ascii_strcasecmp (encoding, "base64") == 0
                       || g_ascii_strcasecmp (encoding, "quoted-printable") == 0);
  gboolean changed = coded;
  g_autofree char *joined = NULL;
  g_autoptr (GBytes) fresh = NULL;
  g_autoptr (IstBody) body = NULL;

  if (lines == NULL || g_strv_length (lines) >= MAX_LINES)
    return;
  if (coded)
    ist_message_note (message, NAME, "delivery-status part decoded from %s (RFC 3464 2.1)",
                      encoding);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *bare = bare_recipient (g_strchomp (lines[i]));

      if (bare == NULL)
        continue;
      ist_message_note (message, NAME, "%s for %s", bare, lines[i]);
      g_free (lines[i]);
      lines[i] = bare;
      changed = TRUE;
    }
  if (!changed)
    return;
  joined = g_strjoinv ("\r\n", lines);
  fresh = g_bytes_new (joined, strlen (joined));
  body = ist_body_new_bytes (fresh);
  ist_mime_node_set_raw (node, body, 0, g_bytes_get_size (fresh));
}

/* RFC 1642's name of UTF-7, which no reader of today knows. */
static void
repair_text (IstMessage *message, IstMimeNode *root)
{
  IstMimeNode *node = ist_mime_node_find (root, "text/plain");
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *utf8 = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;

  if (node == NULL || node->charset == NULL
      || g_ascii_strcasecmp (node->charset, "unicode-1-1-utf-7") != 0)
    return;
  bytes = ist_mime_node_decode (node, MAX_STATUS);
  if (g_bytes_get_size (bytes) == 0 || g_bytes_get_size (bytes) >= MAX_STATUS)
    return;
  utf8 = g_convert (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), "UTF-8",
                    "UTF-7", NULL, NULL, NULL);
  if (utf8 == NULL)
    return;
  lines = g_strsplit (utf8, "\r\n", -1);
  text = g_strjoinv ("\n", lines);
  ist_mime_node_set_text (node, text);
  ist_message_note (message, NAME, "text in UTF-7 made UTF-8");
}

/* Nobody else sends reports; people ask about them. */
static gboolean
is_from_system (const IstConvertContext *context, const IstMessage *message)
{
  static const char *const names[] = { "postmaster@", "mailer-daemon@", "microsoftexchange" };
  g_autofree char *path = ist_field_get (message, "Return-Path");
  g_autofree char *from = ist_field_get (message, "From");
  const char *type;
  g_autofree char *address = from != NULL ? ist_report_parts_find_address (from, &type) : NULL;

  if (g_strcmp0 (context->sender, "") == 0 || g_strcmp0 (path, "<>") == 0)
    return TRUE;
  for (gsize i = 0; address != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strncasecmp (address, names[i], strlen (names[i])) == 0)
      return TRUE;
  return FALSE;
}

gboolean
ist_exchange_ndr (const IstConvertContext *context, IstMessage *message, GError **error)
{
  g_autofree char *type = ist_field_get (message, "Content-Type");
  gboolean is_report = type != NULL && g_ascii_strncasecmp (type, "multipart/report", 16) == 0;
  g_autoptr (GPtrArray) statuses = NULL;
  IstMimeNode *root;

  if (!is_report && !ist_field_exists (message, "X-MS-Embedded-Report")
      && !ist_field_exists (message, "X-MS-Exchange-Message-Is-Ndr")
      && !is_from_system (context, message))
    return TRUE;
  root = ist_mime_tree (message);
  if (root->sealed)
    return TRUE;
  statuses = ist_report_parts_statuses (root);
  for (guint i = 0; i < MIN (statuses->len, MAX_PARTS); i++)
    repair_status (message, g_ptr_array_index (statuses, i));
  if (statuses->len > 0)
    repair_text (message, root);
  else if (!is_report)
    build (message, root);
  return TRUE;
}
