noinst_LIBRARIES += libconvert.a
libconvert_a_SOURCES = \
  convert/format/code-page.c convert/format/code-page.h \
  convert/format/mapi-props.c convert/format/mapi-props.h \
  convert/format/rtf.c convert/format/rtf.h convert/format/rtf-private.h \
  convert/format/rtf-lzfu.c convert/format/rtf-lzfu.h \
  convert/format/rtf-words.c \
  convert/format/rtf-write.c \
  convert/format/tnef.c convert/format/tnef.h convert/format/tnef-private.h \
  convert/format/tnef-fields.c \
  convert/exchange-tnef-decode.c \
  convert/tnef-calendar.c \
  convert/tnef-embedded.c convert/tnef-embedded.h \
  convert/tnef-items.c convert/tnef-items.h \
  convert/tnef-merge.c convert/tnef-merge.h \
  convert/tnef-parts.c convert/tnef-parts.h \
  convert/tnef-place.c convert/tnef-place.h \
  convert/tnef-report.c \
  convert/tnef-text.c convert/tnef-text.h \
  convert/tnef-uu.c convert/tnef-uu.h \
  convert/headers-trim.c \
  convert/notes-encap-strip.c \
  convert/pipeline.c convert/pipeline.h \
  convert/pipeline-run.c \
  convert/settings.c convert/settings.h \
  convert/transforms.h
