/*
 * connector/admin/admin.h - the administration interface of a running instance: HTTP and JSON.
 *
 * On the Unix socket whoever may open it may administer; on loopback TCP a client presents the token of
 * [admin] token-file. docs/admin-api.md is the contract.
 *
 * Threads: the functions here are called by one thread; requests are answered on threads of their own.
 */
#ifndef IST_CONNECTOR_ADMIN_ADMIN_H
#define IST_CONNECTOR_ADMIN_ADMIN_H

#include "connector/instance.h"

G_BEGIN_DECLS

/* Borrows `instance`, which must be started and outlive it. IST_ERROR_CONFIG. */
IstAdminServer *ist_admin_start (IstInstance *instance, GError **error);
void ist_admin_stop (IstAdminServer *admin); /* frees it; NULL is allowed */

/* Port of the TCP listener, 0: none. */
guint16 ist_admin_port (IstAdminServer *admin);

G_END_DECLS

#endif
