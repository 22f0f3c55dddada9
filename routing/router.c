#include "routing/router-private.h"

#include "base/address.h"

#include <string.h>

enum
{
  DOMAIN_SHARED,
  DOMAIN_OWN,
  DOMAIN_ROUTING
};

enum
{
  RULE_RELAY,
  RULE_HOLD,
  RULE_REFUSE,
  RULE_DISCARD,
  RULE_REDIRECT
};

#define MAX_REDIRECTS 5

IstRouter *
ist_router_new (IstSettings *settings, const IstDirectory *directory, guint generation)
{
  IstRouter *self = g_new0 (IstRouter, 1);
  const GPtrArray *domains = ist_settings_list (settings, "domain");

  g_atomic_ref_count_init (&self->refs);
  self->settings = ist_settings_ref (settings);
  self->directory = directory;
  self->generation = generation;
  self->domains = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < domains->len; i++)
    {
      const IstDomainSettings *domain = g_ptr_array_index (domains, i);
      char *key = ist_domain_key (domain->group.name);

      if (key != NULL)
        g_hash_table_insert (self->domains, key, (gpointer) domain);
    }
  return self;
}

IstRouter *
ist_router_ref (IstRouter *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
ist_router_unref (IstRouter *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->domains);
  ist_settings_unref (self->settings);
  g_free (self);
}

const IstSettings *
ist_router_settings (const IstRouter *self)
{
  return self->settings;
}

guint
ist_router_generation (const IstRouter *self)
{
  return self->generation;
}

static const IstDomainSettings *
find_domain (IstRouter *self, const char *domain)
{
  g_autofree char *key = domain != NULL ? ist_domain_key (domain) : NULL;

  return key != NULL ? g_hash_table_lookup (self->domains, key) : NULL;
}

gboolean
ist_router_is_our_domain (IstRouter *self, const char *domain)
{
  return find_domain (self, domain) != NULL;
}

/* ---- the answer ---- */

void
ist_route_clear (IstRoute *route)
{
  g_clear_pointer (&route->relay, g_free);
  g_clear_pointer (&route->address, g_free);
  g_clear_pointer (&route->primary, g_free);
  g_clear_pointer (&route->rule, g_free);
  g_clear_pointer (&route->steps, g_ptr_array_unref);
  ist_reply_clear (&route->reply);
}

void
ist_route_step (IstRoute *route, const char *format, ...)
{
  va_list args;

  if (route->steps == NULL)
    return;
  va_start (args, format);
  g_ptr_array_add (route->steps, g_strdup_vprintf (format, args));
  va_end (args);
}

void
ist_route_refuse (IstRoute *route, guint code, const char *enhanced, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  route->action = IST_ROUTE_REFUSE;
  ist_reply_set (&route->reply, code, enhanced, "%s", text);
  ist_route_step (route, "refused: %u %s %s", code, enhanced, text);
}

/* ---- the directory's word ---- */

/* Fills side, primary and address from the person. FALSE: refused, or the domain must decide. */
static IstDirectoryAnswer
ask_directory (IstRouter *self, const char *address, IstPerson *person)
{
  if (self->directory == NULL)
    return IST_DIRECTORY_STALE;
  return self->directory->who_is (self->directory->self, address, person);
}

static void
take_person (IstRoute *route, const IstPerson *person)
{
  route->side = person->side;
  g_free (route->primary);
  route->primary = g_strdup (person->primary);
  g_free (route->address);
  route->address = g_strdup (person->forward != NULL ? person->forward : person->primary);
  ist_route_step (route, "the directory knows <%s> on side %s%s%s", person->primary,
                  ist_side_name (person->side), person->forward != NULL ? ", mail goes to " : "",
                  person->forward != NULL ? person->forward : "");
}

