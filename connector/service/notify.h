/*
 * connector/service/notify.h - with the service manager: how we are (sd_notify(3) protocol), what it asks.
 */
#ifndef IST_CONNECTOR_SERVICE_NOTIFY_H
#define IST_CONNECTOR_SERVICE_NOTIFY_H

#include <glib.h>

G_BEGIN_DECLS

/* "READY=1", "STOPPING=1", "RELOADING=1"… Does nothing without a service manager. "RELOADING=1" is sent with
 * MONOTONIC_USEC, which Type=notify-reload asks for (systemd 253, sd_notify(3)). */
void ist_service_notify (const char *state);

/* Calls `stop` when the service is to end and `reload` when its configuration changed (signals TERM, INT and HUP),
 * from the default main context. */
void ist_service_watch (GSourceFunc stop, GSourceFunc reload, gpointer user);

/* Raises the limit of open files to what the system allows; ignores SIGPIPE; no file of ours is for
 * everybody. */
void ist_service_prepare (void);

G_END_DECLS

#endif
