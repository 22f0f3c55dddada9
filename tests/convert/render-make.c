/*
 * tests/convert/render-make.c - messages with an encapsulated Notes note of each kind of content, for render.sh.
 *
 *   render-make FOLDER
 *
 * Writes FOLDER/NAME.eml, and FOLDER/NAME.conf where it wants settings of its own; a line "NAME DIRECTION TITLE" for
 * each on standard output.
 */
#include "tests/convert/cd-make.h"
#include "tests/convert/nsf-make.h"
#include "tests/convert/render-pictures.h"

#include <stdio.h>
#include <string.h>

#define PAB(id, justify, left, first, flags, flags2)                                                                   \
  "W130 w" id " w" justify " w0 w0 w0 w" left " w0 w" first " x42 w" flags " d0 w" flags2 ";"
#define CELL(row, column, left, right, flags, rows, columns)                                                           \
  "B164 b" row " b" column " w" left " w" right " w0 b85 b" flags " w0 b" rows " b" columns " w0;B129;"
#define PLAIN_CELL(row, column, left, right) CELL (row, column, left, right, "2", "1", "1")
#define FONT(face, attributes, colour, points) "W133 b" face " b" attributes " b" colour " b" points " "
#define TEXT FONT ("1", "0", "0", "10") "s"
#define HEAD FONT ("1", "1", "10", "12") "s"
#define P "B129;B131 w1;"
#define NORMAL PAB ("1", "0", "1440", "1440", "0", "0") "B131 w1;"
#define SNAPSHOT "notes-links-snapshot"
#define LINKS "[connector]\nhostname = localhost\n[convert]\n"

typedef struct
{
  const char *name, *title;
  const char *script;
  void (*build) (GByteArray *cd); /* what a script cannot say; NULL: nothing */
  const char *settings;           /* NULL: the defaults */
} Sample;

static const char fonts_script[]
    = NORMAL HEAD "Fonts,_sizes,_colours;" P TEXT "plain_;" FONT ("1", "1", "0", "10") "sbold_;" FONT ("1", "2", "0", "10")
    "sitalic_;" FONT ("1", "4", "0", "10") "sunderlined_;" FONT ("1", "8", "0", "10") "sstruck_;" TEXT "x;" FONT (
        "1", "16", "0", "10") "s2;" TEXT "_H;" FONT ("1", "32", "0", "10") "s2;" TEXT "O;" P FONT (
        "0", "0", "0", "12") "sTimes_12_;" FONT ("4", "0", "0", "10") "sCourier_10_;" FONT ("5", "0", "0", "14")
    "sVerdana_14_(from_$Fonts)_;" FONT ("1", "0", "2", "24") "s24_points,_red;" P FONT ("1", "0", "2", "10") "sred_;" FONT (
        "1", "0", "9", "10") "sgreen_;" FONT ("1", "0", "4", "10") "sblue_;" FONT ("1", "0", "11", "10")
    "spurple_;" FONT ("1", "0", "14", "10") "sgrey_;" P TEXT ";" P TEXT
    "two___blanks,_<tags>_&_\"quotes\";" P TEXT "Left_text:_the_quick_brown_fox_jumps_over_the_lazy_dog,_and_over_"
    "another_one,_until_the_line_of_this_window_is_full_and_the_text_goes_on_in_the_next_line.;" PAB (
        "2", "3", "1440", "1440", "0", "0") PAB ("3", "1", "1440", "1440", "0", "0") PAB ("4", "2", "1440", "1440", "0",
                                                                                          "0")
        PAB ("5", "0", "2160", "2160", "0", "0") PAB ("6", "0", "2160", "1440", "0", "0")
            PAB ("7", "0", "1440", "2160", "0", "0") "B129;B131 w2;" TEXT "centred;B129;B131 w3;" TEXT
    "right;B129;B131 w4;" TEXT "Both_sides:_the_quick_brown_fox_jumps_over_the_lazy_dog,_and_over_another_one,_until_the_"
    "line_of_this_window_is_full_and_the_text_goes_on_in_the_next_line.;B129;B131 w5;" TEXT
    "Indented_by_half_an_inch.;B129;B131 w6;" TEXT "Hanging,_half_an_inch_after_the_first_line:_the_quick_brown_fox_jumps_over_the_lazy_dog,_and_over_"
    "another_one,_until_the_line_of_this_window_is_full_and_the_text_goes_on_in_the_next_line.;B129;B131 w7;" TEXT
    "First_line_in:_the_quick_brown_fox_jumps_over_the_lazy_dog,_and_over_another_one,_until_the_line_of_this_window_is_"
    "full_and_the_text_goes_on_in_the_next_line.;W201 d0 w0 w0 w0;" P TEXT "after_the_rule";

