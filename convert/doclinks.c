#include "convert/doclinks.h"

#include "convert/format/ndl.h"

IstDoclinks
ist_doclinks_policy (const IstConvertContext *context)
{
  const IstConvertSettings *settings = context->settings;
  IstDoclinks policy = settings != NULL ? (IstDoclinks) settings->doclinks : IST_DOCLINKS_NOTES;

  if (context->from != IST_SIDE_DOMINO && context->to == IST_SIDE_DOMINO)
    return IST_DOCLINKS_NOTES;
  if (context->to != IST_SIDE_INTERNET || (policy != IST_DOCLINKS_NOTES && policy != IST_DOCLINKS_NDL))
    return policy;
  if (settings != NULL && settings->doclink_url != NULL)
    return IST_DOCLINKS_REDIRECTOR;
  return settings != NULL && settings->doclink_host != NULL ? IST_DOCLINKS_WEB : IST_DOCLINKS_TEXT;
}

char *
ist_doclinks_address (const IstConvertContext *context, const IstDocLink *link)
{
  switch (ist_doclinks_policy (context))
    {
    case IST_DOCLINKS_WEB:
      return ist_doc_url_web (link, context->settings->doclink_host, TRUE);
    case IST_DOCLINKS_REDIRECTOR:
      return ist_doc_url_template (link, context->settings->doclink_url, NULL);
    case IST_DOCLINKS_TEXT:
      return NULL;
    case IST_DOCLINKS_NOTES:
    case IST_DOCLINKS_NDL:
      break;
    }
  return ist_doc_url_notes (link);
}
