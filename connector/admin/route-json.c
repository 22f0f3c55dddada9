#include "connector/admin/api.h"
#include "connector/admin/shapes.h"
#include "routing/address/rewrite.h"

static IstSide
sender_side (const IstDirectory *directory, const char *from)
{
  g_auto (IstPerson) person = { 0 };

  if (directory->who_is (directory->self, from, &person) == IST_DIRECTORY_FOUND)
    return person.side;
  return IST_SIDE_INTERNET;
}

static const char *
action_name (IstRouteAction action)
{
  static const char *const names[] = { "relay", "hold", "refuse", "discard" };

  return names[action];
}

static json_t *
texts (char *const *list)
{
  json_t *out = json_array ();

  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    json_array_append_new (out, ist_api_text (list[i]));
  return out;
}

static json_t *
steps_json (const GPtrArray *steps)
{
  json_t *out = json_array ();

  for (guint i = 0; steps != NULL && i < steps->len; i++)
    json_array_append_new (out, ist_api_text (g_ptr_array_index (steps, i)));
  return out;
}

/* The steps that are switched on for this direction, by the names of their keys. */
static json_t *
rewriting_json (const IstSettings *settings, IstSide from, IstSide to)
{
  g_autofree char *name = g_strdup_printf ("%s-to-%s", ist_side_name (from), ist_side_name (to));
  const IstRewriteSettings *rewrite = ist_settings_get (settings, "rewrite", name);
  json_t *on = json_array ();
  const struct
  {
    const char *key;
    gboolean on;
  } keys[] = {
    { "subdomain-to-primary", rewrite == NULL || rewrite->subdomain_to_primary },
    { "notes-names", rewrite == NULL || rewrite->notes_names },
    { "strip-notes-domain", rewrite == NULL || rewrite->strip_notes_domain },
    { "imcea", rewrite == NULL || rewrite->imcea },
    { "friendly-names", rewrite != NULL && rewrite->friendly_names },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].on && (rewrite == NULL || rewrite->enabled))
      json_array_append_new (on, json_string (keys[i].key));
  return json_pack ("{s:s,s:o,s:o}", "direction", name, "steps", on, "pilot",
                    ist_api_text (rewrite != NULL ? rewrite->pilot : NULL));
}

json_t *
ist_shape_route (IstRouter *router, IstSettings *settings, const IstDirectory *directory, const char *from,
                 const char *to, IstSide origin)
{
  IstRouteAsk ask = { .origin = origin != IST_SIDE_NONE ? origin : sender_side (directory, from),
                      .trusted = TRUE,
                      .relay_internet = TRUE,
                      .sender = from,
                      .explain = TRUE };
  g_autoptr (IstRewriter) rewriter = NULL;
  g_auto (IstRoute) route = { 0 };
  g_autofree char *sender = NULL;
  g_autofree char *reply = NULL;
  const IstRelaySettings *relay;
  json_t *out;

  ist_router_route (router, &ask, to, &route);
  rewriter = ist_rewriter_new (settings, directory, ask.origin, route.side);
  sender = ist_rewriter_address (rewriter, from, NULL);
  reply = route.action == IST_ROUTE_REFUSE ? ist_reply_to_string (&route.reply) : NULL;
  relay = route.relay != NULL ? ist_settings_get (settings, "relay", route.relay) : NULL;
  out = json_pack ("{s:o,s:o,s:s,s:s,s:s,s:o,s:o,s:o,s:b,s:b}", "from", ist_api_text (from), "to",
                   ist_api_text (to), "origin", ist_side_name (ask.origin), "action",
                   action_name (route.action), "side", ist_side_name (route.side), "rule",
                   ist_api_text (route.rule), "reply", ist_api_text (reply), "steps",
                   steps_json (route.steps), "report_only", route.report_only, "final_known",
                   route.final_known);
  json_object_set_new (out, "relay", ist_api_text (route.relay));
  json_object_set_new (out, "hosts", texts (relay != NULL ? relay->hosts : NULL));
  json_object_set_new (out, "tls",
                       ist_api_text (relay != NULL ? ist_tls_level_name ((IstTlsLevel) relay->tls_level)
                                                   : NULL));
  json_object_set_new (out, "envelope",
                       json_pack ("{s:o,s:o}", "sender", ist_api_text (sender), "recipient",
                                  ist_api_text (route.address)));
  json_object_set_new (out, "primary", ist_api_text (route.primary));
  json_object_set_new (out, "profile", ist_api_text (ist_router_profile (router, &route, route.relay)));
  json_object_set_new (out, "rewriting", rewriting_json (settings, ask.origin, route.side));
  return out;
}
