/*
 * connector/admin/ctl-filter.h - the options that say which messages of the queue are meant.
 */
#ifndef IST_CONNECTOR_ADMIN_CTL_FILTER_H
#define IST_CONNECTOR_ADMIN_CTL_FILTER_H

#include "connector/admin/ctl.h"

G_BEGIN_DECLS

/* Strings owned. */
typedef struct
{
  char *relay, *state, *address, *message_id;
  gboolean all;
} IstCtlFilter;

void ist_ctl_filter_clear (IstCtlFilter *filter);

/* Takes the filter's options, those of `more` and the common ones. */
gboolean ist_ctl_filter_parse (IstCtl *ctl, IstCtlFilter *filter, const GOptionEntry *more, int *argc,
                               char ***argv);

/* Was a filter or --all given? */
gboolean ist_ctl_filter_is_set (const IstCtlFilter *filter);

void ist_ctl_filter_params (const IstCtlFilter *filter, GString *path);

/* {"relay": …}; `queue_id` may be NULL. */
json_t *ist_ctl_filter_json (const IstCtlFilter *filter, const char *queue_id);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IstCtlFilter, ist_ctl_filter_clear)

G_END_DECLS

#endif