static const char lists_script[]
    = NORMAL HEAD "Lists;" PAB ("2", "0", "1800", "1800", "1024", "0") PAB ("3", "0", "2160", "2160", "4096", "0")
        PAB ("4", "0", "2520", "2520", "1024", "0") PAB ("5", "0", "1800", "1800", "4096", "0")
            PAB ("6", "0", "1800", "1800", "0", "2") PAB ("7", "0", "1800", "1800", "0", "8192")
                PAB ("8", "0", "1800", "1800", "0", "2048") PAB ("9", "0", "1800", "1800", "0", "4096")
                    PAB ("10", "0", "1800", "1800", "0", "2050") PAB ("11", "0", "1800", "1800", "0", "4098")
                        PAB ("12", "0", "1800", "1800", "0", "6144") PAB ("13", "0", "1800", "1800", "0", "6146")
    "B129;B131 w2;" TEXT "bullet_one;B129;B131 w3;" TEXT "number_one,_inside;B129;B131 w3;" TEXT
    "number_two,_inside;B129;B131 w4;" TEXT "third_level;B129;B131 w2;" TEXT "bullet_two,_long:_the_quick_brown_fox_jumps_"
    "over_the_lazy_dog,_and_over_another_one,_until_the_line_of_this_window_is_full_and_goes_on;" P TEXT
    "Between_lists.;B129;B131 w5;" TEXT "first;B129;B131 w5;" TEXT "second;B129;B131 w5;" TEXT
    "third;" P TEXT "Checks:;B129;B131 w6;" TEXT "done;B129;B131 w7;" TEXT "not_done;B129;B131 w6;" TEXT "done_too;" P TEXT
    "Circles_and_squares:;B129;B131 w8;" TEXT "circle;B129;B131 w9;" TEXT "square;" P TEXT "Roman:;B129;B131 w10;" TEXT
    "upper_one;B129;B131 w10;" TEXT "upper_two;B129;B131 w11;" TEXT "lower_one;B129;B131 w11;" TEXT "lower_two;" P TEXT
    "Letters:;B129;B131 w12;" TEXT "upper_A;B129;B131 w12;" TEXT "upper_B;B129;B131 w13;" TEXT "lower_a;B129;B131 w13;" TEXT
    "lower_b;" P TEXT "After_all_lists.";

static const char table_script[]
    = NORMAL HEAD "A_table_with_spans;B163 x12;" CELL ("0", "0", "1440", "4320", "6", "1", "1") CELL (
        "0", "1", "4320", "7200", "6", "1", "1") PLAIN_CELL ("0", "2", "7200", "10080") TEXT "x_right_of_the_big_one;" CELL (
        "1", "0", "1440", "4320", "6", "1", "1") CELL ("1", "1", "4320", "7200", "2", "2", "2") FONT ("1", "1", "0", "14")
    "sTwo_rows,_two_columns;" PLAIN_CELL ("1", "2", "7200", "10080") "B211 w1 b255 b255 b128 b0;" TEXT "yellow;" PLAIN_CELL (
        "2", "0", "1440", "4320") PAB ("2", "1", "1440", "1440", "0", "0") "B131 w2;" TEXT
    "right_in_its_cell;" PLAIN_CELL ("2", "1", "4320", "7200") "B211 w1 b0 b0 b128 b0;B131 w1;" FONT ("1", "1", "1", "10")
    "swhite_on_blue;" PLAIN_CELL ("2", "2", "7200", "10080") ";B165 d0;" P TEXT
    "No_lines:;B163 x12;B164 b0 b0 w1440 w4320 w0 b0 b2 w0 b1 b1 w0;B129;" TEXT
    "left;B164 b0 b1 w4320 w7200 w0 b0 b2 w0 b1 b1 w0;B129;" TEXT "right;B165 d0;" P TEXT "after";

