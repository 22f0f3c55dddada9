/*
 * connector/admin/ctl.h - the verbs of isthmusctl: one function each, one table.
 *
 * Exit codes: 0 ok, 1 the answer is no, 2 usage, 3 daemon unreachable, 4 failed.
 */
#ifndef IST_CONNECTOR_ADMIN_CTL_H
#define IST_CONNECTOR_ADMIN_CTL_H

#include "base/settings.h"

G_BEGIN_DECLS

enum
{
  IST_CTL_OK = 0,
  IST_CTL_NO = 1,
  IST_CTL_USAGE = 2,
  IST_CTL_UNREACHABLE = 3,
  IST_CTL_FAILED = 4
};

typedef struct
{
  const char *config_path; /* as given or the default */
  gboolean config_given;
  gboolean json;
} IstCtl;

typedef struct
{
  const char *verb;
  int (*run) (const IstCtl *ctl, int argc, char **argv); /* argv[0] is the verb */
  const char *usage;
  const char *summary;
} IstCtlVerb;

/* Ended by a row with verb NULL. */
extern const IstCtlVerb ist_ctl_verbs[];

/* The configuration of `ctl`, complaints on stderr; NULL when it is wrong. */
IstSettings *ist_ctl_settings (const IstCtl *ctl);

int ist_ctl_config (const IstCtl *ctl, int argc, char **argv);
int ist_ctl_convert (const IstCtl *ctl, int argc, char **argv);
int ist_ctl_log (const IstCtl *ctl, int argc, char **argv);
int ist_ctl_route (const IstCtl *ctl, int argc, char **argv);
int ist_ctl_trace (const IstCtl *ctl, int argc, char **argv);
int ist_ctl_transforms (const IstCtl *ctl, int argc, char **argv);
int ist_ctl_version (const IstCtl *ctl, int argc, char **argv);
int ist_ctl_help (const IstCtl *ctl, int argc, char **argv);

G_END_DECLS

#endif
