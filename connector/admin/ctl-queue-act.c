#include "connector/admin/ctl-filter.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  IstCtlFilter filter;
  char *reason, *to;
  gboolean yes;
  const char *action;
  char **ids;         /* borrowed; n of them; none: the filter says which */
  guint n;
  guint changed, busy;
} Act;

static void
act_clear (Act *act)
{
  ist_ctl_filter_clear (&act->filter);
  g_free (act->reason);
  g_free (act->to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Act, act_clear)

static gboolean
parse (IstCtl *ctl, Act *act, int *argc, char ***argv)
{
  const GOptionEntry more[] = {
    { "reason", 0, 0, G_OPTION_ARG_STRING, &act->reason, NULL, NULL },
    { "to", 0, 0, G_OPTION_ARG_STRING, &act->to, NULL, NULL },
    { "yes", 'y', 0, G_OPTION_ARG_NONE, &act->yes, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  gboolean redirect;

  act->action = (*argv)[0];
  redirect = strcmp (act->action, "redirect") == 0;
  if (!ist_ctl_filter_parse (ctl, &act->filter, more, argc, argv))
    return FALSE;
  act->ids = *argv + 1;
  act->n = (guint) *argc - 1;
  if ((act->n > 0) != ist_ctl_filter_is_set (&act->filter) && redirect == (act->to != NULL)
      && (act->reason == NULL || strcmp (act->action, "hold") == 0))
    return TRUE;
  ist_ctl_usage (ctl, "queue");
  return FALSE;
}

static json_t *
order (const Act *act, const char *id, gboolean dry_run)
{
  return json_pack ("{s:s,s:o,s:b,s:b,s:s*,s:s*}", "action", act->action, "filter",
                    ist_ctl_filter_json (&act->filter, id), "all", act->filter.all, "dry_run", dry_run,
                    "reason", act->reason, "address", act->to);
}

/* How many are meant; FALSE with *code set. */
static gboolean
count (const IstCtl *ctl, const Act *act, guint *messages, guint *recipients, gboolean *more, int *code)
{
  for (guint i = 0; i < MAX (act->n, 1); i++)
    {
      json_t *answer = ist_ctl_ask (ctl, "POST", "/v1/queue/act",
                                    order (act, act->n > 0 ? act->ids[i] : NULL, TRUE), code);

      if (answer == NULL)
        return FALSE;
      *messages += (guint) ist_ctl_number (answer, "messages");
      *recipients += (guint) ist_ctl_number (answer, "recipients");
      *more |= json_is_true (json_object_get (answer, "more"));
      json_decref (answer);
    }
  return TRUE;
}

/* Says what is meant and asks where it must; FALSE with *code set. */
static gboolean
may_go_on (const IstCtl *ctl, const Act *act, int *code)
{
  gboolean deletes = strcmp (act->action, "delete") == 0;
  guint messages = 0, recipients = 0;
  g_autofree char *m = NULL;
  g_autofree char *r = NULL;
  g_autofree char *question = NULL;
  gboolean more = FALSE;

  if (act->n > 0 && (!deletes || act->yes))
    return TRUE;
  if (!count (ctl, act, &messages, &recipients, &more, code))
    return FALSE;
  m = ist_ctl_count (messages, "message", "messages");
  r = ist_ctl_count (recipients, "recipient", "recipients");
  fprintf (stderr, "%s%s with %s\n", more ? "more than " : "", m, r);
  *code = IST_CTL_NO;
  if (messages == 0)
    {
      ist_ctl_fail (ctl, IST_CTL_NO, "no message in the queue is like that");
      return FALSE;
    }
  if (!deletes || act->yes)
    return TRUE;
  *code = IST_CTL_USAGE;
  if (!ist_ctl_is_terminal ())
    {
      ist_ctl_fail (ctl, IST_CTL_USAGE, "nobody can be asked here: add --yes to delete");
      return FALSE;
    }
  question = g_strdup_printf ("delete %s for good, telling nobody? [y/N] ", messages == 1 ? "it" : "them");
  *code = IST_CTL_NO;
  return ist_ctl_confirm (question);
}

static int
act_on_all (const IstCtl *ctl, Act *act)
{
  int code = IST_CTL_OK;

  for (guint i = 0; i < MAX (act->n, 1); i++)
    {
      json_t *answer = ist_ctl_ask (ctl, "POST", "/v1/queue/act",
                                    order (act, act->n > 0 ? act->ids[i] : NULL, FALSE), &code);

      if (answer == NULL)
        return code;
      if (act->n > 0 && ist_ctl_number (answer, "changed") == 0 && ist_ctl_number (answer, "busy") == 0)
        fprintf (stderr, "%s is not in the queue\n", act->ids[i]);
      act->changed += (guint) ist_ctl_number (answer, "changed");
      act->busy += (guint) ist_ctl_number (answer, "busy");
      json_decref (answer);
    }
  return IST_CTL_OK;
}

int
ist_ctl_queue_act (IstCtl *ctl, int argc, char **argv)
{
  g_auto (Act) act = { { 0 } };
  g_autofree char *done = NULL;
  int code;

  if (!parse (ctl, &act, &argc, &argv))
    return IST_CTL_USAGE;
  if (!may_go_on (ctl, &act, &code))
    return code;
  code = act_on_all (ctl, &act);
  if (code != IST_CTL_OK)
    return code;
  if (ctl->json)
    ist_ctl_print_json (json_pack ("{s:s,s:i,s:i}", "action", act.action, "changed", (int) act.changed,
                                   "busy", (int) act.busy));
  else
    {
      done = ist_ctl_count (act.changed, "recipient", "recipients");
      printf ("%s: %s\n", act.action, done);
      if (act.busy > 0)
        printf ("%u more are being delivered at this moment and were left alone\n", act.busy);
    }
  return act.changed > 0 ? IST_CTL_OK : IST_CTL_NO;
}