static const char nested_script[]
    = NORMAL HEAD "A_table_in_a_table;B163 x12;" PLAIN_CELL ("0", "0", "1440", "5760") TEXT
    "outer_left;B129;B207 x12;B208 b0 b0 w1500 w3000 w0 b85 b2 w0 b1 b1 w0;B129;" TEXT
    "inner_1;B208 b0 b1 w3000 w4500 w0 b85 b2 w0 b1 b1 w0;B129;" TEXT
    "inner_2;B208 b1 b0 w1500 w3000 w0 b85 b2 w0 b1 b1 w0;B129;" TEXT
    "inner_3;B208 b1 b1 w3000 w4500 w0 b85 b2 w0 b1 b1 w0;B129;B207 x12;B208 b0 b0 w3100 w4400 w0 b85 b2 w0 b1 b1 w0;B129;" TEXT
    "innermost;B209 d0;B129;" TEXT "below_innermost;B209 d0;B129;" TEXT
    "below_inner;" PLAIN_CELL ("0", "1", "5760", "10080") PAB ("2", "0", "6120", "6120", "1024", "0") "B131 w2;" TEXT
    "a_list_in_a_cell;B129;B131 w2;" TEXT "second_item;B165 d0;" P TEXT "after";

static const char tabs_script[]
    = NORMAL HEAD "Tabs;" P TEXT "before;W251 d0 b2 b1 x8 w4;B163 x12;" PLAIN_CELL ("0", "0", "1440", "8000") TEXT
    "Content_of_the_first_tab.;B129;" TEXT "Second_paragraph.;W227 zTravel x121;" PLAIN_CELL ("1", "0", "1440", "8000") TEXT
    "Content_of_the_second_tab_with_a_table:;B129;B207 x12;B208 b0 b0 w1500 w3000 w0 b85 b2 w0 b1 b1 w0;B129;" TEXT
    "Hotel;B208 b0 b1 w3000 w4500 w0 b85 b2 w0 b1 b1 w0;B129;" TEXT "120;B209 d0;W227 zCosts x122;" PLAIN_CELL (
        "2", "0", "1440", "8000") TEXT "Third.;W227 zApproval x119;B165 d0;" P TEXT
    "after_the_tabs;W251 d0 b2 b1 x8 w1;B163 x12;" PLAIN_CELL ("0", "0", "1440", "8000") TEXT
    "A_table_that_shows_a_row_every_few_seconds,_without_labels;" PLAIN_CELL ("1", "0", "1440", "8000") TEXT
    "its_second_row;B165 d0;" P TEXT "end";

static const char sections_script[]
    = NORMAL HEAD "Sections;W173 w12 d8 w0;W172 d2 b1 b1 b10 b12 zFirst_section;" P TEXT
    "Text_in_the_section.;W173 w12 d8 w0;W172 d0 b1 b1 b2 b10 zSection_in_the_section;" P TEXT
    "deeper;B129;B163 x12;" PLAIN_CELL ("0", "0", "2000", "4000") TEXT "cell;" PLAIN_CELL ("0", "1", "4000", "6000") TEXT
    "cell;B165 d0;B174;" P TEXT "back_in_the_first;B174;" P TEXT
    "outside;W173 w12 d8 w0;W172 d67108864 b1 b1 b0 b10 w5 zWith_a_coloured_bar;" P TEXT "in;B174;" P TEXT
    "end;B129;B163 x12;" PLAIN_CELL ("0", "0", "1440", "5000") TEXT
    "in_a_cell:;W173 w12 d8 w0;W172 d2 b1 b0 b0 b10 zSection_in_a_cell;B129;" TEXT "text;B174;B165 d0";

