# Checks of the tree and of what is built, and the scripts that developers run by hand or .ci/run runs.
dist_check_SCRIPTS += tests/check-examples.sh tests/check-functions.sh tests/check-links.sh tests/check-manual.sh tests/check-tour.sh \
  tests/check-transforms.sh tests/check-unit.sh tests/check-words.sh
EXTRA_DIST += tests/format.sh tests/tidy.sh tests/transforms-page.sh

# docs/transforms.md again, after a change of the table or of the fixtures that it shows.
.PHONY: transforms-page
transforms-page: isthmusctl$(EXEEXT)
	$(AM_V_GEN)$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/transforms-page.sh > transforms.md.tmp && \
	  mv transforms.md.tmp $(srcdir)/docs/transforms.md
