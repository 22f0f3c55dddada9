noinst_LIBRARIES += librouting.a
librouting_a_SOURCES = \
  routing/host-health.c routing/host-health.h \
  routing/loop.c routing/loop.h \
  routing/next-hop.c routing/next-hop.h \
  routing/peers.c \
  routing/recipient-form.c \
  routing/report.c routing/report.h \
  routing/retry.c routing/retry.h \
  routing/router-private.h \
  routing/router.c routing/router.h \
  routing/rules.c \
  routing/settings.c routing/settings.h \
  routing/tls-policy.c routing/tls-policy.h

include routing/smtp/local.mk
include routing/queue/local.mk
include routing/address/local.mk
