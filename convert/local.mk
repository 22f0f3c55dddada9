noinst_LIBRARIES += libconvert.a
libconvert_a_SOURCES = \
  convert/headers-trim.c \
  convert/notes-encap-strip.c \
  convert/pipeline.c convert/pipeline.h \
  convert/pipeline-run.c \
  convert/settings.c convert/settings.h \
  convert/transforms.h
# Readers and writers of formats: rich text of Notes, links.
libconvert_a_SOURCES += \
  convert/format/doclink.c convert/format/doclink.h \
  convert/format/rich.c convert/format/rich.h