static const char hotspots_script[]
    = NORMAL HEAD "Buttons_and_hotspots;" P TEXT "A_button:_;W173 w3 d0 w0;W171 w0 w100 w20 w1 b1 b0 b0 b10 zApprove;B174;" TEXT
    "_and_one_more:_;W173 w3 d0 w0;W171 w0 w100 w20 w1 b1 b0 b0 b10 zReject;B174;" P TEXT
    "Text_popup:_;W173 w1 d0 w33 sThe_text_that_pops_up_over_a_word;" FONT ("1", "0", "10", "10")
    "sover_this_word;B174;" TEXT ",_then_on;" P TEXT "Formula_popup:_;W173 w1 d16 w4 b1 b2 b3 b4;" TEXT
    "computed;B174;" P TEXT "Action:_;W173 w11 d16 w4 b1 b2 b3 b4;" TEXT "run_the_agent;B174;" P TEXT
    "URL:_;W173 w11 d4096 w29 shttps://www.acme.example/a?b&;" FONT ("1", "4", "4", "10")
    "sthe_site_of_Acme;B174;" P TEXT "Bare_address_without_text:_;W173 w11 d4096 w25 shttps://www.acme.example/;B174;" P TEXT
    "An_attachment:_;W173 w4 d0 w14 zATT1 zplan.txt;L153 w1 w1;L149 x24;B174;" P TEXT
    "A_field_of_a_form:_;W138 w0 w1 w0 d0 d0 d0 w0 w0 w0 w0 w6 w0 w0 sAmount;" P TEXT
    "An_object:_;W167 w0 w0 w0 w0 w6 w11 w0 sExt123 sExcel.Sheet;W168 w0;" P TEXT "Computed_text:_;W173 w6 d0 w0;" TEXT
    "shown;B174;" P TEXT "A_control:_;W173 w28 d0 w0;B174;" P TEXT "end";

static const char passthru_script[]
    = NORMAL TEXT
    "before;" P "W204 d0;" TEXT "<h2>From_the_author</h2><p>A_<b>bold</b>_word,_<a_href=\"https://www.acme.example/\">a_link</a>,_"
    "<font_color=red>red</font>.</p>;B129;" TEXT
    "<ul><li>one</li><li>two</li></ul><table_border=1><tr><td>cell_1</td><td>cell_2</td></tr><tr><td>cell_3</td>"
    "<td>cell_4</td></tr></table>;B129;" TEXT "<script>alert(1)</script><img_src=\"https://www.acme.example/track.png\">;W205 d0;" P TEXT
    "after";

static const char world_script[]
    = NORMAL FONT ("1", "0", "0", "12") "uJapanese:_\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3\x81\xAE\xE3\x83\x86\xE3\x82\xAD"
      "\xE3\x82\xB9\xE3\x83\x88;" P FONT ("1", "0", "0", "12") "uChinese:_\xE4\xB8\xAD\xE6\x96\x87\xE5\x86\x85\xE5\xAE\xB9;" P FONT (
        "1", "0", "0", "12") "uKorean:_\xED\x95\x9C\xEA\xB5\xAD\xEC\x96\xB4;" P FONT ("1", "0", "0", "12")
    "uRussian:_\xD0\xA0\xD1\x83\xD1\x81\xD1\x81\xD0\xBA\xD0\xB8\xD0\xB9,_Greek:_\xCE\xB1\xCE\xB2\xCE\xB3,_German:_\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F,_"
    "Euro:_\xE2\x82\xAC,_smile:_\xF0\x9F\x98\x80;" PAB ("2", "0", "1440", "1440", "0", "16384") "B129;B131 w2;" FONT (
        "1", "0", "0", "12") "u\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D_\xD7\xA2\xD7\x95\xD7\x9C\xD7\x9D,_100_EUR.;B129;B131 w2;W228 b1 b0 b0 b12 "
    "u\xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7_\xD8\xA8\xD8\xA7\xD9\x84\xD8\xB9\xD8\xA7\xD9\x84\xD9\x85_(Isthmus).;" PAB (
        "3", "0", "1800", "1800", "1024", "16384") "B129;B131 w3;" FONT ("1", "0", "0", "12")
    "u\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D;" P TEXT "left_again";

static const char wide_script[]
    = NORMAL HEAD "Wide_table;B163 x12;" PLAIN_CELL ("0", "0", "1440", "9000") TEXT
    "very_wide_left;" PLAIN_CELL ("0", "1", "9000", "16560") TEXT "very_wide_middle;" PLAIN_CELL ("0", "2", "16560", "30000")
    TEXT "very_wide_right;B165 d0;" P TEXT "after";

static const char hidden_script[]
    = NORMAL HEAD "Hidden_paragraphs;" PAB ("2", "0", "1440", "1440", "16", "0") PAB ("3", "0", "1440", "1440", "32768", "0")
        PAB ("4", "0", "1440", "1440", "32", "0") "B129;B131 w2;" TEXT
    "WRONG:_hidden_from_readers;B129;B131 w3;" TEXT "WRONG:_hidden_from_Notes;B129;B131 w4;" TEXT
    "shown:_hidden_only_while_editing;" P TEXT "end";

