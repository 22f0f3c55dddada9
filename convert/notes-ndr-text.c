#include "convert/notes-ndr-text.h"

#include "convert/report-parts.h"

#include <string.h>

#define MAX_RECIPIENTS 100
#define MAX_LINES 2000
#define MAX_LABEL 300   /* bytes of what stands between the indented paragraphs */
#define MAX_REASON 2000

static void
free_recipient (gpointer user)
{
  IstNdrRecipient *recipient = user;

  g_free (recipient->address);
  g_free (recipient->reason);
  g_free (recipient);
}

static void
add (GPtrArray *list, const char *address, const char *type, const char *reason)
{
  IstNdrRecipient *recipient = g_new0 (IstNdrRecipient, 1);

  recipient->address = g_strdup (address);
  recipient->type = type;
  recipient->reason = g_strdup (reason);
  g_ptr_array_add (list, recipient);
}

/* One a line: an address, or a Notes name where it is none. */
static void
add_lines (GPtrArray *list, const char *block, const char *reason)
{
  g_auto (GStrv) lines = g_strsplit (block, "\n", MAX_RECIPIENTS);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *type = "x-notes";
      g_autofree char *address = ist_report_parts_find_address (lines[i], &type);
      const char *name = g_strstrip (lines[i]);

      if (*name != '\0')
        add (list, address != NULL ? address : name, type, reason);
    }
}

/* ---- the layout of Domino, in any language ---- */

/* "Your message / Subject: … / was not delivered to: / addresses / because: / reason": three paragraphs are indented,
 * with one at the margin in front of each. */
typedef struct
{
  GString *label[3], *block[3];
} Layout;

static void
layout_clear (Layout *self)
{
  for (guint i = 0; i < 3 && self->label[i] != NULL; i++)
    {
      g_string_free (self->label[i], TRUE);
      g_string_free (self->block[i], TRUE);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layout, layout_clear)

static void
add_line (GString *out, const char *line)
{
  g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", line);
}

static void
read_layout (Layout *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", MAX_LINES);
  guint n = 0;

  for (guint i = 0; i < 3; i++)
    {
      self->label[i] = g_string_new (NULL);
      self->block[i] = g_string_new (NULL);
    }
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      gboolean indented = *lines[i] == ' ' || *lines[i] == '\t';
      const char *line = g_strstrip (lines[i]);

      if (*line == '\0')
        continue;
      /* A paragraph at the margin behind an indented one begins the next pair. */
      if (!indented && self->block[n]->len > 0 && ++n == 3)
        return;
      add_line (indented ? self->block[n] : self->label[n], line);
    }
}

/* Addresses and Notes names ("Carla Diaz/Sales/Acme"), one a line, at least one of them an address; no sentences. */
static gboolean
is_names (const char *block)
{
  g_auto (GStrv) lines = g_strsplit (block, "\n", MAX_RECIPIENTS);
  gboolean has_address = FALSE;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *type = NULL;
      g_autofree char *address = ist_report_parts_find_address (lines[i], &type);
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 8);

      if ((address == NULL && strchr (lines[i], '/') == NULL) || g_strv_length (words) > 6)
        return FALSE;
      has_address = has_address || address != NULL;
    }
  return has_address;
}

static gboolean
is_layout (const Layout *self)
{
  for (guint i = 0; i < 3; i++)
    if (self->label[i]->len == 0 || self->label[i]->len > MAX_LABEL || self->block[i]->len == 0)
      return FALSE;
  /* "Subject: …", with the colon of any script, and somebody's name. */
  return (strchr (self->block[0]->str, ':') != NULL || strstr (self->block[0]->str, "：") != NULL)
         && is_names (self->block[1]->str);
}

/* ---- the wordings ---- */

static char *
reason_behind_because (const char *text)
{
  const char *to = strstr (text, "was not delivered to:");
  const char *because = strstr (to != NULL ? to : text, "because:");
  char *reason, *end;

  if (because == NULL)
    return NULL;
  reason = g_strstrip (g_strndup (because + strlen ("because:"), MAX_REASON));
  end = strstr (reason, "\n\n");
  if (end != NULL)
    *end = '\0';
  return reason;
}

/* "was not delivered to:" addresses "because:" reason. */
static void
read_domino (const char *text, GPtrArray *list)
{
  const char *to = strstr (text, "was not delivered to:");
  const char *because = to != NULL ? strstr (to, "because:") : NULL;
  g_autofree char *middle = NULL;
  g_autofree char *reason = NULL;

  if (because == NULL)
    return;
  to += strlen ("was not delivered to:");
  middle = g_strndup (to, (gsize) (because - to));
  reason = reason_behind_because (text);
  add_lines (list, middle, reason);
}

/* Notes 4: "Failure Reasons", then reason and address in turns, up to "Returned Message". */
static void
read_notes4 (const char *text, GPtrArray *list)
{
  const char *start = strstr (text, "Failure Reasons");
  const char *end = start != NULL ? strstr (start, "Returned Message") : NULL;
  g_autofree char *middle = NULL;
  g_auto (GStrv) lines = NULL;
  const char *reason = "";

  if (end == NULL)
    return;
  middle = g_strndup (start, (gsize) (end - start));
  lines = g_strsplit (middle, "\n", 2 * MAX_RECIPIENTS);
  for (gsize i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      const char *type = "rfc822";
      const char *line = g_strstrip (lines[i]);
      g_autofree char *address
          = strchr (line, ' ') == NULL ? ist_report_parts_find_address (line, &type) : NULL;

      if (address != NULL)
        add (list, address, type, reason);
      else if (*line != '\0' && *line != '-')
        reason = line;
    }
}

GPtrArray *
ist_notes_ndr_text_read (const char *text, gboolean by_words)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (free_recipient);
  g_auto (Layout) layout = { { NULL }, { NULL } };

  if (by_words)
    read_domino (text, list);
  if (by_words && list->len == 0)
    read_notes4 (text, list);
  read_layout (&layout, text);
  if (list->len == 0 && is_layout (&layout))
    add_lines (list, layout.block[1]->str, layout.block[2]->str);
  return list;
}

char *
ist_notes_ndr_text_reason (const char *text)
{
  char *reason = reason_behind_because (text);
  g_auto (Layout) layout = { { NULL }, { NULL } };

  if (reason != NULL)
    return reason;
  read_layout (&layout, text);
  return is_layout (&layout) ? g_strndup (layout.block[2]->str, MAX_REASON) : NULL;
}
