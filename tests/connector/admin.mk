CONNECTOR_TESTS = \
  tests/connector/test-admin-access.t \
  tests/connector/test-admin.t \
  tests/connector/test-ctl.t
SITE = tests/connector/site.c tests/connector/site.h
tests_connector_test_admin_access_t_SOURCES = tests/connector/test-admin-access.c $(SITE)
tests_connector_test_admin_access_t_LDADD = $(CONNECTOR_TEST_LIBS)
tests_connector_test_admin_t_SOURCES = tests/connector/test-admin.c $(SITE)
tests_connector_test_admin_t_LDADD = $(CONNECTOR_TEST_LIBS)
tests_connector_test_ctl_t_SOURCES = tests/connector/test-ctl.c $(SITE)
tests_connector_test_ctl_t_LDADD = $(CONNECTOR_TEST_LIBS)
if !WINDOWS
CONNECTOR_TESTS += tests/connector/test-console.t
tests_connector_test_console_t_SOURCES = tests/connector/test-console-posix.c $(SITE)
tests_connector_test_console_t_LDADD = $(CONNECTOR_TEST_LIBS)
endif
check_PROGRAMS += $(CONNECTOR_TESTS)
TESTS += $(CONNECTOR_TESTS)