static const char links_script[]
    = NORMAL HEAD "Links_to_Notes;" P TEXT "Document:_;W145 w0 uEuro_\xE2\x82\xAC_plan b0 zCN=Hub/O=Acme zAnchor;" P TEXT
    "View:_;W145 w1 zAll_by_date zCN=Hub/O=Acme;" P TEXT
    "Database:_;W145 w2 zPlans zCN=Hub/O=Acme;" P TEXT "Without_title:_;W145 w0 z z;" P TEXT "end";

static void
add_picture (GByteArray *cd, GBytes *bytes, guint width, guint height)
{
  cd_make_picture (cd, bytes, width, height);
  g_bytes_unref (bytes);
}

static void
build_pictures (GByteArray *cd)
{
  cd_make (cd, NORMAL HEAD "Pictures;" P TEXT "PNG:_");
  add_picture (cd, render_png (96, 48), 96, 48);
  cd_make (cd, TEXT "_GIF:_");
  add_picture (cd, render_gif (96, 48), 96, 48);
  cd_make (cd, TEXT "_JPEG:_");
  add_picture (cd, render_jpeg (), 48, 32);
  cd_make (cd, TEXT "_BMP:_");
  add_picture (cd, render_bmp (60, 30), 60, 30);
  cd_make (cd, P TEXT "Shown_at_half_its_size:_");
  add_picture (cd, render_png (200, 100), 100, 50);
  cd_make (cd, "B163 x12;" PLAIN_CELL ("0", "0", "1440", "5000") TEXT "in_a_cell;B129;");
  add_picture (cd, render_png (96, 48), 96, 48);
  cd_make (cd, PLAIN_CELL ("0", "1", "5000", "8000") TEXT "beside;B165 d0;" P TEXT "With_a_link:_;W173 w11 d4096 w25 shttps://www.acme.example/;");
  add_picture (cd, render_gif (40, 20), 40, 20);
  cd_make (cd, "B174;" P TEXT "Wider_than_the_window:_;");
  add_picture (cd, render_png (1400, 8), 1400, 8);
  cd_make (cd, P TEXT "Bitmap_of_Notes,_whose_coding_nobody_publishes:_;L153 w1500 w750;L149 x40;" P TEXT "end");
}

static void
build_metafile (GByteArray *cd)
{
  g_autoptr (GBytes) wmf = render_wmf ();
  gsize size;
  const guint8 *data = g_bytes_get_data (wmf, &size);
  GString *script = g_string_new (NULL);

  cd_make (cd, NORMAL TEXT "Metafile:_");
  g_string_append_printf (script, "L153 w3000 w1500 x16 w1 b0 b0; L159 w8 w1000 w500 d%u w1; L155 w%u w%u", (guint) size,
                          (guint) size, (guint) size);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (script, " b%u", data[i]);
  cd_make (cd, script->str);
  cd_make (cd, P TEXT "end");
  g_string_free (script, TRUE);
}

static const Sample samples[] = {
  { "notes-fonts", "Fonts, colours, alignment", fonts_script, NULL, NULL },
  { "notes-lists", "Lists", lists_script, NULL, NULL },
  { "notes-table", "Table with merged and coloured cells", table_script, NULL, NULL },
  { "notes-nested", "Tables in tables", nested_script, NULL, NULL },
  { "notes-tabs", "Tabbed table", tabs_script, NULL, NULL },
  { "notes-sections", "Sections", sections_script, NULL, NULL },
  { "notes-hotspots", "Buttons, popups, actions, links", hotspots_script, NULL, NULL },
  { "notes-pictures", "Pictures", "", build_pictures, NULL },
  { "notes-metafile", "Metafile", "", build_metafile, NULL },
  { "notes-passthru", "HTML of the author", passthru_script, NULL, NULL },
  { "notes-world", "Scripts of the world, right to left", world_script, NULL, NULL },
  { "notes-wide", "Wide table", wide_script, NULL, NULL },
  { "notes-hidden", "Hidden paragraphs", hidden_script, NULL, NULL },
  { "notes-links", "DocLinks as notes: addresses", links_script, NULL, NULL },
  { "notes-links-web", "DocLinks to a Domino web server", links_script, NULL,
    LINKS "doclinks = web\ndoclink-host = web.acme.example\n" },
  { "notes-links-redirector", "DocLinks by a template", links_script, NULL,
    LINKS "doclinks = redirector\ndoclink-url = https://find.acme.example/?r={replica}&n={note}&t={title}\n" },
  { "notes-links-ndl", "DocLinks with .ndl files", links_script, NULL, LINKS "doclinks = ndl\n" },
  { SNAPSHOT, "A copy of the linked document", links_script, NULL, LINKS "doclinks-snapshot = yes\n" },
  { "notes-german", "Marks in German", hotspots_script, NULL, LINKS "language = de\n" },
};

