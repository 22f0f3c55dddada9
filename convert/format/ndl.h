/*
 * convert/format/ndl.h - Notes links as text: the .ndl file, notes: and http: addresses.
 *
 *   g_autoptr (IstDocLink) link = ist_ndl_parse (text, size, &error);
 *   g_autofree char *url = ist_doc_url_web (link, "mail.example.com", TRUE);
 *
 * Sources: docs/formats.md, "NDL and Notes URLs".
 *
 * Threads: any.
 */
#ifndef IST_CONVERT_FORMAT_NDL_H
#define IST_CONVERT_FORMAT_NDL_H

#include "convert/format/doclink.h"

G_BEGIN_DECLS

#define IST_NDL_MAX_BYTES ((gsize) 64 * 1024)

/* Reads an .ndl file or the same text from the clipboard, in UTF-8 or Latin-1, any case, `<VIEW id>` and
 * `<VIEW>id</VIEW>`. The title is one line of at most 255 bytes. IST_ERROR_REFUSED: too long, or no replica id in it.
 * The caller frees. */
IstDocLink *ist_ndl_parse (const char *text, gsize size_bytes, GError **error);

/* Writes one, UTF-8 with CRLF; the caller frees. IST_ERROR_REFUSED: the link has no replica id. */
char *ist_ndl_format (const IstDocLink *link, GError **error);

/* The address on a Domino web server: https://HOST/__REPLICA.nsf/VIEW/NOTE?OpenDocument. `host` may have a port and
 * a path. NULL: the link has no replica id. The caller frees. */
char *ist_doc_url_web (const IstDocLink *link, const char *host, gboolean https);

/* notes://HINT/REPLICA/VIEW/NOTE?OpenDocument; without hint the host is empty, so that any replica will do. NULL: the
 * link has no replica id. The caller frees. */
char *ist_doc_url_notes (const IstDocLink *link);

/* Fills {replica} {view} {note} {hint} {title} of `template`, each encoded for a URL; what is missing is empty, a
 * missing view "0". IST_ERROR_CONFIG: another name in braces, a brace without its other. The caller frees. */
char *ist_doc_url_template (const IstDocLink *link, const char *template_text, GError **error);

/* Reads such addresses: notes: with three slashes, with two (a "host" of 16 hexadecimal digits is the replica id,
 * some programs lose a slash) or with one; http(s) with the replica id in the path; any query. A view's name is
 * lost, a database named by its path is refused. IST_ERROR_REFUSED: none of these. The caller frees. */
IstDocLink *ist_doc_url_parse (const char *url, GError **error);

/* Id texts as they occur: `size` hexadecimal digits (16 or 32) in upper case from "85255E18:006C664A",
 * "__85255e18006c664a.nsf", "OF…:…-ON…:…"; NULL: no such id, or all zeros. The caller frees. */
char *ist_doc_id_parse (const char *text, gsize size);

G_END_DECLS

#endif
