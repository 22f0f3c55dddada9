noinst_PROGRAMS += isthmus-lab
isthmus_lab_SOURCES = \
  tests/lab/sink.c tests/lab/sink.h \
  tests/lab/tour.c
isthmus_lab_LDADD = librouting.a $(BASE_LIBS)

EXTRA_DIST += tests/lab/check-printed-commands.sh
TESTS += tests/lab/check-printed-commands.sh
