/*
 * convert/format/rtf-table.c - tables of RTF. A row says where each of its cells ends and rows need not agree, so a
 * table is written when all of it is known: columns are the places where any cell ends.
 */
#include "convert/format/rtf-private.h"

#include <string.h>

#define MAX_DEPTH 16
#define MAX_CELLS 256  /* of a row */
#define SAME_TWIPS 20  /* ends that are nearer are one */

typedef struct
{
  GString *html;
  IstRtfCellShape shape;
  guint column, n_columns, n_rows;
} Cell;

typedef struct
{
  GPtrArray *cells; /* Cell */
} Row;

struct _IstRtfTable
{
  GPtrArray *rows; /* Row */
  GPtrArray *open; /* Cell: those of the row that is not ended */
  GString *cell;   /* that is being written */
  GString *outer;  /* where the table goes */
  gsize held_bytes; /* its share of the parser's */
};

static void
free_cell (gpointer user)
{
  Cell *cell = user;

  g_string_free (cell->html, TRUE);
  g_free (cell);
}

static void
free_row (gpointer user)
{
  g_ptr_array_unref (((Row *) user)->cells);
  g_free (user);
}

void
ist_rtf_table_free (gpointer user)
{
  IstRtfTable *table = user;

  g_ptr_array_unref (table->rows);
  g_ptr_array_unref (table->open);
  g_string_free (table->cell, TRUE);
  g_free (table);
}

static IstRtfTable *
innermost (IstRtfParser *p)
{
  return p->tables->len > 0 ? g_ptr_array_index (p->tables, p->tables->len - 1) : NULL;
}

static void
begin_table (IstRtfParser *p)
{
  IstRtfTable *table = g_new0 (IstRtfTable, 1);

  table->rows = g_ptr_array_new_with_free_func (free_row);
  table->open = g_ptr_array_new_with_free_func (free_cell);
  table->cell = g_string_new (NULL);
  table->outer = p->out;
  g_ptr_array_add (p->tables, table);
  p->out = table->cell;
}

static int
compare_ends (gconstpointer a, gconstpointer b)
{
  gint x = *(const gint *) a, y = *(const gint *) b;

  return (x > y) - (x < y);
}

/* Where any cell of the table ends. */
static GArray *
find_ends (const IstRtfTable *table)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (gint));
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (gint));

  for (guint r = 0; r < table->rows->len; r++)
    {
      const Row *row = g_ptr_array_index (table->rows, r);

      for (guint i = 0; i < row->cells->len; i++)
        g_array_append_val (all, ((const Cell *) g_ptr_array_index (row->cells, i))->shape.right_twips);
    }
  g_array_sort (all, compare_ends);
  for (guint i = 0; i < all->len; i++)
    {
      gint end = g_array_index (all, gint, i);

      if (ends->len == 0 || end - g_array_index (ends, gint, ends->len - 1) > SAME_TWIPS)
        g_array_append_val (ends, end);
    }
  return ends;
}

/* The column behind the one that ends at `twips`. */
static guint
column_of (const GArray *ends, gint twips)
{
  guint low = 0, high = ends->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (ends, gint, middle) + SAME_TWIPS < twips)
        low = middle + 1;
      else
        high = middle;
    }
  return low + 1;
}

static Cell *
cell_at (const Row *row, guint column)
{
  for (guint i = 0; i < row->cells->len; i++)
    {
      Cell *cell = g_ptr_array_index (row->cells, i);

      if (cell->column == column && cell->n_columns > 0)
        return cell;
    }
  return NULL;
}

/* A cell that is merged with others has what is written in them. */
static void
lay_out (IstRtfTable *table)
{
  g_autoptr (GArray) ends = find_ends (table);

  for (guint r = 0; r < table->rows->len; r++)
    {
      const Row *row = g_ptr_array_index (table->rows, r);
      Cell *left = NULL;
      guint column = 0;

      for (guint i = 0; i < row->cells->len; i++)
        {
          Cell *cell = g_ptr_array_index (row->cells, i);
          guint next = MAX (column_of (ends, cell->shape.right_twips), column + 1);

          cell->column = column;
          cell->n_columns = next - column;
          cell->n_rows = 1;
          if (cell->shape.joins_left && left != NULL)
            {
              left->n_columns += cell->n_columns;
              g_string_append_len (left->html, cell->html->str, (gssize) cell->html->len);
              cell->n_columns = 0;
            }
          else
            left = cell;
          column = next;
        }
    }
}

static void
join_rows (IstRtfTable *table)
{
  for (guint r = 0; r < table->rows->len; r++)
    {
      const Row *row = g_ptr_array_index (table->rows, r);

      for (guint i = 0; i < row->cells->len; i++)
        {
          Cell *cell = g_ptr_array_index (row->cells, i);
          Cell *below;

          if (!cell->shape.begins_down || cell->n_columns == 0)
            continue;
          for (guint next = r + 1; next < table->rows->len
                                   && (below = cell_at (g_ptr_array_index (table->rows, next), cell->column)) != NULL
                                   && below->shape.joins_up && below->n_columns == cell->n_columns;
               next++)
            {
              cell->n_rows++;
              g_string_append_len (cell->html, below->html->str, (gssize) below->html->len);
              below->n_columns = 0;
            }
        }
    }
}

