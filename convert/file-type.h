/*
 * convert/file-type.h - types and extensions of files that people mail, for names and types that are missing.
 *
 *   ist_file_type_of ("report.PDF")          "application/pdf"
 *   ist_file_type_extension ("image/png")    "png"
 *
 * A table of its own, since what the system says differs from host to host.
 *
 * Threads: any; no state.
 */
#ifndef IST_CONVERT_FILE_TYPE_H
#define IST_CONVERT_FILE_TYPE_H

#include <glib.h>

G_BEGIN_DECLS

/* Static; "application/octet-stream" for what the table does not have. */
const char *ist_file_type_of (const char *name);
/* Static, without the dot; "bin" for what the table does not have. */
const char *ist_file_type_extension (const char *type);

/* What the bytes are, for a file that has no name to say it: a few types that begin with bytes of their own. Static;
 * NULL: none of them. */
const char *ist_file_type_sniff (const char *data, gsize size_bytes);

/* `name` as a file name that Windows, macOS and Notes can save; the same when it is one already. Never empty.
 * Separators of paths and characters that Windows forbids become '_', controls go, blanks and dots at the ends go, a
 * device name ("CON", "NUL.txt") gets a '_' in front ("Naming Files, Paths, and Namespaces", learn.microsoft.com); at
 * most 150 bytes, the extension kept. g_free() */
char *ist_file_type_clean (const char *name);

G_END_DECLS

#endif
