/*
 * Tables. Cells come row by row. Of merged cells the bottom right one carries the spans and the content, the others
 * are there too, invisible; HTML wants the top left one. That is put right when the table ends.
 *
 * A table that shows one row at a time (tabs, a timer, a click) becomes one captioned table a row.
 */
#include "convert/format/cd-private.h"

#define CELL_HAS_COLOUR 0x01
#define TABLE_FITS 0x0001
/* Looks at cells that were merged, in one table; overlapping merges of a hostile table would cost their product. */
#define MAX_MERGE_WORK 1000000

typedef struct
{
  IstRichNode *node; /* NULL: merged into another */
  guint8 row, column, row_span, column_span;
} CdCell;

struct _CdTable
{
  IstRichNode *tabs;  /* NULL: all rows are shown at once */
  IstRichNode *table; /* of the present row */
  IstRichNode *row;
  gboolean fit;    /* as wide as the window */
  gint row_number; /* -1: none yet */
  GArray *cells;   /* CdCell */
  GHashTable *at;  /* row << 8 | column -> index in cells + 1 */
  gint outer_left;
};

void
cd_pre_table (CdReader *reader, const CdRecord *record)
{
  reader->viewer = cd_u16 (record, 18);
}

static void
add_table (CdReader *reader, CdTable *table, IstRichNode *parent)
{
  table->table = ist_rich_add_table (reader->rich, parent, NULL);
  if (table->table != NULL)
    table->table->u.table.fit = table->fit;
}

void
cd_table_begin (CdReader *reader, const CdRecord *record)
{
  CdFrame *frame;
  CdTable *table;
  guint viewer = reader->viewer;

  reader->viewer = 0;
  cd_end_paragraph (reader);
  frame = cd_push (reader, CD_FRAME_TABLE);
  if (frame == NULL)
    return;
  table = g_new0 (CdTable, 1);
  table->row_number = -1;
  table->fit = (cd_u16 (record, 12) & TABLE_FITS) != 0;
  table->cells = g_array_new (FALSE, FALSE, sizeof (CdCell));
  table->at = g_hash_table_new (NULL, NULL);
  table->outer_left = reader->base_left;
  if (viewer != 0)
    table->tabs = ist_rich_add_tabs (reader->rich, reader->block);
  else
    add_table (reader, table, reader->block);
  frame->table = table;
  frame->outer = reader->block;
  /* What comes before the first cell has no place. */
  reader->block = NULL;
}

static CdTable *
top_table (CdReader *reader)
{
  gint i = cd_top_table (reader);

  return i >= 0 ? g_array_index (reader->frames, CdFrame, i).table : NULL;
}

static void
begin_row (CdReader *reader, CdTable *table, guint number)
{
  if ((gint) number == table->row_number)
    return;
  table->row_number = (gint) number;
  if (table->tabs != NULL)
    add_table (reader, table, table->tabs);
  table->row = ist_rich_add_row (reader->rich, table->table);
}

static void
remember_cell (CdTable *table, const CdRecord *record, IstRichNode *node)
{
  CdCell cell = { .node = node,
                  .row = cd_u8 (record, 2),
                  .column = cd_u8 (record, 3),
                  .row_span = MAX (cd_u8 (record, 14), 1),
                  .column_span = MAX (cd_u8 (record, 15), 1) };
  guint key = (guint) cell.row << 8 | cell.column;

  if (node == NULL)
    return;
  g_array_append_val (table->cells, cell);
  g_hash_table_replace (table->at, GUINT_TO_POINTER (key), GUINT_TO_POINTER (table->cells->len));
}

void
cd_table_cell (CdReader *reader, const CdRecord *record)
{
  CdTable *table = top_table (reader);
  IstRichCell attributes = { .row_span = 1, .column_span = 1, .background = IST_RICH_NO_COLOUR };
  gint left = cd_u16 (record, 4);
  gint right = cd_u16 (record, 6);

  if (table == NULL)
    return;
  cd_pop_to (reader, (guint) cd_top_table (reader) + 1);
  cd_end_paragraph (reader);
  begin_row (reader, table, cd_u8 (record, 2));
  attributes.width_twips = right > left ? (guint) (right - left) : 0;
  if (cd_u8 (record, 11) & CELL_HAS_COLOUR)
    attributes.background = cd_palette (cd_u16 (record, 16));
  /* Two bits for each side, 1: single line. */
  attributes.borderless = record->size > 10 && cd_u8 (record, 10) == 0 && cd_u16 (record, 12) == 0;
  reader->block = ist_rich_add_cell (reader->rich, table->row, &attributes);
  reader->base_left = left;
  remember_cell (table, record, reader->block);
}

