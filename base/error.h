/*
 * base/error.h - one error domain; the code is what the caller does next.
 *
 * Example:
 *   g_set_error (error, IST_ERROR, IST_ERROR_RETRY, "write %s: %s", path, g_strerror (errno));
 *
 * Threads: the functions are pure and may be called from anywhere.
 */
#ifndef IST_BASE_ERROR_H
#define IST_BASE_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

#define IST_ERROR (ist_error_quark ())

/* RETRY:   passing trouble; trying later may help (SMTP 4xx).
 * REFUSED: will not work however often it is tried (SMTP 5xx).
 * DAMAGED: our own stored data is not what we wrote: set it aside, tell the administrator.
 * CONFIG:  the administrator must change something before it can work. */
typedef enum
{
  IST_ERROR_RETRY,
  IST_ERROR_REFUSED,
  IST_ERROR_DAMAGED,
  IST_ERROR_CONFIG
} IstError;

GQuark ist_error_quark (void);

/* The name of `code` for logs and JSON ("retry", "refused", "damaged", "config"). Static. */
const char *ist_error_code_name (IstError code);

/* True when `error` belongs to IST_ERROR with exactly this code; NULL gives FALSE. */
gboolean ist_error_is (const GError *error, IstError code);

/* The code of `error`, RETRY for a foreign domain: an unknown fault must never lose mail. */
IstError ist_error_code (const GError *error);

G_END_DECLS

#endif
