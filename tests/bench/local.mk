check_PROGRAMS += tests/bench/isthmus-bench
tests_bench_isthmus_bench_SOURCES = \
  tests/bench/cell.c tests/bench/cell.h \
  tests/bench/convert-bench.h tests/bench/convert-make.c tests/bench/convert-tnef-make.c \
  tests/bench/idle.c \
  tests/bench/large.c \
  tests/bench/load.c tests/bench/load.h \
  tests/bench/main.c \
  tests/bench/net-posix.c tests/bench/net-posix.h \
  tests/bench/relay.c tests/bench/relay.h \
  tests/bench/report.c tests/bench/report.h \
  tests/bench/rows.c tests/bench/rows.h \
  tests/bench/sessions.c \
  tests/bench/sink.c tests/bench/sink.h \
  tests/bench/special.c \
  tests/bench/text-made.c tests/bench/text-made.h \
  tests/bench/text.c tests/bench/text.h \
  tests/bench/usage-posix.c tests/bench/usage-posix.h \
  tests/convert/cd-make.c tests/convert/cd-make.h tests/convert/tnef-builder.h \
  $(NSF_MAKE)
tests_bench_isthmus_bench_LDADD = $(BASE_TEST_LIBS)

check_PROGRAMS += tests/bench/convert-bench
tests_bench_convert_bench_SOURCES = \
  tests/bench/convert-bench.h \
  tests/bench/convert-decode.c \
  tests/bench/convert-main.c \
  tests/bench/convert-make.c \
  tests/bench/convert-nsf.c \
  tests/bench/convert-pass.c \
  tests/bench/convert-time.c \
  tests/bench/convert-tnef.c tests/bench/convert-tnef-make.c \
  tests/bench/usage-posix.c tests/bench/usage-posix.h \
  tests/convert/cd-make.c tests/convert/cd-make.h \
  tests/convert/tnef-builder.h \
  $(NSF_MAKE)
tests_bench_convert_bench_LDADD = $(CONVERT_TEST_LIBS)

TESTS += tests/bench/smoke.sh
EXTRA_DIST += tests/bench/bench.sh tests/bench/smoke.sh tests/bench/slow-sync-posix.c
CLEANFILES += tests/bench/slow-sync.so

# An object for LD_PRELOAD, which automake makes only through libtool.
tests/bench/slow-sync.so: tests/bench/slow-sync-posix.c
	$(AM_V_CC)$(CC) $(CFLAGS) -fPIC -shared -o $@ $(srcdir)/tests/bench/slow-sync-posix.c

# make bench: all rows, about 10 minutes; make bench BENCH=quick: one run a row.
BENCH = full
.PHONY: bench
bench: all tests/bench/isthmus-bench tests/bench/convert-bench tests/bench/slow-sync.so
	@ISTHMUS_BUILDDIR=$(abs_top_builddir) $(srcdir)/tests/bench/bench.sh $(BENCH)
