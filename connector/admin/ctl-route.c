#include "connector/admin/ctl.h"
#include "dirsync/mirror.h"
#include "routing/address/rewrite.h"
#include "routing/router.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* The side of the sender when none is named: the directory's word, else the Internet. */
static IstSide
sender_side (IstMirror *mirror, const char *from)
{
  const IstDirectory *directory = ist_mirror_directory (mirror);
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

static void
print_json (const IstRoute *route, const char *sender, const char *tls)
{
  g_autofree char *reply = ist_reply_to_string (&route->reply);
  json_t *steps = json_array ();
  json_t *all;

  for (guint i = 0; i < route->steps->len; i++)
    json_array_append_new (steps, json_string (g_ptr_array_index (route->steps, i)));
  all = json_pack ("{s:s,s:s,s:s?,s:s?,s:s?,s:s?,s:s?,s:s,s:s,s:o}", "action",
                   action_name (route->action), "side", ist_side_name (route->side), "relay",
                   route->relay, "address", route->address, "primary", route->primary, "rule",
                   route->rule, "tls", tls, "sender", sender, "reply", reply, "steps", steps);
  json_dumpf (all, stdout, JSON_INDENT (2));
  fputc ('\n', stdout);
  json_decref (all);
}

static void
print_text (const IstRoute *route, const char *sender, const char *tls)
{
  for (guint i = 0; i < route->steps->len; i++)
    printf ("  %s\n", (char *) g_ptr_array_index (route->steps, i));
  printf ("action  %s\nside    %s\n", action_name (route->action), ist_side_name (route->side));
  if (route->action == IST_ROUTE_REFUSE)
    return;
  printf ("relay   %s\ntls     %s\nenvelope <%s> to <%s>\n", route->relay, tls, sender, route->address);
  if (route->rule != NULL)
    printf ("rule    %s\n", route->rule);
}

static int
explain (const IstCtl *ctl, IstSettings *settings, IstMirror *mirror, const char *from,
         const char *to, const char *side)
{
  g_autoptr (IstRouter) router = ist_router_new (settings, ist_mirror_directory (mirror), 1);
  IstRouteAsk ask = { .origin = side != NULL ? ist_side_from_name (side) : sender_side (mirror, from),
                      .trusted = TRUE,
                      .relay_internet = TRUE,
                      .sender = from };
  g_autoptr (IstRewriter) rewriter = NULL;
  g_auto (IstRoute) route = { 0 };
  g_autofree char *sender = NULL;
  const IstRelaySettings *relay;
  const char *tls;

  ist_router_route (router, &ask, to, &route);
  rewriter = ist_rewriter_new (settings, ist_mirror_directory (mirror), ask.origin, route.side);
  sender = ist_rewriter_address (rewriter, from, NULL);
  relay = route.relay != NULL ? ist_settings_get (settings, "relay", route.relay) : NULL;
  tls = relay != NULL ? ist_tls_level_name ((IstTlsLevel) relay->tls_level) : NULL;
  if (ctl->json)
    print_json (&route, sender, tls);
  else
    {
      printf ("from side %s\n", ist_side_name (ask.origin));
      print_text (&route, sender, tls);
    }
  return route.action == IST_ROUTE_REFUSE ? IST_CTL_NO : IST_CTL_OK;
}

int
ist_ctl_route (const IstCtl *ctl, int argc, char **argv)
{
  g_autoptr (IstSettings) settings = NULL;
  g_autoptr (IstMirror) mirror = NULL;
  g_autoptr (GError) error = NULL;
  const IstConnectorSettings *connector;
  const char *side = argc == 6 && strcmp (argv[4], "--side") == 0 ? argv[5] : NULL;

  if ((argc != 4 && side == NULL) || strcmp (argv[1], "explain") != 0
      || (side != NULL && ist_side_from_name (side) == IST_SIDE_NONE))
    {
      fprintf (stderr, "isthmusctl route explain FROM TO [--side domino|exchange|internet]\n");
      return IST_CTL_USAGE;
    }
  settings = ist_ctl_settings (ctl);
  if (settings == NULL)
    return IST_CTL_FAILED;
  connector = ist_settings_get (settings, "connector", NULL);
  mirror = ist_mirror_open (connector->directory_database, &error);
  if (mirror == NULL)
    {
      fprintf (stderr, "isthmusctl: %s\n", error->message);
      return IST_CTL_FAILED;
    }
  return explain (ctl, settings, mirror, argv[2], argv[3], side);
}
