noinst_LIBRARIES += librouting.a
librouting_a_SOURCES = \
  routing/settings.c routing/settings.h routing/router.h routing/next-hop.h routing/host-health.h

include routing/smtp/local.mk
include routing/queue/local.mk
include routing/address/local.mk