static void
write_cell (const IstRtfParser *p, GString *out, const Cell *cell)
{
  guint32 colour = ist_rtf_write_colour (p, cell->shape.background);

  if (cell->n_columns == 0)
    return;
  g_string_append (out, "<td");
  if (cell->n_columns > 1)
    g_string_append_printf (out, " colspan=\"%u\"", cell->n_columns);
  if (cell->n_rows > 1)
    g_string_append_printf (out, " rowspan=\"%u\"", cell->n_rows);
  if (colour != G_MAXUINT32)
    g_string_append_printf (out, " style=\"background-color:#%06x\"", colour);
  g_string_append_c (out, '>');
  g_string_append_len (out, cell->html->str, (gssize) cell->html->len);
  g_string_append (out, "</td>");
}

static void
write_table (IstRtfParser *p, IstRtfTable *table, GString *out)
{
  lay_out (table);
  join_rows (table);
  g_string_append (out, "<table border=\"1\">\n");
  for (guint r = 0; r < table->rows->len; r++)
    {
      const Row *row = g_ptr_array_index (table->rows, r);

      g_string_append (out, "<tr>");
      for (guint i = 0; i < row->cells->len; i++)
        write_cell (p, out, g_ptr_array_index (row->cells, i));
      g_string_append (out, "</tr>\n");
    }
  g_string_append (out, "</table>\n");
}

static void
hold (IstRtfParser *p, IstRtfTable *table, gsize n_bytes)
{
  table->held_bytes += n_bytes;
  p->held_bytes += n_bytes;
}

static void
push_cell (IstRtfParser *p, IstRtfTable *table)
{
  Cell *cell;

  ist_rtf_write_close (p);
  /* What is beyond the bound goes on in the last cell. */
  if (table->open->len >= MAX_CELLS)
    return;
  cell = g_new0 (Cell, 1);
  cell->html = g_string_new_len (table->cell->str, (gssize) table->cell->len);
  hold (p, table, cell->html->len + sizeof (Cell));
  g_string_truncate (table->cell, 0);
  g_ptr_array_add (table->open, cell);
}

/* Cells get the shapes that the row has now; those without one are as wide as an inch. */
static void
push_row (IstRtfParser *p, IstRtfTable *table)
{
  Row *row;
  gint end = 0;

  if (table->cell->len > 0)
    push_cell (p, table);
  if (table->open->len == 0)
    return;
  row = g_new0 (Row, 1);
  row->cells = g_steal_pointer (&table->open);
  table->open = g_ptr_array_new_with_free_func (free_cell);
  for (guint i = 0; i < row->cells->len; i++)
    {
      Cell *cell = g_ptr_array_index (row->cells, i);

      if (i < p->shapes->len)
        cell->shape = g_array_index (p->shapes, IstRtfCellShape, i);
      cell->shape.right_twips = MAX (cell->shape.right_twips, end + SAME_TWIPS + 1);
      if (i >= p->shapes->len)
        cell->shape.right_twips = end + 1440;
      end = cell->shape.right_twips;
    }
  hold (p, table, sizeof (Row));
  g_ptr_array_add (table->rows, row);
}

static void
end_table (IstRtfParser *p)
{
  IstRtfTable *table = innermost (p);

  ist_rtf_write_close (p);
  push_row (p, table);
  p->out = table->outer;
  if (table->rows->len > 0)
    write_table (p, table, p->out);
  p->held_bytes -= table->held_bytes;
  g_ptr_array_set_size (p->tables, (gint) p->tables->len - 1);
}

void
ist_rtf_table_enter (IstRtfParser *p, guint depth)
{
  depth = MIN (depth, MAX_DEPTH);
  if (p->tables->len != depth)
    ist_rtf_write_close (p);
  while (p->tables->len > depth)
    end_table (p);
  while (p->tables->len < depth)
    begin_table (p);
}

void
ist_rtf_table_end_cell (IstRtfParser *p)
{
  if (p->kind != IST_RTF_PLAIN)
    return;
  ist_rtf_table_enter (p, MAX (p->paragraph.depth, 1));
  push_cell (p, innermost (p));
  g_string_append_c (p->text, '\t');
  ist_rtf_write_check (p);
}

void
ist_rtf_table_end_row (IstRtfParser *p, gboolean is_nested)
{
  if (p->kind != IST_RTF_PLAIN)
    return;
  g_string_append_c (p->text, '\n');
  if (!is_nested && p->tables->len > 1)
    ist_rtf_table_enter (p, 1);
  if (innermost (p) != NULL)
    push_row (p, innermost (p));
  ist_rtf_write_check (p);
}
