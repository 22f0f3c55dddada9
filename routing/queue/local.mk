librouting_a_SOURCES += \
  routing/queue/checkpoint.c routing/queue/checkpoint.h \
  routing/queue/flush.c routing/queue/flush.h \
  routing/queue/id.c \
  routing/queue/message.c \
  routing/queue/queue-admin.c \
  routing/queue/queue-ops.c routing/queue/queue-ops.h \
  routing/queue/queue-private.h \
  routing/queue/queue.c routing/queue/queue.h \
  routing/queue/scheduler.c \
  routing/queue/spool.c routing/queue/spool.h \
  routing/queue/start.c \
  routing/queue/store-admin.c \
  routing/queue/store-read.c \
  routing/queue/store.c \
  routing/queue/sweep.c \
  routing/queue/writer-group.c \
  routing/queue/writer-private.h \
  routing/queue/writer.c
