noinst_LIBRARIES += libconnector.a
libconnector_a_SOURCES = \
  connector/admin/admin.c connector/admin/admin.h \
  connector/admin/api-log.c \
  connector/admin/api-metrics.c \
  connector/admin/api-queue-act.c \
  connector/admin/api-queue.c \
  connector/admin/api-reload.c \
  connector/admin/api-route.c \
  connector/admin/api-status.c \
  connector/admin/api-trace.c \
  connector/admin/api.c connector/admin/api.h \
  connector/admin/queue-filter.c connector/admin/queue-filter.h \
  connector/admin/route-json.c \
  connector/admin/shapes.h \
  connector/admin/story-json.c \
  connector/admin/transforms-json.c \
  connector/flow/attempt.c connector/flow/attempt.h \
  connector/flow/deliver.c connector/flow/deliver.h \
  connector/flow/listener.c connector/flow/listener.h \
  connector/flow/materialise.c connector/flow/materialise.h \
  connector/flow/outcome.c connector/flow/outcome.h \
  connector/flow/prepare.c connector/flow/prepare.h \
  connector/flow/receive.c connector/flow/receive.h \
  connector/flow/report.c connector/flow/report.h \
  connector/flow/slim.c connector/flow/slim.h \
  connector/flow/text.c connector/flow/text.h \
  connector/housekeeper.c connector/housekeeper.h \
  connector/relay-hold.c connector/relay-hold.h \
  connector/instance.c connector/instance.h \
  connector/service/notify.h \
  connector/settings.c connector/settings.h \
  connector/snapshot.c connector/snapshot.h

if !WINDOWS
libconnector_a_SOURCES += connector/service/notify-posix.c
endif

CONNECTOR_LIBS = libconnector.a librouting.a libconvert.a libdirsync.a $(BASE_LIBS)

sbin_PROGRAMS += isthmusd
isthmusd_SOURCES = connector/main.c
isthmusd_LDADD = $(CONNECTOR_LIBS)

bin_PROGRAMS += isthmusctl
isthmusctl_SOURCES = \
  connector/admin/ctl-config.c \
  connector/admin/ctl-convert.c \
  connector/admin/ctl-daemon.c \
  connector/admin/ctl-filter.c connector/admin/ctl-filter.h \
  connector/admin/ctl-inspect.c \
  connector/admin/ctl-interactive.c \
  connector/admin/ctl-log.c \
  connector/admin/ctl-main.c \
  connector/admin/ctl-print.c \
  connector/admin/ctl-queue-act.c \
  connector/admin/ctl-queue.c \
  connector/admin/ctl-reload.c \
  connector/admin/ctl-route.c \
  connector/admin/ctl-status.c \
  connector/admin/ctl-transforms.c \
  connector/admin/ctl-verbs.c \
  connector/admin/ctl.c connector/admin/ctl.h
isthmusctl_LDADD = $(CONNECTOR_LIBS)

if !WINDOWS
isthmusctl_SOURCES += connector/admin/ctl-terminal-posix.c
isthmusctl_CFLAGS = $(AM_CFLAGS) $(LIBEDIT_CFLAGS)
isthmusctl_LDADD += $(LIBEDIT_LIBS)
endif
