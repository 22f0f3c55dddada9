noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
  base/address.c base/address.h \
  base/append.h base/eight.h \
  base/body.c base/body.h \
  base/charset.c base/charset.h \
  base/charset-icu.c base/charset-icu.h \
  base/clock.c base/clock.h \
  base/conf.c base/conf.h \
  base/db.c base/db.h \
  base/directory-api.c base/directory-api.h \
  base/dns.h \
  base/durable.h \
  base/error.c base/error.h \
  base/imcea.c base/imcea.h \
  base/log-file.c base/log-file.h \
  base/log.c base/log.h \
  base/gmime-auto.h \
  base/http-client.c base/http-client.h \
  base/http-connection.c \
  base/http-exchange.c \
  base/http-guard.c base/http-guard.h \
  base/http-server-private.h \
  base/http-server.c base/http-server.h \
  base/message.c base/message.h \
  base/mime.c base/mime.h \
  base/scratch.c base/scratch.h \
  base/secrets.h \
  base/settings-json.c \
  base/settings-private.h base/settings-show.c \
  base/settings-value.c base/settings-value.h \
  base/settings.c base/settings.h \
  base/mime-content.c base/mime-node.c base/mime-shape.c \
  base/mime-tree.c base/mime-tree.h base/mime-tree-private.h \
  base/side.c base/side.h \
  base/span.c base/span.h \
  base/stream-private.h base/stream-tls.c \
  base/stream.c base/stream.h \
  base/text-scan.c base/text-scan.h \
  base/tls-info.c base/tls-private.h \
  base/tls.c base/tls.h

if !WINDOWS
libbase_a_SOURCES += base/dns-posix.c base/durable-posix.c base/http-unix-posix.c base/secrets-posix.c \
  base/scratch-posix.c
endif
