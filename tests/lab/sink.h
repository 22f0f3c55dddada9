/*
 * tests/lab/sink.h - an SMTP server that plays a mail system: it keeps what it gets in a Maildir.
 *
 * Made of our own SMTP session, on loopback, one thread per connection.
 */
#ifndef IST_TESTS_LAB_SINK_H
#define IST_TESTS_LAB_SINK_H

#include <glib.h>

typedef struct _IstSink IstSink;

/* Listens on 127.0.0.1 (port 0: any) and delivers into `maildir` (created). NULL with error. */
IstSink *ist_sink_start (const char *name, guint16 port, const char *maildir, GError **error);
void ist_sink_stop (IstSink *sink);

guint16 ist_sink_port (IstSink *sink);
guint ist_sink_count (IstSink *sink);

/* Text of the newest message (g_free()), NULL when there is none; *path its file (g_free()). */
char *ist_sink_newest (IstSink *sink, char **path);

#endif
