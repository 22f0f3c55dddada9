# The pages are installed as they are; the manual page of the configuration is made from the tables of settings.
EXTRA_DIST += docs
dist_doc_DATA = README.md

install-data-local:
	$(MKDIR_P) "$(DESTDIR)$(docdir)"
	$(INSTALL_DATA) $(srcdir)/docs/*.md "$(DESTDIR)$(docdir)"
uninstall-local:
	for page in $(srcdir)/docs/*.md; do rm -f "$(DESTDIR)$(docdir)/$${page##*/}"; done

man_MANS = docs/man/isthmusd.8 docs/man/isthmusctl.1 docs/man/isthmus.conf.5
CLEANFILES += $(man_MANS)

docs/man/isthmusd.8: docs/man/isthmusd.8.in Makefile
	@$(MKDIR_P) docs/man
	$(AM_V_GEN)$(INSTALL_PATHS) $(srcdir)/docs/man/isthmusd.8.in > $@.tmp && mv $@.tmp $@
docs/man/isthmusctl.1: docs/man/isthmusctl.1.in Makefile
	@$(MKDIR_P) docs/man
	$(AM_V_GEN)$(INSTALL_PATHS) $(srcdir)/docs/man/isthmusctl.1.in > $@.tmp && mv $@.tmp $@
docs/man/isthmus.conf.5: docs/man/isthmus.conf.5.in isthmusctl$(EXEEXT) Makefile
	@$(MKDIR_P) docs/man
	$(AM_V_GEN)./isthmusctl$(EXEEXT) config reference --man > $@.rows && \
	  $(INSTALL_PATHS) -e '/^@REFERENCE[@]$$/{r $@.rows' -e 'd;}' $(srcdir)/docs/man/isthmus.conf.5.in > $@.tmp && \
	  mv $@.tmp $@ && rm -f $@.rows
