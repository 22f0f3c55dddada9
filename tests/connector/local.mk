include tests/connector/prepare.mk
CONNECTOR_TESTS = \
  tests/connector/test-admin.t
check_PROGRAMS += $(CONNECTOR_TESTS)
TESTS += $(CONNECTOR_TESTS)
SITE = tests/connector/site.c tests/connector/site.h
tests_connector_test_admin_t_SOURCES = tests/connector/test-admin.c $(SITE)
tests_connector_test_admin_t_LDADD = $(CONNECTOR_TEST_LIBS)
