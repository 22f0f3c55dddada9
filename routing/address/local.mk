librouting_a_SOURCES += \
  routing/address/decode.c routing/address/decode.h \
  routing/address/dkim.c \
  routing/address/header-field.c routing/address/header-field.h \
  routing/address/notes-name.c routing/address/notes-name.h \
  routing/address/rewrite-header.c \
  routing/address/rewrite-private.h \
  routing/address/rewrite.c routing/address/rewrite.h
