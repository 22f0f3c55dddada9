# The service unit and what comes with it, the sample configuration.
EXTRA_DIST += packaging/isthmus.service.in packaging/isthmus.sysusers packaging/isthmus.tmpfiles.in

sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
examplesdir = $(docdir)/examples
dist_examples_DATA = packaging/isthmus.conf.sample
if !WINDOWS
systemdsystemunit_DATA = packaging/isthmus.service
sysusers_DATA = packaging/sysusers.d/isthmus.conf
tmpfiles_DATA = packaging/tmpfiles.d/isthmus.conf
endif
CLEANFILES += packaging/isthmus.service packaging/sysusers.d/isthmus.conf packaging/tmpfiles.d/isthmus.conf

INSTALL_PATHS = sed -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
  -e 's|@localstatedir[@]|$(localstatedir)|g' -e 's|@docdir[@]|$(docdir)|g' -e 's|@VERSION[@]|$(VERSION)|g'

packaging/isthmus.service: packaging/isthmus.service.in Makefile
	@$(MKDIR_P) packaging
	$(AM_V_GEN)$(INSTALL_PATHS) $(srcdir)/packaging/isthmus.service.in > $@.tmp && mv $@.tmp $@
packaging/sysusers.d/isthmus.conf: packaging/isthmus.sysusers Makefile
	@$(MKDIR_P) packaging/sysusers.d
	$(AM_V_GEN)$(INSTALL_PATHS) $(srcdir)/packaging/isthmus.sysusers > $@.tmp && mv $@.tmp $@
packaging/tmpfiles.d/isthmus.conf: packaging/isthmus.tmpfiles.in Makefile
	@$(MKDIR_P) packaging/tmpfiles.d
	$(AM_V_GEN)$(INSTALL_PATHS) $(srcdir)/packaging/isthmus.tmpfiles.in > $@.tmp && mv $@.tmp $@
