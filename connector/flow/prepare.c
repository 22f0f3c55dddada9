#include "connector/flow/prepare.h"

#include "routing/loop.h"

#include <string.h>

static void
rcpt_free (IstPreparedRcpt *self)
{
  g_free (self->address);
  g_free (self);
}

static void
prepared_free (IstPrepared *self)
{
  g_ptr_array_unref (self->rcpts);
  ist_message_free (self->message);
  ist_message_free (self->trial);
  g_ptr_array_unref (self->parts);
  g_free (self->sender);
  g_free (self->profile);
  g_free (self->language);
  g_free (self);
}

static void
diverted_free (IstDiverted *self)
{
  ist_route_clear (&self->route);
  g_free (self);
}

void
ist_preparation_free (IstPreparation *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->diverted);
  g_ptr_array_unref (self->closing);
  g_free (self);
}

static IstPrepared *
group_new (IstPreparation *self, IstSide side, const char *profile, gboolean report_only)
{
  IstPrepared *group = g_new0 (IstPrepared, 1);

  group->side = side;
  group->profile = g_strdup (profile);
  group->report_only = report_only;
  group->rcpts = g_ptr_array_new_with_free_func ((GDestroyNotify) rcpt_free);
  group->parts = ist_derived_array_new ();
  g_ptr_array_add (self->groups, group);
  return group;
}

static IstPrepared *
group_for (IstPreparation *self, const IstRoute *route, const char *profile)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      IstPrepared *group = g_ptr_array_index (self->groups, i);

      if (group->side == route->side && group->report_only == route->report_only
          && g_strcmp0 (group->profile, profile) == 0)
        return group;
    }
  return group_new (self, route->side, profile, route->report_only);
}

/* The listener's judgement (who may relay) was made at acceptance and is not asked for again. */
static void
sort_recipients (const IstSnapshot *snapshot, const IstQueueJob *job, IstPreparation *out)
{
  IstRouteAsk ask = {
    .origin = job->message->origin,
    .trusted = TRUE,
    .relay_internet = TRUE,
    .accepted = TRUE,
    .sender = job->message->sender,
    .size_bytes = job->message->size_bytes,
  };
  g_autoptr (IstMessage) message = ist_message_new (job->message->body);

  ask.message = message;
  for (guint i = 0; i < job->message->recipients->len; i++)
    {
      const IstQueueRecipient *row = g_ptr_array_index (job->message->recipients, i);
      g_auto (IstRoute) route = { 0 };
      IstPreparedRcpt *rcpt;
      const char *profile;

      if (row->parts_result != IST_STATE_QUEUED)
        {
          g_ptr_array_add (out->closing, (gpointer) row);
          continue;
        }
      ist_router_route (snapshot->router, &ask, row->address, &route);
      /* A held message that was released is not held by the same rule again. */
      if (route.action != IST_ROUTE_RELAY && route.action != IST_ROUTE_HOLD)
        {
          IstDiverted *diverted = g_new0 (IstDiverted, 1);

          diverted->row = row;
          diverted->route = route;
          memset (&route, 0, sizeof route);
          g_ptr_array_add (out->diverted, diverted);
          continue;
        }
      /* The person may have moved, with or without a change of the settings. An administrator's redirection has the
       * highest generation and stands. */
      if (g_strcmp0 (route.relay, job->relay) != 0 && row->generation <= snapshot->generation)
        {
          IstDiverted *diverted = g_new0 (IstDiverted, 1);

          diverted->row = row;
          diverted->route = route;
          memset (&route, 0, sizeof route);
          g_ptr_array_add (out->diverted, diverted);
          continue;
        }
      rcpt = g_new0 (IstPreparedRcpt, 1);
      rcpt->row = row;
      rcpt->address = g_strdup (route.address != NULL ? route.address : row->address);
      profile = ist_router_profile (snapshot->router, &route, job->relay);
      g_ptr_array_add (group_for (out, &route, profile)->rcpts, rcpt);
    }
}

/* ---- languages ---- */

typedef struct
{
  const IstSnapshot *snapshot;
  IstPrepared *group;
} Asking;

static char *
language_of (const IstSnapshot *snapshot, const IstPrepared *group, guint i)
{
  const IstPreparedRcpt *rcpt = g_ptr_array_index (group->rcpts, i);

  return ist_router_language (snapshot->router, rcpt->row->address);
}

/* That of the first recipient; who speaks another one goes into a group of his own afterwards. */
static const char *
language_asked (gpointer user)
{
  Asking *asking = user;
  IstPrepared *group = asking->group;

  if (!group->language_asked)
    group->language = language_of (asking->snapshot, group, 0);
  group->language_asked = TRUE;
  return group->language;
}

