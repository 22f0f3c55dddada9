noinst_LIBRARIES += libconvert.a
libconvert_a_SOURCES = \
  convert/headers-trim.c \
  convert/notes-encap-strip.c \
  convert/pipeline.c convert/pipeline.h \
  convert/pipeline-run.c \
  convert/settings.c convert/settings.h \
  convert/transforms.h \
  convert/attached.c convert/attached.h \
  convert/attachment-names.c \
  convert/charset-headers.c convert/charset-private.h \
  convert/charset-repair.c \
  convert/file-type.c convert/file-type.h \
  convert/format-flowed.c \
  convert/format/apple.c convert/format/apple.h \
  convert/format/binhex.c convert/format/binhex.h \
  convert/format/uuencode.c convert/format/uuencode.h \
  convert/limits.c convert/limits.h \
  convert/look.c convert/look.h \
  convert/notes-apple.c \
  convert/notes-mime-order.c \
  convert/notes-qp-repair.c \
  convert/notes-uuencode.c \
  convert/text-empty.c
