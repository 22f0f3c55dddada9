librouting_a_SOURCES += \
  routing/smtp/reply.h routing/smtp/session.h routing/smtp/client.h
