/*
 * connector/admin/shapes.h - answers that the daemon and the console without a daemon give alike.
 */
#ifndef IST_CONNECTOR_ADMIN_SHAPES_H
#define IST_CONNECTOR_ADMIN_SHAPES_H

#include "base/directory-api.h"
#include "base/settings.h"
#include "routing/router.h"

#include <jansson.h>

G_BEGIN_DECLS

/* {"profile", "transforms"}: the transforms in running order with their state in a profile (NULL or "": [convert]);
 * `settings` NULL: the defaults. NULL: there is no such profile. */
json_t *ist_shape_transforms (const IstSettings *settings, const char *profile);

/* Which way a message from `from` to `to` goes and why. `origin` NONE: what the directory says about the
 * sender, else the Internet. */
json_t *ist_shape_route (IstRouter *router, IstSettings *settings, const IstDirectory *directory,
                         const char *from, const char *to, IstSide origin);

/* Everything the log files say about a message: `what` is a queue id, a Message-ID or an address.
 * `path` is the file in use; finished ones beside it are read too. Newest files first, up to a bound of
 * bytes and events; *truncated says that it was reached. Queue ids that belong to it are added to `ids`
 * (owned strings). Events in the order of time. */
json_t *ist_shape_story (const char *path, const char *what, GHashTable *ids, gboolean *truncated);

G_END_DECLS

#endif
