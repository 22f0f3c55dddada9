BASE_TESTS = \
  tests/base/test-address.t \
  tests/base/test-base.t \
  tests/base/test-charset.t \
  tests/base/test-http-guard.t \
  tests/base/test-http.t \
  tests/base/test-log.t \
  tests/base/test-message.t \
  tests/base/test-mime.t \
  tests/base/test-mime-tree.t \
  tests/base/test-scratch.t \
  tests/base/test-settings.t \
  tests/base/test-stream.t \
  tests/base/test-text-scan.t
check_PROGRAMS += $(BASE_TESTS)
TESTS += $(BASE_TESTS)
tests_base_test_address_t_SOURCES = tests/base/test-address.c
tests_base_test_address_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_base_t_SOURCES = tests/base/test-base.c
tests_base_test_base_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_charset_t_SOURCES = tests/base/test-charset.c
tests_base_test_charset_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_http_guard_t_SOURCES = tests/base/test-http-guard.c
tests_base_test_http_guard_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_http_t_SOURCES = tests/base/test-http.c
tests_base_test_http_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_log_t_SOURCES = tests/base/test-log.c
tests_base_test_log_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_message_t_SOURCES = tests/base/test-message.c
tests_base_test_message_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_mime_t_SOURCES = tests/base/test-mime.c
tests_base_test_mime_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_mime_tree_t_SOURCES = tests/base/test-mime-tree.c
tests_base_test_mime_tree_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_scratch_t_SOURCES = tests/base/test-scratch.c
tests_base_test_scratch_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_settings_t_SOURCES = tests/base/test-settings.c
tests_base_test_settings_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_stream_t_SOURCES = tests/base/test-stream.c
tests_base_test_stream_t_LDADD = $(BASE_TEST_LIBS)
tests_base_test_text_scan_t_SOURCES = tests/base/test-text-scan.c
tests_base_test_text_scan_t_LDADD = $(BASE_TEST_LIBS)
