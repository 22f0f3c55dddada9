/*
 * base/secrets.h - passwords, tokens and keys from files that only we may read.
 */
#ifndef IST_BASE_SECRETS_H
#define IST_BASE_SECRETS_H

#include <glib.h>

G_BEGIN_DECLS

/* The content of `path` without one line end at its end; g_free(). IST_ERROR_CONFIG when it cannot be
 * read, is larger than 64 KiB, or others than its owner and group may read it. */
char *ist_secret_read (const char *path, GError **error);

G_END_DECLS

#endif
