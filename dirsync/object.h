/*
 * dirsync/object.h - one object of a directory source on its way into the mirror.
 */
#ifndef IST_DIRSYNC_OBJECT_H
#define IST_DIRSYNC_OBJECT_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *primary;      /* SMTP address; required */
  char *display_name;
  char *notes_name;
  char *forward;
  char *language;     /* "de" */
  gboolean is_group;
  GPtrArray *keys;    /* every address and name it is known by, as written (char *) */
  GPtrArray *groups;  /* char * */
} IstObject;

IstObject *ist_object_new (void);
void ist_object_free (IstObject *object);

/* How a key is stored and looked up: SMTP addresses by ist_address_key(), Notes names in canonical form, DNs as
 * they are; all lower-case. NULL when nothing is left. g_free(). */
char *ist_object_key (const char *text);

gboolean ist_object_is_address (const char *text);

/* A further name or address; "smtp:", "x500:" and "notes:" in front, as proxyAddresses have them, go. */
void ist_object_add_key (IstObject *object, const char *text);

/* The Notes name that an LDAP name of Domino is ("CN=A B,O=C" → "CN=A B/O=C"); NULL when it is none. g_free(). */
char *ist_object_notes_name (const char *dn);

/* Readers: call `each` for every object (which it takes). `text` is UTF-8. FALSE with IST_ERROR_CONFIG
 * "FILE:LINE: …". */
typedef gboolean (*IstObjectSink) (gpointer user, IstObject *object, GError **error);
gboolean ist_csv_read (const char *file, const char *text, IstObjectSink each, gpointer user,
                       GError **error);
gboolean ist_ldif_read (const char *file, const char *text, IstObjectSink each, gpointer user,
                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IstObject, ist_object_free)

G_END_DECLS

#endif
