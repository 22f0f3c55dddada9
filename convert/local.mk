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