void
cd_cell_colour (CdReader *reader, const CdRecord *record)
{
  IstRichNode *node = reader->block;

  while (node != NULL && node->kind != IST_RICH_CELL)
    node = node->parent;
  if (node != NULL && top_table (reader) != NULL)
    node->u.cell.background = cd_rgb (record, 2);
}

void
cd_table_label (CdReader *reader, const CdRecord *record)
{
  CdTable *table = top_table (reader);
  g_autofree char *label = cd_string (reader, record, 4, 128, TRUE);

  if (table != NULL && table->tabs != NULL && *label != '\0')
    ist_rich_set_caption (reader->rich, table->table, label);
}

void
cd_table_end (CdReader *reader, const CdRecord *record)
{
  gint i = cd_top_table (reader);

  if (i >= 0)
    cd_pop_to (reader, (guint) i);
}

static CdCell *
cell_at (const CdTable *table, guint row, guint column)
{
  guint i
      = GPOINTER_TO_UINT (g_hash_table_lookup (table->at, GUINT_TO_POINTER (row << 8 | column)));

  return i > 0 ? &g_array_index (table->cells, CdCell, i - 1) : NULL;
}

/* Does nothing stand in the cell but empty paragraphs? */
static gboolean
is_blank (const CdCell *cell, guint *work)
{
  for (IstRichNode *node = cell->node->first; node != NULL; node = node->next)
    if (++*work > MAX_MERGE_WORK || node->kind != IST_RICH_PARAGRAPH || node->first != NULL)
      return FALSE;
  return TRUE;
}

/* May every cell that `cell` covers go: present, in no other merge, without content of its own? */
static gboolean
can_merge (const CdTable *table, const CdCell *cell, guint *work)
{
  for (guint row = cell->row - cell->row_span + 1u; row <= cell->row; row++)
    for (guint column = cell->column - cell->column_span + 1u; column <= cell->column; column++)
      {
        const CdCell *other = cell_at (table, row, column);

        if (++*work > MAX_MERGE_WORK || other == NULL || other->node == NULL)
          return FALSE;
        if (other != cell
            && (other->row_span > 1 || other->column_span > 1 || !is_blank (other, work)))
          return FALSE;
      }
  return TRUE;
}

static void
merge (CdTable *table, CdCell *cell)
{
  guint top = cell->row - cell->row_span + 1u;
  guint left = cell->column - cell->column_span + 1u;
  CdCell *anchor = cell_at (table, top, left);
  guint width = 0;

  while (anchor->node->first != NULL) /* blank; and not `cell`, whose spans are more than one */
    ist_rich_remove (anchor->node->first);
  ist_rich_move_children (cell->node, anchor->node);
  for (guint row = top; row <= cell->row; row++)
    for (guint column = left; column <= cell->column; column++)
      {
        CdCell *other = cell_at (table, row, column);

        if (row == top)
          width += other->node->u.cell.width_twips;
        if (other == anchor)
          continue;
        if (other == cell)
          anchor->node->u.cell.background = cell->node->u.cell.background;
        ist_rich_remove (other->node);
        other->node = NULL;
      }
  anchor->node->u.cell.width_twips = width;
  anchor->node->u.cell.row_span = cell->row_span;
  anchor->node->u.cell.column_span = cell->column_span;
}

void
cd_table_finish (CdReader *reader, CdTable *table)
{
  guint work = 0;

  for (guint i = 0; table->tabs == NULL && i < table->cells->len; i++)
    {
      CdCell *cell = &g_array_index (table->cells, CdCell, i);

      if ((cell->row_span > 1 || cell->column_span > 1) && cell->node != NULL
          && cell->row + 1 >= cell->row_span && cell->column + 1 >= cell->column_span
          && can_merge (table, cell, &work))
        merge (table, cell);
    }
  reader->base_left = table->outer_left;
  g_array_free (table->cells, TRUE);
  g_hash_table_destroy (table->at);
  g_free (table);
}