static gboolean
judge_domain (IstRouter *self, const IstDomainSettings *domain, const char *address,
              IstRoute *route)
{
  g_auto (IstPerson) person = { 0 };
  IstDirectoryAnswer answer = ask_directory (self, address, &person);
  IstSide fallback
      = domain->side != NULL ? ist_side_from_name (domain->side) : IST_SIDE_NONE;

  if (answer == IST_DIRECTORY_FOUND)
    {
      take_person (route, &person);
      if (domain->type == DOMAIN_OWN && person.side != fallback)
        ist_route_step (route, "although [domain %s] belongs to side %s: the directory decides",
                        domain->group.name, domain->side);
      return TRUE;
    }
  if (!domain->check_recipients)
    {
      route->side = fallback;
      ist_route_step (route, "[domain %s] sends people the directory does not know to side %s",
                      domain->group.name, domain->side);
      return TRUE;
    }
  if (answer == IST_DIRECTORY_UNKNOWN)
    ist_route_refuse (route, 550, "5.1.1", "<%s>: there is no such recipient here", address);
  else if (answer == IST_DIRECTORY_AMBIGUOUS)
    ist_route_refuse (route, 451, "4.1.4", "<%s>: two directory entries claim this address", address);
  else
    ist_route_refuse (route, 451, "4.4.3", "<%s>: the directory is not available now", address);
  return FALSE;
}

/* A routing sub-domain stands for its primary domain; the person is looked up there. */
static char *
primary_address (const IstDomainSettings *domain, const char *address)
{
  g_autofree char *local = NULL;

  if (domain->type != DOMAIN_ROUTING || !ist_address_split (address, &local, NULL))
    return g_strdup (address);
  return g_strdup_printf ("%s@%s", local, domain->primary);
}

static gboolean
judge_ours (IstRouter *self, const IstDomainSettings *domain, const char *recipient,
            IstRoute *route)
{
  g_autofree char *address = primary_address (domain, recipient);

  if (domain->type == DOMAIN_ROUTING)
    ist_route_step (route, "[domain %s] is a routing sub-domain: <%s> is meant", domain->group.name,
                    address);
  g_free (route->primary);
  g_free (route->address);
  route->primary = g_strdup (address);
  route->address = g_strdup (address);
  return judge_domain (self, domain, address, route);
}

static gboolean
judge_foreign (const IstRouteAsk *ask, const char *recipient, IstRoute *route)
{
  route->side = IST_SIDE_INTERNET;
  if (ask->trusted && ask->relay_internet && ask->origin != IST_SIDE_INTERNET)
    {
      ist_route_step (route, "the domain is none of ours: side internet");
      return TRUE;
    }
  ist_route_refuse (route, 550, "5.7.1", "<%s>: relaying denied", recipient);
  return FALSE;
}

/* Where does the recipient live, and what is its primary address? */
static gboolean
find_side (IstRouter *self, const IstRouteAsk *ask, const char *recipient, IstRoute *route)
{
  const char *domain_name = ist_address_domain (recipient);
  const IstDomainSettings *domain = find_domain (self, domain_name);

  g_free (route->primary);
  g_free (route->address);
  route->primary = g_strdup (recipient);
  route->address = g_strdup (recipient);
  if (domain != NULL)
    return judge_ours (self, domain, recipient, route);
  return judge_foreign (ask, recipient, route);
}

/* ---- relay and guard ---- */

/* Towards a side with a routing sub-domain the envelope carries it, unless the directory named another
 * forwarding address. */
static void
use_routing_domain (IstRouter *self, IstRoute *route)
{
  const IstSideSettings *side
      = ist_settings_get (self->settings, "side", ist_side_name (route->side));
  g_autofree char *local = NULL;

  if (side == NULL || side->routing_domain == NULL || g_strcmp0 (route->address, route->primary) != 0
      || !ist_router_is_our_domain (self, ist_address_domain (route->address))
      || !ist_address_split (route->address, &local, NULL))
    return;
  g_free (route->address);
  route->address = g_strdup_printf ("%s@%s", local, side->routing_domain);
  ist_route_step (route, "envelope address towards side %s: <%s>", ist_side_name (route->side),
                  route->address);
}

