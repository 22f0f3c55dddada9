noinst_LIBRARIES += libconvert.a
libconvert_a_SOURCES = \
  convert/headers-trim.c \
  convert/notes-encap-strip.c \
  convert/pipeline.c convert/pipeline.h \
  convert/pipeline-run.c \
  convert/settings.c convert/settings.h \
  convert/transforms.h \
  convert/auto-reply.c convert/auto-reply.h \
  convert/exchange-headers-trim.c \
  convert/exchange-ndr.c \
  convert/exchange-out-of-office.c \
  convert/exchange-html.c \
  convert/field.c convert/field.h \
  convert/format/html.c convert/format/html.h \
  convert/header-hygiene.c \
  convert/notes-ndr.c \
  convert/notes-out-of-office.c \
  convert/notes-priority.c \
  convert/outlook-html.c convert/outlook-html.h \
  convert/receipts.c \
  convert/report-parts.c convert/report-parts.h \
  convert/thread-index.c
