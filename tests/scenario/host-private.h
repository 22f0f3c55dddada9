/*
 * tests/scenario/host-private.h - between host.c (what the scenario says and asks) and host-session.c (one connection).
 */
#ifndef IST_TESTS_SCENARIO_HOST_PRIVATE_H
#define IST_TESTS_SCENARIO_HOST_PRIVATE_H

#include "tests/scenario/host.h"

#include <gio/gio.h>

typedef struct
{
  guint left;
  char *command;
  char *answer;
} IstHostRule;

struct _IstHost
{
  char *address;
  guint16 port;
  GSocket *listener;
  GThread *accepter;
  GMutex mutex; /* guards all below */
  GCond gone;
  gboolean down;
  GPtrArray *sockets; /* GSocket of open connections */
  GPtrArray *rules;   /* IstHostRule, newest last */
  GPtrArray *arrivals;
  GPtrArray *lines; /* every command */
  char *keywords;
  guint max_rcpts;
  guint n_connections;
  guint n_silent;
};

void ist_host_arrival_free (IstArrival *arrival);

/* Serves one connection in a thread of its own; takes `socket`, which is in host->sockets. */
void ist_host_visit (IstHost *host, GSocket *socket, guint number);

#endif