static gboolean
choose_relay (IstRouter *self, const IstRuleSettings *rule, IstRoute *route)
{
  const IstSideSettings *side
      = ist_settings_get (self->settings, "side", ist_side_name (route->side));
  const char *relay = rule != NULL && rule->action == RULE_RELAY ? rule->relay : NULL;

  if (relay == NULL && side != NULL)
    relay = side->relay;
  if (relay == NULL)
    {
      ist_route_refuse (route, 451, "4.3.5", "no relay is configured for side %s",
                        ist_side_name (route->side));
      return FALSE;
    }
  g_free (route->relay);
  route->relay = g_strdup (relay);
  ist_route_step (route, "relay %s", relay);
  return TRUE;
}

static gboolean
guard_origin (const IstRouteAsk *ask, const IstRuleSettings *rule, const char *recipient,
              IstRoute *route)
{
  if (ask->origin == IST_SIDE_NONE || route->side != ask->origin
      || (rule != NULL && rule->back_to_origin))
    return TRUE;
  ist_route_refuse (route, 550, "5.4.6",
                    "<%s> lives on the side the message came from (%s): routing loop", recipient,
                    ist_side_name (route->side));
  return FALSE;
}

/* ---- the whole ---- */

static void
route_form (IstRouter *self, const IstRouteAsk *ask, const char *recipient, guint redirects,
            IstRoute *route)
{
  const IstRuleSettings *rule;

  if (!find_side (self, ask, recipient, route))
    return;
  rule = ist_rules_apply (self, ask, route->primary, route->side, route);
  if (rule != NULL && rule->action == RULE_REFUSE)
    {
      ist_route_refuse (route, 550, "5.7.1", "<%s>: %s", recipient,
                        rule->reply != NULL ? rule->reply : "refused by rule");
      return;
    }
  if (rule != NULL && rule->action == RULE_REDIRECT)
    {
      IstRouteAsk inner = *ask;

      if (redirects >= MAX_REDIRECTS)
        {
          ist_route_refuse (route, 554, "5.4.6", "<%s>: rules redirect in a circle", recipient);
          return;
        }
      ist_route_step (route, "rule %s redirects to <%s>", rule->group.name, rule->redirect);
      /* The administrator chose the address: it needs no permission of the peer's. */
      inner.trusted = TRUE;
      inner.relay_internet = TRUE;
      inner.origin = IST_SIDE_NONE;
      route_form (self, &inner, rule->redirect, redirects + 1, route);
      return;
    }
  if (!guard_origin (ask, rule, recipient, route) || !choose_relay (self, rule, route))
    return;
  use_routing_domain (self, route);
  if (rule != NULL && rule->action == RULE_HOLD)
    route->action = IST_ROUTE_HOLD;
  if (rule != NULL && rule->action == RULE_DISCARD)
    route->action = IST_ROUTE_DISCARD;
}

/* RFC 5321 4.5.1: "postmaster" alone is always taken; it is the configured one's. */
static const char *
postmaster (IstRouter *self, const char *recipient)
{
  const IstConnectorSettings *connector = ist_settings_get (self->settings, "connector", NULL);

  return g_ascii_strcasecmp (recipient, "postmaster") == 0 ? connector->postmaster : recipient;
}

void
ist_router_route (IstRouter *self, const IstRouteAsk *ask, const char *recipient, IstRoute *route)
{
  g_autofree char *form = NULL;
  const char *named = postmaster (self, recipient);

  memset (route, 0, sizeof *route);
  route->action = IST_ROUTE_RELAY;
  route->priority = IST_PRIORITY_NORMAL;
  route->final_known = TRUE;
  route->steps = g_ptr_array_new_with_free_func (g_free);
  if (named == NULL)
    {
      ist_route_refuse (route, 550, "5.1.1", "no postmaster is configured");
      return;
    }
  form = ist_recipient_form (self, named, route);
  if (form != NULL)
    route_form (self, ask, form, 0, route);
}
