#include "convert/doclink-address.h"

#include "convert/format/ndl.h"

char *
ist_doclink_address (const IstConvertSettings *settings, const IstDocLink *link)
{
  int policy = settings != NULL ? settings->doclinks : IST_DOCLINKS_NOTES;

  if (policy == IST_DOCLINKS_WEB && settings->doclink_host != NULL)
    return ist_doc_url_web (link, settings->doclink_host, TRUE);
  if (policy == IST_DOCLINKS_REDIRECTOR && settings->doclink_url != NULL && link->replica != NULL)
    return ist_doc_url_template (link, settings->doclink_url, NULL);
  return ist_doc_url_notes (link);
}
