check_PROGRAMS += tests/routing/test-smtp-text.t tests/routing/test-smtp-session.t
TESTS += tests/routing/test-smtp-text.t tests/routing/test-smtp-session.t
tests_routing_test_smtp_text_t_SOURCES = tests/routing/test-smtp-text.c
tests_routing_test_smtp_text_t_LDADD = $(ROUTING_TEST_LIBS)
tests_routing_test_smtp_session_t_SOURCES = tests/routing/test-smtp-session.c \
  tests/routing/smtp-peer.c tests/routing/smtp-peer.h
tests_routing_test_smtp_session_t_LDADD = $(ROUTING_TEST_LIBS)
