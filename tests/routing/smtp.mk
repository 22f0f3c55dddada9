check_PROGRAMS += tests/routing/test-smtp-text.t tests/routing/test-smtp-session.t
TESTS += tests/routing/test-smtp-text.t tests/routing/test-smtp-session.t
tests_routing_test_smtp_text_t_SOURCES = tests/routing/test-smtp-text.c
tests_routing_test_smtp_text_t_LDADD = $(ROUTING_TEST_LIBS)
tests_routing_test_smtp_session_t_SOURCES = tests/routing/test-smtp-session.c \
  tests/routing/smtp-peer.c tests/routing/smtp-peer.h
tests_routing_test_smtp_session_t_LDADD = $(ROUTING_TEST_LIBS)
check_PROGRAMS += tests/routing/test-smtp-client.t
TESTS += tests/routing/test-smtp-client.t
tests_routing_test_smtp_client_t_SOURCES = tests/routing/test-smtp-client.c \
  tests/routing/smtp-server.c tests/routing/smtp-server.h
tests_routing_test_smtp_client_t_LDADD = $(ROUTING_TEST_LIBS)
check_PROGRAMS += tests/routing/test-report.t tests/routing/test-host-health.t
TESTS += tests/routing/test-report.t tests/routing/test-host-health.t
tests_routing_test_report_t_SOURCES = tests/routing/test-report.c
tests_routing_test_report_t_LDADD = $(ROUTING_TEST_LIBS)
tests_routing_test_host_health_t_SOURCES = tests/routing/test-host-health.c
tests_routing_test_host_health_t_LDADD = libfakeclock.a $(ROUTING_TEST_LIBS)
check_PROGRAMS += tests/routing/test-next-hop.t tests/routing/test-downgrade.t
TESTS += tests/routing/test-next-hop.t tests/routing/test-downgrade.t
tests_routing_test_next_hop_t_SOURCES = tests/routing/test-next-hop.c \
  tests/routing/dns-server.c tests/routing/dns-server.h
tests_routing_test_next_hop_t_LDADD = libfakeclock.a $(ROUTING_TEST_LIBS)
tests_routing_test_downgrade_t_SOURCES = tests/routing/test-downgrade.c
tests_routing_test_downgrade_t_LDADD = $(ROUTING_TEST_LIBS)
check_PROGRAMS += tests/routing/test-smtp-client-text.t
TESTS += tests/routing/test-smtp-client-text.t
tests_routing_test_smtp_client_text_t_SOURCES = tests/routing/test-smtp-client-text.c
tests_routing_test_smtp_client_text_t_LDADD = $(ROUTING_TEST_LIBS)
