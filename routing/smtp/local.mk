librouting_a_SOURCES += \
  routing/smtp/client-private.h \
  routing/smtp/client-reply.c \
  routing/smtp/client-send.c \
  routing/smtp/client-text.c \
  routing/smtp/downgrade.c routing/smtp/downgrade-header.c \
  routing/smtp/downgrade.h routing/smtp/downgrade-private.h \
  routing/smtp/client.c routing/smtp/client.h \
  routing/smtp/command-bdat.c \
  routing/smtp/command-data.c \
  routing/smtp/command-ehlo.c \
  routing/smtp/command-mail.c \
  routing/smtp/command-rcpt.c \
  routing/smtp/command-simple.c \
  routing/smtp/command-starttls.c \
  routing/smtp/command-xclient.c \
  routing/smtp/parameters.c \
  routing/smtp/reply.c routing/smtp/reply.h \
  routing/smtp/session-private.h \
  routing/smtp/session.c routing/smtp/session.h \
  routing/smtp/text-reader.c
