#include "connector/admin/ctl-filter.h"

void
ist_ctl_filter_clear (IstCtlFilter *filter)
{
  g_free (filter->relay);
  g_free (filter->state);
  g_free (filter->address);
  g_free (filter->message_id);
}

gboolean
ist_ctl_filter_parse (IstCtl *ctl, IstCtlFilter *filter, const GOptionEntry *more, int *argc, char ***argv)
{
  const GOptionEntry own[] = {
    { "relay", 0, 0, G_OPTION_ARG_STRING, &filter->relay, NULL, NULL },
    { "state", 0, 0, G_OPTION_ARG_STRING, &filter->state, NULL, NULL },
    { "address", 0, 0, G_OPTION_ARG_STRING, &filter->address, NULL, NULL },
    { "message-id", 0, 0, G_OPTION_ARG_STRING, &filter->message_id, NULL, NULL },
    { "all", 0, 0, G_OPTION_ARG_NONE, &filter->all, NULL, NULL },
  };
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  g_array_append_vals (entries, own, G_N_ELEMENTS (own));
  for (; more != NULL && more->long_name != NULL; more++)
    g_array_append_vals (entries, more, 1);
  if (!ist_ctl_parse (ctl, (const GOptionEntry *) (gpointer) entries->data, argc, argv))
    return FALSE;
  /* The queue keeps the field as it stands in the header. */
  if (filter->message_id != NULL && filter->message_id[0] != '<')
    {
      g_autofree char *bare = filter->message_id;

      filter->message_id = g_strdup_printf ("<%s>", bare);
    }
  return TRUE;
}

gboolean
ist_ctl_filter_is_set (const IstCtlFilter *filter)
{
  return filter->relay != NULL || filter->state != NULL || filter->address != NULL
         || filter->message_id != NULL || filter->all;
}

void
ist_ctl_filter_params (const IstCtlFilter *filter, GString *path)
{
  ist_ctl_param (path, "relay", filter->relay);
  ist_ctl_param (path, "state", filter->state);
  ist_ctl_param (path, "address", filter->address);
  ist_ctl_param (path, "message-id", filter->message_id);
}

json_t *
ist_ctl_filter_json (const IstCtlFilter *filter, const char *queue_id)
{
  return json_pack ("{s:s*,s:s*,s:s*,s:s*,s:s*}", "queue-id", queue_id, "relay", filter->relay, "state",
                    filter->state, "address", filter->address, "message-id", filter->message_id);
}
