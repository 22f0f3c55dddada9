EXTRA_DIST += packaging
