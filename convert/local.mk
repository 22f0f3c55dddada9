noinst_LIBRARIES += libconvert.a
libconvert_a_SOURCES = \
  convert/pipeline.h
