noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
  base/body.c base/body.h \
  base/clock.c base/clock.h \
  base/directory-api.c base/directory-api.h \
  base/error.c base/error.h \
  base/log.h base/settings.h base/address.h base/message.h \
  base/stream.h base/tls.h base/dns.h \
  base/side.c base/side.h
