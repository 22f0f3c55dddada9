/*
 * routing/smtp/downgrade-private.h - between downgrade.c and downgrade-header.c only.
 */
#ifndef IST_ROUTING_SMTP_DOWNGRADE_PRIVATE_H
#define IST_ROUTING_SMTP_DOWNGRADE_PRIVATE_H

#include "routing/smtp/downgrade.h"

G_BEGIN_DECLS

gboolean ist_downgrade_is_seven_bit (const char *data, gsize size_bytes);
gboolean ist_downgrade_has_long (const char *data, gsize size_bytes, gsize max_line_bytes);

/* Every field of `header` without bytes above 127 and, where blanks allow it, without long lines.
 * REFUSED names the field that has no such form. */
gboolean ist_downgrade_header (IstMessage *header, gsize max_line_bytes, GError **error);

/* Only folds long lines. */
void ist_downgrade_fold (IstMessage *header, gsize max_line_bytes);

G_END_DECLS

#endif
