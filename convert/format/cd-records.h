/*
 * convert/format/cd-records.h - the rich text of Notes, a stream of "CD records", to a tree.
 *
 *   IstCdInput input = { .chunks = values_of_body, .fonts = value_of_fonts, .links = value_of_links,
 *                        .to_utf8 = ist_lmbcs_to_utf8 };
 *   g_auto (IstCdReport) report = { 0 };
 *   g_autoptr (IstRich) rich = ist_cd_read (&input, &report);
 *
 * Layout and sources: docs/formats.md, "CD records". A record of unknown number is counted and skipped by its length;
 * one that cannot be read ends its chunk, and what was read so far stays.
 *
 * Not done: formulas are not evaluated (a paragraph hidden by one is shown), pictures in the bitmap coding of Notes
 * and pictures shared in a database become marks.
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_CD_RECORDS_H
#define IST_CONVERT_FORMAT_CD_RECORDS_H

#include "convert/format/rich.h"

G_BEGIN_DECLS

/* The first two bytes of a record are its number and the form of its header; both together name it. */
typedef enum
{
  IST_CD_BYTE, /* the length is the second byte */
  IST_CD_WORD, /* second byte FF, then 16 bits of length */
  IST_CD_LONG, /* second byte 00, then 32 bits of length */
  IST_CD_FORMS
} IstCdForm;

typedef struct
{
  GPtrArray *
      chunks; /* GBytes: the values of the items of one name, in order; records are aligned in each */
  GBytes *fonts; /* value of $Fonts (a font table record), or NULL */
  GBytes *links; /* value of $Links, or NULL */
  /* LMBCS to UTF-8, a byte 0 to a line feed; never NULL, the caller frees. */
  char *(*to_utf8) (const void *data, gsize size_bytes);
} IstCdInput;

typedef struct
{
  guint records;                   /* all that were read */
  guint unknown;                   /* of these, skipped because their number means nothing here */
  guint counts[IST_CD_FORMS][256]; /* by form and number */
  guint damaged_chunks;
  char *damage;            /* the first damage in words, or NULL */
  guint incomplete_images; /* whose segments are fewer than their header says */
} IstCdReport;

/* Never fails, never NULL. `report` is filled; what it held is overwritten. */
IstRich *ist_cd_read (const IstCdInput *input, IstCdReport *report);

/* The same into `block` of a tree that is there already: NULL or a node that holds blocks. */
void ist_cd_read_into (IstRich *rich, IstRichNode *block, const IstCdInput *input,
                       IstCdReport *report);

void ist_cd_report_clear (IstCdReport *report);

/* "text", "image header"; NULL: unknown. Static. */
const char *ist_cd_record_name (IstCdForm form, guint8 number);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IstCdReport, ist_cd_report_clear)

G_END_DECLS

#endif
