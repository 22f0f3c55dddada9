librouting_a_SOURCES += \
  routing/queue/queue.h
