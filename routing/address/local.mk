librouting_a_SOURCES += \
  routing/address/rewrite.h
