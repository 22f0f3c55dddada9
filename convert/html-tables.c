#include "convert/html-tables.h"

#include "convert/format/html.h"

#include <string.h>

#define MAX_DEPTH 64
/* Of what is written again; a text of the largest size cannot become many times as large. */
#define MAX_TAG 1024

typedef struct
{
  IstHtmlToken tag;  /* <table …> */
  IstHtmlToken body; /* <tbody …>, if one is open */
  gboolean in_body;
  guint rows;    /* begun since its tag */
  guint64 taken; /* rows that cells reach down to, counted from its tag */
} Table;

typedef struct
{
  GString *out;
  Table open[MAX_DEPTH];
  guint depth; /* may be more than are in `open` */
  guint max_rows, n_new;
} Splitter;

static void
append (GString *out, const IstHtmlToken *token)
{
  g_string_append_len (out, token->start, (gssize) token->size);
}

static Table *
innermost (Splitter *self)
{
  return self->depth > 0 && self->depth <= MAX_DEPTH ? &self->open[self->depth - 1] : NULL;
}

static void
begin_row (Splitter *self, Table *table)
{
  if (table->rows >= self->max_rows && table->taken <= table->rows
      && table->tag.size + (table->in_body ? table->body.size : 0) <= MAX_TAG)
    {
      g_string_append (self->out, table->in_body ? "</tbody></table>" : "</table>");
      append (self->out, &table->tag);
      if (table->in_body)
        append (self->out, &table->body);
      table->rows = 0;
      table->taken = 0;
      self->n_new++;
    }
  table->rows++;
}

static void
take_cell (Table *table, const IstHtmlToken *token)
{
  g_autofree char *text = ist_html_attribute (token, "rowspan");
  guint64 span = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 1;

  /* HTML 5 4.9.11: 0 reaches to the end of the group of rows. */
  if (text != NULL && span == 0 && g_ascii_isdigit (*text))
    span = G_MAXUINT32;
  table->taken
      = MAX (table->taken, (guint64) table->rows - (table->rows > 0) + MIN (span, G_MAXUINT32));
}

static void
take_tag (Splitter *self, const IstHtmlToken *token)
{
  Table *table = innermost (self);
  gboolean open = token->kind == IST_HTML_OPEN;

  if (ist_html_is (token, "table"))
    {
      if (!open)
        self->depth -= self->depth > 0;
      else if (++self->depth <= MAX_DEPTH)
        self->open[self->depth - 1] = (Table){ .tag = *token };
    }
  else if (table != NULL && ist_html_is (token, "tbody"))
    {
      table->in_body = open;
      if (open)
        table->body = *token;
    }
  else if (table != NULL && open && ist_html_is (token, "tr"))
    begin_row (self, table);
  else if (table != NULL && open && (ist_html_is (token, "td") || ist_html_is (token, "th")))
    take_cell (table, token);
}

char *
ist_html_split_tables (const char *html, guint max_rows, guint *n_new)
{
  g_autoptr (GString) out = g_string_new (NULL);
  Splitter self = { .out = out, .max_rows = max_rows };
  IstHtmlScanner scanner = { .text = html, .size = strlen (html) };
  IstHtmlToken token;

  while (ist_html_next (&scanner, &token))
    {
      if (token.kind == IST_HTML_OPEN || token.kind == IST_HTML_CLOSE)
        take_tag (&self, &token);
      append (out, &token);
    }
  if (n_new != NULL)
    *n_new = self.n_new;
  return self.n_new > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}
