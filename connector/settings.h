/*
 * connector/settings.h - the groups of isthmus.conf that only the programs read, and the table of all
 * groups of all folders.
 */
#ifndef IST_CONNECTOR_SETTINGS_H
#define IST_CONNECTOR_SETTINGS_H

#include "base/settings.h"

G_BEGIN_DECLS

/* [log] */
typedef struct
{
  IstGroup group;
  char *file;
  int level;             /* IstLogLevel */
  gint64 rotate_bytes;
  gint64 keep_files;
} IstLogSettings;

/* [admin] */
typedef struct
{
  IstGroup group;
  char *socket;          /* Unix socket; mode 0660 */
  char *socket_group;    /* NULL: the group the daemon runs as */
  char *tcp;             /* loopback endpoint, NULL: none */
  char *token_file;      /* needed for tcp; 0600 */
} IstAdminSettings;

/* The tables of every folder, NULL-ended; g_free() the array (not what it points to). */
const IstSettingGroup **ist_connector_setting_tables (void);

G_END_DECLS

#endif
