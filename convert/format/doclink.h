/*
 * convert/format/doclink.h - what a Notes link points at, whatever form it was written in.
 *
 *   IstDocLink link = { .replica = "85255E18006C664A", .note = "B5A0D53EF00DD17685255F2A006C8220" };
 *   g_autoptr (IstDocLink) kept = ist_doc_link_copy (&link);
 *
 * A link without note is a view link, without view too a database link (docs/formats.md, "NDL and Notes URLs").
 *
 * Threads: any; a link belongs to one thread.
 */
#ifndef IST_CONVERT_FORMAT_DOCLINK_H
#define IST_CONVERT_FORMAT_DOCLINK_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *replica; /* 16 upper-case hexadecimal digits without colon; NULL: unknown */
  char *view;    /* universal id, 32 upper-case hexadecimal digits; NULL: none */
  char *note;    /* the same of the document; NULL: none */
  char *hint;    /* the server to try first ("CN=Srv/O=Org" or a host name); NULL: none */
  char *title;   /* what the reader sees; NULL: none */
  char *anchor;  /* place in the document; NULL: none */
} IstDocLink;

/* A deep copy. Whoever has the copy frees it. */
IstDocLink *ist_doc_link_copy (const IstDocLink *link);
void ist_doc_link_free (IstDocLink *link); /* NULL is allowed */

/* Empties a link that lies in another struct. */
void ist_doc_link_clear (IstDocLink *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstDocLink, ist_doc_link_free)

G_END_DECLS

#endif
