/*
 * connector/service/notify.h - telling the service manager how we are (sd_notify(3) protocol).
 */
#ifndef IST_CONNECTOR_SERVICE_NOTIFY_H
#define IST_CONNECTOR_SERVICE_NOTIFY_H

#include <glib.h>

G_BEGIN_DECLS

/* "READY=1", "STOPPING=1", "RELOADING=1"… Does nothing without a service manager. */
void ist_service_notify (const char *state);

/* Raises the limit of open files to what the system allows; ignores SIGPIPE; no file of ours is for
 * everybody. */
void ist_service_prepare (void);

G_END_DECLS

#endif