/* What is moved is prepared later, in its turn. */
static void
move_other_languages (IstPreparation *self, const IstSnapshot *snapshot, IstPrepared *group)
{
  IstPrepared *others = NULL;

  for (guint i = 1; group->language_asked && i < group->rcpts->len;)
    {
      g_autofree char *language = language_of (snapshot, group, i);

      if (g_strcmp0 (language, group->language) == 0)
        {
          i++;
          continue;
        }
      if (others == NULL)
        others = group_new (self, group->side, group->profile, group->report_only);
      g_ptr_array_add (others->rcpts, g_ptr_array_steal_index (group->rcpts, i));
    }
}

static void
rewrite_message (const IstSnapshot *snapshot, IstRewriter *rewriter, IstMessage *message)
{
  ist_rewriter_header (rewriter, message);
  if (ist_message_is_changed (message))
    ist_rewriter_dkim (message, snapshot->connector->broken_dkim == 1);
}

static void
convert_message (const IstSnapshot *snapshot, const IstQueueJob *job, IstPrepared *group,
                 IstMessage *message)
{
  IstSide from = job->message->origin;
  Asking asking = { snapshot, group };
  IstConvertContext context = {
    .from = from,
    .to = group->side,
    .settings = ist_convert_settings (snapshot->settings, group->profile),
    .sender = job->message->sender,
    .language = language_asked,
    .language_user = &asking,
  };
  g_autoptr (GError) error = NULL;
  IstRewriter *rewriter = snapshot->rewriters[from][group->side];

  if (!ist_pipeline_run (&context, message, group->parts, &error))
    {
      g_ptr_array_set_size (group->parts, 0);
      ist_message_note (message, "pipeline", "not converted: %s", error->message);
    }
  if (rewriter == NULL || from == group->side)
    return;
  if (group->parts->len == 0)
    rewrite_message (snapshot, rewriter, message);
  for (guint i = 0; i < group->parts->len; i++)
    rewrite_message (snapshot, rewriter,
                     ((IstDerived *) g_ptr_array_index (group->parts, i))->message);
}

static void
prepare_group (const IstSnapshot *snapshot, const IstQueueJob *job, IstPrepared *group)
{
  IstSide from = job->message->origin;
  const IstQueueRecipient *first = ((IstPreparedRcpt *) g_ptr_array_index (group->rcpts, 0))->row;
  IstBody *body = first->part_body != NULL ? first->part_body : job->message->body;
  IstRewriter *rewriter = snapshot->rewriters[from][group->side];

  group->message = ist_message_new (body);
  if (group->report_only)
    group->trial = ist_message_new (body);
  /* A materialised part was converted when it was made. */
  if (first->part_body == NULL)
    convert_message (snapshot, job, group, group->report_only ? group->trial : group->message);
  group->changes
      = (GPtrArray *) ist_message_changes (group->report_only ? group->trial : group->message);
  group->sender = rewriter != NULL && from != group->side && !group->report_only
                      ? ist_rewriter_address (rewriter, job->message->sender, NULL)
                      : g_strdup (job->message->sender);
}

/* Our own trace: the next time this message comes in for the same recipient it is a loop, while the
 * members of a list that another side expanded are not (docs/admin.md, "Loops"). */
static void
add_trace (const IstSnapshot *snapshot, const char *trace_key, IstPrepared *group)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new ();
  g_autofree char *field = NULL;

  for (guint i = 0; i < group->rcpts->len; i++)
    g_ptr_array_add (addresses, ((IstPreparedRcpt *) g_ptr_array_index (group->rcpts, i))->row->address);
  g_ptr_array_add (addresses, NULL);
  field = ist_loop_trace_field (snapshot->connector->hostname, trace_key,
                                (const char *const *) addresses->pdata);
  ist_message_insert_field (group->message, 0, field);
}

IstPreparation *
ist_prepare (const IstSnapshot *snapshot, const char *trace_key, const IstQueueJob *job)
{
  IstPreparation *self = g_new0 (IstPreparation, 1);

  self->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) prepared_free);
  self->diverted = g_ptr_array_new_with_free_func ((GDestroyNotify) diverted_free);
  self->closing = g_ptr_array_new ();
  sort_recipients (snapshot, job, self);
  for (guint i = 0; i < self->groups->len; i++)
    {
      IstPrepared *group = g_ptr_array_index (self->groups, i);

      prepare_group (snapshot, job, group);
      move_other_languages (self, snapshot, group);
      add_trace (snapshot, trace_key, group);
    }
  return self;
}

gboolean
ist_preparation_has_parts (const IstPreparation *self)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      const IstPrepared *group = g_ptr_array_index (self->groups, i);

      if (group->parts->len > 0 && !group->report_only)
        return TRUE;
    }
  return FALSE;
}
