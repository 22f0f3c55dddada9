#include "convert/format/nsf-private.h"

#include <string.h>

gboolean
ist_nsf_survey (IstBody *body, IstNsfSurvey *survey)
{
  IstNsf nsf = { .body = body };

  memset (survey, 0, sizeof *survey);
  nsf.data = (const guint8 *) ist_body_data (body, &nsf.size);
  if (!ist_nsf_is_database (body))
    return FALSE;
  survey->header_bytes = nsf_u32 (nsf.data + 2);
  survey->ods = nsf_u16 (nsf.data + 6);
  if (survey->ods < NSF_LEAST_ODS || survey->ods > NSF_MAX_ODS || nsf.size < NSF_LEAST_HEADER
      || nsf.size > IST_NSF_MAX_BYTES)
    return TRUE;
  for (guint i = 0; i < IST_NSF_SUPERBLOCKS; i++)
    nsf_super_survey (&nsf, i, &survey->superblocks[i]);
  for (guint i = 0; i < IST_NSF_NAME_TABLES; i++)
    nsf_names_survey (&nsf, i, &survey->names[i]);
  return TRUE;
}
