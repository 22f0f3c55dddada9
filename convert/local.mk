noinst_LIBRARIES += libconvert.a
libconvert_a_SOURCES = \
  convert/active-beside.c convert/active-beside.h \
  convert/active-body.c convert/active-body.h \
  convert/active-note.c convert/active-note.h \
  convert/catalog.c convert/catalog.h \
  convert/converted-header.c convert/converted-header.h \
  convert/doclinks.c convert/doclinks.h \
  convert/encapsulation.c convert/encapsulation.h \
  convert/explain.c convert/explain.h \
  convert/inspect.c convert/inspect.h convert/inspect-private.h \
  convert/inspect-mail.c \
  convert/inspect-nsf.c \
  convert/inspect-tnef.c \
  convert/format/code-page.c convert/format/code-page.h \
  convert/format/mapi-props.c convert/format/mapi-props.h \
  convert/format/mapi-recur.c convert/format/mapi-recur.h \
  convert/format/mapi-zone.c convert/format/mapi-zone.h \
  convert/format/rtf.c convert/format/rtf.h convert/format/rtf-private.h \
  convert/format/rtf-field.c \
  convert/format/rtf-lzfu.c convert/format/rtf-lzfu.h \
  convert/format/rtf-picture.c \
  convert/format/rtf-table.c \
  convert/format/rtf-words.c \
  convert/format/rtf-picture-file.c \
  convert/format/rtf-write.c \
  convert/exchange-recall.c \
  convert/recall.c convert/recall.h \
  convert/format/tnef.c convert/format/tnef.h convert/format/tnef-private.h \
  convert/format/tnef-fields.c \
  convert/format/tnef-walk.c convert/format/tnef-walk.h \
  convert/exchange-tnef-decode.c \
  convert/tnef-calendar.c \
  convert/tnef-contact.c \
  convert/tnef-embedded.c convert/tnef-embedded.h \
  convert/tnef-event.c convert/tnef-event.h \
  convert/tnef-ical.c convert/tnef-ical.h \
  convert/tnef-items.c convert/tnef-items.h \
  convert/tnef-merge.c convert/tnef-merge.h \
  convert/tnef-names.c convert/tnef-names.h \
  convert/tnef-parts.c convert/tnef-parts.h \
  convert/tnef-place.c convert/tnef-place.h \
  convert/tnef-report.c \
  convert/tnef-smime.c convert/tnef-smime.h \
  convert/tnef-task.c \
  convert/tnef-text.c convert/tnef-text.h \
  convert/tnef-uu.c convert/tnef-uu.h \
  convert/tnef-vote.c \
  convert/notes-active-mail.c \
  convert/headers-trim.c \
  convert/notes-encap-strip.c \
  convert/pipeline.c convert/pipeline.h \
  convert/pipeline-run.c \
  convert/settings.c convert/settings.h \
  convert/transforms.h
# Readers and writers of formats: rich text of Notes, links.
libconvert_a_SOURCES += \
  convert/format/cd-hotspot.c \
  convert/format/cd-image.c \
  convert/format/cd-link.c \
  convert/format/cd-private.h \
  convert/format/cd-records.c convert/format/cd-records.h \
  convert/format/cd-table.c \
  convert/format/cd-text.c \
  convert/format/doclink.c convert/format/doclink.h \
  convert/format/ndl.c convert/format/ndl.h \
  convert/format/ndl-url.c \
  convert/format/rich-common.c \
  convert/format/rich-filter.c \
  convert/format/rich-html-inline.c \
  convert/format/rich-html-private.h \
  convert/format/rich-html.c convert/format/rich-html.h \
  convert/format/rich-private.h \
  convert/format/rich-text.c convert/format/rich-text.h \
  convert/format/rich.c convert/format/rich.h \
  convert/format/wmf.c convert/format/wmf.h
libconvert_a_SOURCES += \
  convert/format/cx.c convert/format/cx.h \
  convert/format/huffman.c convert/format/huffman.h \
  convert/format/lmbcs.c convert/format/lmbcs.h \
  convert/format/nsf.c convert/format/nsf.h convert/format/nsf-private.h \
  convert/format/nsf-attach.c convert/format/nsf-attach.h \
  convert/format/nsf-bucket.c \
  convert/format/nsf-mime.c \
  convert/format/nsf-names.c \
  convert/format/nsf-note.c \
  convert/format/nsf-rrv.c \
  convert/format/nsf-super.c \
  convert/format/nsf-survey.c convert/format/nsf-survey.h \
  convert/format/nsf-value.c convert/format/nsf-value.h
# Transforms on headers, reports and HTML.
libconvert_a_SOURCES += \
  convert/auto-reply.c convert/auto-reply.h \
  convert/doclinks-html.c \
  convert/doclinks-ndl.c \
  convert/exchange-headers-trim.c \
  convert/exchange-ndr.c \
  convert/exchange-out-of-office.c \
  convert/exchange-html.c \
  convert/field.c convert/field.h \
  convert/format/html.c convert/format/html.h \
  convert/header-hygiene.c \
  convert/html-tables.c convert/html-tables.h \
  convert/notes-ndr.c \
  convert/notes-ndr-text.c convert/notes-ndr-text.h \
  convert/notes-out-of-office.c \
  convert/notes-priority.c \
  convert/outlook-html.c convert/outlook-html.h \
  convert/outlook-lists.c convert/outlook-lists.h \
  convert/receipts.c \
  convert/report-parts.c convert/report-parts.h \
  convert/thread-index.c
# Transforms on the parts and texts of a message.
libconvert_a_SOURCES += \
  convert/attached.c convert/attached.h \
  convert/attachment-names.c \
  convert/charset-headers.c convert/charset-private.h \
  convert/charset-repair.c \
  convert/file-type.c convert/file-type.h \
  convert/format-flowed.c \
  convert/format/apple.c convert/format/apple.h \
  convert/format/binhex.c convert/format/binhex.h \
  convert/format/uuencode.c convert/format/uuencode.h \
  convert/limits.c convert/limits.h \
  convert/sealed.c convert/sealed.h \
  convert/look.c convert/look.h \
  convert/notes-apple.c \
  convert/notes-mime-order.c \
  convert/notes-qp-repair.c \
  convert/notes-uuencode.c \
  convert/text-empty.c \
  convert/uuencoded-parts.c
