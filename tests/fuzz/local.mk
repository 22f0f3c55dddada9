# Fuzz targets. Linked with replay.c each is a test that runs its seeds; configured with --enable-fuzzers (clang),
# each is a libFuzzer program instead. `make fuzz FUZZ_SECS=60` builds those in fuzz-build/ and runs every one.
FUZZ_TARGETS = \
  tests/fuzz/fuzz-address.t \
  tests/fuzz/fuzz-directory.t \
  tests/fuzz/fuzz-dns.t \
  tests/fuzz/fuzz-header-field.t \
  tests/fuzz/fuzz-message.t \
  tests/fuzz/fuzz-mime.t \
  tests/fuzz/fuzz-mime-tree.t \
  tests/fuzz/fuzz-names.t \
  tests/fuzz/fuzz-html.t \
  tests/fuzz/fuzz-http.t \
  tests/fuzz/fuzz-report.t \
  tests/fuzz/fuzz-report-texts.t \
  tests/fuzz/fuzz-router.t \
  tests/fuzz/fuzz-settings.t \
  tests/fuzz/fuzz-smtp-client.t \
  tests/fuzz/fuzz-smtp-session.t \
  tests/fuzz/fuzz-transforms.t
FUZZ_TARGETS += tests/fuzz/fuzz-inspect.t
FUZZ_TARGETS += tests/fuzz/fuzz-lmbcs.t tests/fuzz/fuzz-nsf.t
FUZZ_TARGETS += tests/fuzz/fuzz-cd.t tests/fuzz/fuzz-ndl.t
FUZZ_TARGETS += tests/fuzz/fuzz-rtf.t tests/fuzz/fuzz-tnef.t tests/fuzz/fuzz-uubinhex.t
check_PROGRAMS += $(FUZZ_TARGETS)
FUZZ_COMMON = tests/fuzz/fuzz.h
FUZZ_LIBS = libconnector.a librouting.a libconvert.a libdirsync.a $(BASE_LIBS)
if FUZZERS
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
FUZZ_HARNESS =
else
TESTS += $(FUZZ_TARGETS)
FUZZ_COMMON += tests/fuzz/replay.c
FUZZ_LINK = $(AM_LDFLAGS)
FUZZ_HARNESS = $(HARNESS_LIBS)
endif
tests_fuzz_fuzz_address_t_SOURCES = tests/fuzz/fuzz-address.c $(FUZZ_COMMON)
tests_fuzz_fuzz_address_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_address_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_directory_t_SOURCES = tests/fuzz/fuzz-directory.c $(FUZZ_COMMON)
tests_fuzz_fuzz_directory_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_directory_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_dns_t_SOURCES = tests/fuzz/fuzz-dns.c $(FUZZ_COMMON)
tests_fuzz_fuzz_dns_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_dns_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_header_field_t_SOURCES = tests/fuzz/fuzz-header-field.c $(FUZZ_COMMON)
tests_fuzz_fuzz_header_field_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_header_field_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_message_t_SOURCES = tests/fuzz/fuzz-message.c $(FUZZ_COMMON)
tests_fuzz_fuzz_message_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_message_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_mime_t_SOURCES = tests/fuzz/fuzz-mime.c $(FUZZ_COMMON)
tests_fuzz_fuzz_mime_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_mime_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_names_t_SOURCES = tests/fuzz/fuzz-names.c $(FUZZ_COMMON)
tests_fuzz_fuzz_names_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_names_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_settings_t_SOURCES = tests/fuzz/fuzz-settings.c $(FUZZ_COMMON)
tests_fuzz_fuzz_settings_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_settings_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_smtp_client_t_SOURCES = tests/fuzz/fuzz-smtp-client.c $(FUZZ_COMMON)
tests_fuzz_fuzz_smtp_client_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_smtp_client_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_smtp_session_t_SOURCES = tests/fuzz/fuzz-smtp-session.c $(FUZZ_COMMON)
tests_fuzz_fuzz_smtp_session_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_smtp_session_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_transforms_t_SOURCES = tests/fuzz/fuzz-transforms.c $(FUZZ_COMMON)
tests_fuzz_fuzz_transforms_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_transforms_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_router_t_SOURCES = tests/fuzz/fuzz-router.c $(FUZZ_COMMON)
tests_fuzz_fuzz_router_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_router_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_http_t_SOURCES = tests/fuzz/fuzz-http.c $(FUZZ_COMMON)
tests_fuzz_fuzz_http_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_http_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_report_t_SOURCES = tests/fuzz/fuzz-report.c $(FUZZ_COMMON)
tests_fuzz_fuzz_report_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_report_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_mime_tree_t_SOURCES = tests/fuzz/fuzz-mime-tree.c $(FUZZ_COMMON)
tests_fuzz_fuzz_mime_tree_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_mime_tree_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_lmbcs_t_SOURCES = tests/fuzz/fuzz-lmbcs.c $(FUZZ_COMMON)
tests_fuzz_fuzz_lmbcs_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_lmbcs_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_inspect_t_SOURCES = tests/fuzz/fuzz-inspect.c tests/fuzz/nsf-mend.h $(FUZZ_COMMON)
tests_fuzz_fuzz_inspect_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_inspect_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_nsf_t_SOURCES = tests/fuzz/fuzz-nsf.c tests/fuzz/nsf-mend.h $(FUZZ_COMMON)
tests_fuzz_fuzz_nsf_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_nsf_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_cd_t_SOURCES = tests/fuzz/fuzz-cd.c $(FUZZ_COMMON)
tests_fuzz_fuzz_cd_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_cd_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_ndl_t_SOURCES = tests/fuzz/fuzz-ndl.c $(FUZZ_COMMON)
tests_fuzz_fuzz_ndl_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_ndl_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_report_texts_t_SOURCES = tests/fuzz/fuzz-report-texts.c $(FUZZ_COMMON)
tests_fuzz_fuzz_report_texts_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_report_texts_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_html_t_SOURCES = tests/fuzz/fuzz-html.c $(FUZZ_COMMON)
tests_fuzz_fuzz_html_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_html_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_uubinhex_t_SOURCES = tests/fuzz/fuzz-uubinhex.c $(FUZZ_COMMON)
tests_fuzz_fuzz_uubinhex_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_uubinhex_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_tnef_t_SOURCES = tests/fuzz/fuzz-tnef.c $(FUZZ_COMMON)
tests_fuzz_fuzz_tnef_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_tnef_t_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_rtf_t_SOURCES = tests/fuzz/fuzz-rtf.c $(FUZZ_COMMON)
tests_fuzz_fuzz_rtf_t_LDADD = $(FUZZ_HARNESS) $(FUZZ_LIBS)
tests_fuzz_fuzz_rtf_t_LDFLAGS = $(FUZZ_LINK)
EXTRA_DIST += tests/fuzz/seeds tests/fuzz/replay.c tests/fuzz/run.sh tests/fuzz/long.sh
LONG_TESTS += tests/fuzz/long.sh
CLEANFILES += fuzz.log

FUZZ_SECS = 60
.PHONY: fuzz
fuzz:
	@$(MKDIR_P) fuzz-build
	@test -f fuzz-build/Makefile || (cd fuzz-build && $(abs_top_srcdir)/configure --quiet CC=clang \
	  CFLAGS='-g -O1' --enable-fuzzers)
	@$(MAKE) -s -C fuzz-build $(FUZZ_TARGETS)
	@$(SHELL) $(top_srcdir)/tests/fuzz/run.sh $(abs_top_srcdir)/tests/fuzz/seeds fuzz-build $(FUZZ_SECS)
