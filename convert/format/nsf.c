#include "convert/format/nsf-private.h"

#include "convert/format/lmbcs.h"

#include <string.h>

#define MAX_HEADER 4096
#define AT_REPLICA 180
#define AT_TITLE 200
#define TITLE_BYTES 128

gboolean
ist_nsf_is_database (const IstBody *body)
{
  gsize size;
  const guint8 *p = (const guint8 *) ist_body_data (body, &size);
  guint32 header, ods;

  if (size < 10 || p[0] != 0x1A || p[1] != 0)
    return FALSE;
  header = nsf_u32 (p + 2);
  ods = nsf_u16 (p + 6);
  return header >= 520 && header <= MAX_HEADER && ods >= 16 && ods <= 60;
}

static gboolean
read_header (IstNsf *nsf, GError **error)
{
  guint32 header_size;
  gsize length = 0;
  const guint8 *title;

  if (nsf->size > IST_NSF_MAX_BYTES)
    {
      NSF_REFUSE (error, "more than %" G_GSIZE_FORMAT " bytes", IST_NSF_MAX_BYTES);
      return FALSE;
    }
  if (!ist_nsf_is_database (nsf->body))
    {
      NSF_REFUSE (error, "it is none");
      return FALSE;
    }
  header_size = nsf_u32 (nsf->data + 2);
  nsf->ods = nsf_u16 (nsf->data + 6);
  if (nsf->ods < NSF_LEAST_ODS || nsf->ods > NSF_MAX_ODS)
    {
      NSF_REFUSE (error, "on-disk structure %u%s; %u to %u can be read", nsf->ods,
                  nsf->ods <= 17 ? " (Release 3 or older)" : nsf->ods < NSF_LEAST_ODS ? " (Release 4)" : "",
                  NSF_LEAST_ODS, NSF_MAX_ODS);
      return FALSE;
    }
  if (header_size < NSF_LEAST_HEADER || nsf_range (nsf, 0, header_size) == NULL)
    {
      NSF_REFUSE (error, "the header is cut off");
      return FALSE;
    }
  title = nsf->data + AT_TITLE;
  while (length < TITLE_BYTES && title[length] != 0 && title[length] != '\n')
    length++;
  nsf->title = ist_lmbcs_to_utf8 (title, length);
  return TRUE;
}

IstNsf *
ist_nsf_open (IstBody *body, GError **error)
{
  g_autoptr (IstNsf) nsf = g_new0 (IstNsf, 1);
  g_autoptr (GError) local = NULL;

  g_atomic_ref_count_init (&nsf->refs);
  nsf->body = ist_body_ref (body);
  nsf->data = (const guint8 *) ist_body_data (body, &nsf->size);
  nsf->rrvs = g_array_new (FALSE, FALSE, sizeof (NsfRrvBucket));
  nsf->notes = g_array_new (FALSE, FALSE, sizeof (NsfNoteEntry));
  nsf->damage = g_array_new (FALSE, FALSE, sizeof (IstNsfDamage));
  if (!read_header (nsf, error) || !nsf_super_read (nsf, error) || !nsf_names_read (nsf, error))
    return NULL;
  nsf_rrv_read (nsf);
  nsf_rrv_list_notes (nsf, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&nsf);
}

IstNsf *
ist_nsf_ref (IstNsf *nsf)
{
  g_atomic_ref_count_inc (&nsf->refs);
  return nsf;
}

void
ist_nsf_unref (IstNsf *nsf)
{
  if (nsf == NULL || !g_atomic_ref_count_dec (&nsf->refs))
    return;
  nsf_super_clear (&nsf->super);
  nsf_names_clear (&nsf->names);
  g_array_unref (nsf->rrvs);
  g_array_unref (nsf->notes);
  g_array_unref (nsf->damage);
  g_free (nsf->title);
  ist_body_unref (nsf->body);
  g_free (nsf);
}

guint
ist_nsf_ods (const IstNsf *nsf)
{
  return nsf->ods;
}

const char *
ist_nsf_title (const IstNsf *nsf)
{
  return nsf->title;
}

IstNsfTime
ist_nsf_replica_id (const IstNsf *nsf)
{
  return nsf_time (nsf->data + AT_REPLICA);
}

guint
ist_nsf_note_count (const IstNsf *nsf)
{
  return nsf->notes->len;
}

const IstNsfNoteInfo *
ist_nsf_note_info (const IstNsf *nsf, guint index)
{
  g_return_val_if_fail (index < nsf->notes->len, NULL);
  return &g_array_index (nsf->notes, NsfNoteEntry, index).info;
}

guint
ist_nsf_damaged_count (const IstNsf *nsf)
{
  return nsf->damaged;
}

const GArray *
ist_nsf_damage (const IstNsf *nsf)
{
  return nsf->damage;
}
