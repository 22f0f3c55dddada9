/*
 * tests/connector/site.h - a small site inside the test's process: one instance, its mail held for want of
 * anybody to deliver it to, and isthmusctl as a program against it.
 */
#ifndef IST_TESTS_CONNECTOR_SITE_H
#define IST_TESTS_CONNECTOR_SITE_H

#include "connector/instance.h"

#include <jansson.h>

typedef struct
{
  char *dir, *config, *socket, *ctl;
  IstInstance *instance;
} IstSite;

/* Starts it; `admin` are further lines for its [admin] group. Both sides' relays hold everything, except
 * "dead", whose host refuses connections. NULL: an assertion failed. */
IstSite *ist_site_start (const char *admin);
void ist_site_stop (IstSite *site);

/* Writes the configuration anew, with `more` at its end. */
void ist_site_write (IstSite *site, const char *admin, const char *more);

/* Hands one message to the listener of Domino's side, as SMTP; gives its queue id, g_free(). */
char *ist_site_send (IstSite *site, const char *from, const char *to, const char *message_id);

/* One request over the admin socket; the JSON is the caller's, NULL when the answer is none. */
json_t *ist_site_ask (const IstSite *site, const char *method, const char *path, const char *body,
                      guint *status);
json_t *ist_site_get (const IstSite *site, const char *path); /* must succeed */

const char *ist_json_str (const json_t *object, const char *key); /* NULL: absent or no text */
gint64 ist_json_int (const json_t *object, const char *key);

/* Runs isthmusctl with this site's configuration and a NULL-ended list of words; `input` NULL: none. *out
 * and *err (g_free()) may be NULL. Gives the exit code. */
int ist_site_ctl (IstSite *site, const char *input, char **out, char **err, ...) G_GNUC_NULL_TERMINATED;

/* The same with the words in one line, separated by blanks; the word ID stands for `id`. */
int ist_site_ctl_line (IstSite *site, const char *line, const char *id, char **out, char **err);

/* Waits until `what` says yes, at most 20 s. */
gboolean ist_site_wait (gboolean (*what) (gpointer user), gpointer user);

#endif
