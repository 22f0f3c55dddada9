# Real mail programs on loopback; what is not installed is skipped.
check_PROGRAMS += tests/peers/port
tests_peers_port_SOURCES = tests/peers/port.c
tests_peers_port_LDADD = $(GLIB_LIBS)
PEER_TESTS = tests/peers/test-postfix.sh tests/peers/test-swaks.sh tests/peers/test-load.sh
dist_check_SCRIPTS += $(PEER_TESTS)
EXTRA_DIST += tests/peers/lib.sh tests/peers/README