/* The document that the first link leads to. */
static void
add_target (NsfMake *make)
{
  g_autoptr (GByteArray) cd = g_byte_array_new ();

  cd_make (cd, NORMAL TEXT "The_text_of_the_plan.;B163 x10 w1;" PLAIN_CELL ("0", "0", "1440", "4320") TEXT
           "cell;" PLAIN_CELL ("0", "1", "4320", "7200") TEXT "cell;B165 d0");
  nsf_make_note (make, 0x0001, NSF_MAKE_INLINE);
  nsf_make_text (make, "Subject", "The plan for Europe");
  nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
}

static GBytes *
database (const Sample *sample)
{
  g_autoptr (NsfMake) make = nsf_make_new_sized ("Mail", 32768);
  g_autoptr (GByteArray) cd = g_byte_array_new ();
  g_autoptr (GByteArray) links = g_byte_array_new ();
  g_autoptr (GByteArray) fonts = g_byte_array_new ();

  /* A value of $Links has no record header: the four bytes of one are cut off. */
  cd_make (links, "W0 w3 d11 d12 d21 d22 d23 d24 d286331153 d572662306 d260 d1145324612 d11 d12 d21 d22 d23 d24 x16 d11 d12 x32");
  cd_make (fonts, "W139 w1 b5 b0 zVerdana x24");
  cd_make (cd, sample->script);
  if (sample->build != NULL)
    sample->build (cd);
  nsf_make_note (make, 0x0001, NSF_MAKE_APART);
  nsf_make_text (make, "Form", "Memo");
  nsf_make_text (make, "Subject", sample->title);
  nsf_make_item (make, "Body", 0x0001, 0, cd->data, cd->len);
  nsf_make_item (make, "$Links", 0x0007, 0, links->data + 4, links->len - 4);
  nsf_make_item (make, "$Fonts", 0x0001, 0, fonts->data, fonts->len);
  if (sample->script == hotspots_script)
    nsf_make_file (make, "plan.txt", 0, "the plan", 8);
  if (strcmp (sample->name, SNAPSHOT) == 0)
    add_target (make);
  return nsf_make_finish (make);
}

static GString *
mail (const Sample *sample)
{
  g_autoptr (GBytes) bytes = database (sample);
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);
  g_autofree char *base64 = g_base64_encode (data, size);
  GString *text = g_string_new ("From: Anna Berg <anna@acme.example>\r\nTo: Bob Stern <bob@acme.example>\r\n");

  g_string_append_printf (text, "Subject: %s\r\nMIME-Version: 1.0\r\n"
                                "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
                                "Content-Type: application/X-Lotus-Encap2; name=encap2.ond\r\n"
                                "Content-Disposition: attachment; filename=encap2.ond\r\n"
                                "Content-Transfer-Encoding: base64\r\n\r\n",
                          sample->title);
  for (gsize i = 0; i < strlen (base64); i += 76)
    g_string_append_printf (text, "%.76s\r\n", base64 + i);
  return g_string_append (text, "--b--\r\n");
}

static gboolean
write_file (const char *folder, const char *name, const char *extension, const char *text, gssize size)
{
  g_autofree char *file = g_strconcat (name, extension, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);

  return g_file_set_contents (path, text, size, NULL);
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    {
      fprintf (stderr, "render-make FOLDER\n");
      return 2;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      const Sample *sample = &samples[i];
      GString *text = mail (sample);
      gboolean ok = write_file (argv[1], sample->name, ".eml", text->str, (gssize) text->len);

      g_string_free (text, TRUE);
      if (ok && sample->settings != NULL)
        ok = write_file (argv[1], sample->name, ".conf", sample->settings, -1);
      if (!ok)
        return 1;
      printf ("%s domino-to-exchange %s\n", sample->name, sample->title);
    }
  return 0;
}
