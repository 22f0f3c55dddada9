noinst_LIBRARIES += libconvert.a
libconvert_a_SOURCES = \
  convert/catalog.c convert/catalog.h \
  convert/explain.c convert/explain.h \
  convert/headers-trim.c \
  convert/notes-encap-strip.c \
  convert/pipeline.c convert/pipeline.h \
  convert/pipeline-run.c \
  convert/settings.c convert/settings.h \
  convert/transforms.h
libconvert_a_SOURCES += \
  convert/format/cx.c convert/format/cx.h \
  convert/format/huffman.c convert/format/huffman.h \
  convert/format/lmbcs.c convert/format/lmbcs.h \
  convert/format/nsf.c convert/format/nsf.h convert/format/nsf-private.h \
  convert/format/nsf-attach.c convert/format/nsf-attach.h \
  convert/format/nsf-bucket.c \
  convert/format/nsf-mime.c \
  convert/format/nsf-names.c \
  convert/format/nsf-note.c \
  convert/format/nsf-rrv.c \
  convert/format/nsf-super.c \
  convert/format/nsf-value.c convert/format/nsf-value.h
