/*
 * routing/address/rewrite-private.h - between rewrite.c and rewrite-header.c only.
 */
#ifndef IST_ROUTING_REWRITE_PRIVATE_H
#define IST_ROUTING_REWRITE_PRIVATE_H

#include "routing/address/decode.h"
#include "routing/address/rewrite.h"

G_BEGIN_DECLS

typedef struct
{
  char *key;     /* IDNA key of the routing sub-domain */
  char *primary; /* the domain it stands for */
} IstSubdomain;

struct _IstRewriter
{
  IstSettings *settings;
  IstSide from, to;
  const IstRewriteSettings *steps;
  GPtrArray *subdomains; /* IstSubdomain */
  IstDecoder *decoder;
};

/* The primary domain that `domain` stands for; NULL when it is no routing sub-domain. Borrowed. */
const char *ist_rewriter_primary_domain (const IstRewriter *rewriter, const char *domain);

G_END_DECLS

#endif
