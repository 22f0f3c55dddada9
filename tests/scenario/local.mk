# Whole instances in the test's process, on the fake clock: libfakeclock.a stands before libbase.a.
check_LIBRARIES += libscenario.a
libscenario_a_SOURCES = \
  tests/scenario/host.c tests/scenario/host.h \
  tests/scenario/host-session.c tests/scenario/host-private.h \
  tests/scenario/conversion.c tests/scenario/conversion.h \
  tests/scenario/name-server.c tests/scenario/name-server.h \
  tests/scenario/reader.c tests/scenario/reader.h \
  tests/scenario/scenario.c tests/scenario/scenario.h \
  tests/scenario/sender.c tests/scenario/sender.h
SCENARIO_LIBS = libscenario.a libharness.a $(CUNIT_LIBS) libconnector.a librouting.a libconvert.a \
  libdirsync.a libfakeclock.a $(BASE_LIBS) $(LIBEDIT_LIBS)

SCENARIO_TESTS = tests/scenario/test-faults.t tests/scenario/test-retry.t \
  tests/scenario/test-mail-content.t tests/scenario/test-mail-limits.t \
  tests/scenario/test-mail-hosts.t tests/scenario/test-mail-addresses.t tests/scenario/test-corpus.t \
  tests/scenario/test-traffic.t tests/scenario/test-parts.t \
  tests/scenario/test-edges.t tests/scenario/test-profiles.t
check_PROGRAMS += $(SCENARIO_TESTS)
TESTS += $(SCENARIO_TESTS)
tests_scenario_test_faults_t_SOURCES = tests/scenario/test-faults.c
tests_scenario_test_faults_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_retry_t_SOURCES = tests/scenario/test-retry.c
tests_scenario_test_retry_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_mail_content_t_SOURCES = tests/scenario/test-mail-content.c
tests_scenario_test_mail_content_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_mail_limits_t_SOURCES = tests/scenario/test-mail-limits.c
tests_scenario_test_mail_limits_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_mail_hosts_t_SOURCES = tests/scenario/test-mail-hosts.c
tests_scenario_test_mail_hosts_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_mail_addresses_t_SOURCES = tests/scenario/test-mail-addresses.c
tests_scenario_test_mail_addresses_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_corpus_t_SOURCES = tests/scenario/test-corpus.c
tests_scenario_test_corpus_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_traffic_t_SOURCES = tests/scenario/test-traffic.c
tests_scenario_test_traffic_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_parts_t_SOURCES = tests/scenario/test-parts.c
tests_scenario_test_parts_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_profiles_t_SOURCES = tests/scenario/test-profiles.c $(MEMO_MAKE)
tests_scenario_test_profiles_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_edges_t_SOURCES = tests/scenario/test-edges.c
tests_scenario_test_edges_t_LDADD = $(SCENARIO_LIBS)

# What conversion makes of real forms of mail; they build memos and TNEF streams as the tests of convert do.
CONVERSION_MAKE = tests/convert/nsf-make.c tests/convert/nsf-make-coding.c tests/convert/nsf-make.h \
  tests/convert/cd-make.c tests/convert/cd-make.h tests/convert/tnef-builder.h
CONVERSION_TESTS = tests/scenario/test-conversion-body.t tests/scenario/test-conversion-tnef.t \
  tests/scenario/test-conversion-sealed.t tests/scenario/test-conversion-links.t \
  tests/scenario/test-conversion-names.t tests/scenario/test-conversion-reports.t
check_PROGRAMS += $(CONVERSION_TESTS)
TESTS += $(CONVERSION_TESTS)
tests_scenario_test_conversion_body_t_SOURCES = tests/scenario/test-conversion-body.c $(CONVERSION_MAKE)
tests_scenario_test_conversion_body_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_conversion_tnef_t_SOURCES = tests/scenario/test-conversion-tnef.c $(CONVERSION_MAKE)
tests_scenario_test_conversion_tnef_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_conversion_sealed_t_SOURCES = tests/scenario/test-conversion-sealed.c $(CONVERSION_MAKE) \
  tests/convert/smime-make.c tests/convert/smime-make.h
tests_scenario_test_conversion_sealed_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_conversion_links_t_SOURCES = tests/scenario/test-conversion-links.c $(CONVERSION_MAKE)
tests_scenario_test_conversion_links_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_conversion_names_t_SOURCES = tests/scenario/test-conversion-names.c
tests_scenario_test_conversion_names_t_LDADD = $(SCENARIO_LIBS)
tests_scenario_test_conversion_reports_t_SOURCES = tests/scenario/test-conversion-reports.c $(CONVERSION_MAKE)
tests_scenario_test_conversion_reports_t_LDADD = $(SCENARIO_LIBS)
