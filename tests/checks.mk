# Checks of the tree and of what is built, and the scripts that developers run by hand or .ci/run runs.
dist_check_SCRIPTS += tests/check-examples.sh tests/check-functions.sh tests/check-links.sh tests/check-manual.sh tests/check-tour.sh \
  tests/check-unit.sh tests/check-words.sh
EXTRA_DIST += tests/format.sh tests/tidy.sh
