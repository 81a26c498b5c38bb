"""Does every string appear whole, in its place and without hiding anything?"""

import unicodedata

import pytest

from reports import display


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, ümläut, 漢字, 5 × 3", "plain text, ümläut, 漢字, 5 × 3"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x07", "[U+001B][31mred[U+0007]"),
        ("a\u202eb\u2066c", "a[U+202E]b[U+2066]c"),
        ("wo\u200bmen\ufeff", "wo[U+200B]men[U+FEFF]"),
        ("a\u2028b\x85c", "a[U+2028]b[U+0085]c"),
        ("\u3164\u2800", "[U+3164][U+2800]"),
        ("\ue000\ud800", "[U+E000][U+D800]"),
        ("👩‍👧", "👩‍👧"),
        ("می‌خواهم", "می‌خواهم"),
        ("a\u200db", "a[U+200D]b"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "[U+0301]" * 2),
    ],
)
def test_what_would_be_hidden_is_shown(text, shown):
    assert display.visible(text) == shown


def test_no_hidden_category_is_left():
    every = "".join(map(chr, range(0x30000)))
    shown = {c for i in range(0, len(every), 3000) for c in display.visible(every[i : i + 3000])}
    assert {unicodedata.category(c) for c in shown - {"\n", "\t", "\u200c", "\u200d"}} & {
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    } == set()


def test_long_text_is_cut_and_says_so():
    assert display.visible("x" * 5001) == "x" * 4000 + "… [1,001 more characters in the record]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "[empty]"),
        ("F ", "F[space]"),
        (" F", "[space]F"),
        ("  ", "[space][space]"),
        ("F\n", "F[U+000A]"),
        ("a b", "a b"),
    ],
)
def test_names_that_look_alike_are_told_apart(text, shown):
    assert display.name(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "undefined"),
        (0, "0"),
        (1234567, "1,234,567"),
        (0.0, "0.000"),
        (1.0, "1.000"),
        (0.12345, "0.123"),
        (-0.05, "−0.050"),
        (30.0, "30"),
        (2.5, "2.500"),
        (123.456, "123.5"),
        (98765.4, "98,765"),
        (1e-5, "1.00e−05"),
        (1e300, "1.00e+300"),
        (0.9996, "1.000"),
    ],
)
def test_numbers_have_one_style(value, shown):
    assert display.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1, "0.10"),
        (0.125, "0.125"),
        (0.8, "0.80"),
        (1.0, "1"),
        (100.0, "100"),
        (1e-7, "1e−07"),
        (-0.02, "−0.02"),
    ],
)
def test_limits_are_shown_as_written(value, shown):
    assert display.limit(value) == shown


def test_intervals_and_p_values():
    assert display.interval(0.1, 0.25) == "0.100 to 0.250"
    assert display.interval(None, 0.25) == "… to 0.250"
    assert display.interval(None, None) == "–"
    assert [display.p_value(p) for p in (None, 0.0, 0.012, 1.0)] == ["–", "< 0.001", "= 0.012", "= 1.000"]


def test_shortening_counts_wide_letters_twice():
    assert display.shortened("abcdef", 6) == "abcdef"
    assert display.shortened("abcdefg", 6) == "abcde…"
    assert display.shortened("漢字漢字", 6) == "漢字…"


def test_words():
    assert display.sentence(display.words("true_positive_rate_gap")) == "True positive rate gap"


@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        ("/home/a/models/b", "b"),
        ("org/model", "org/model"),
        ("py:a:b", "py:a:b"),
        ("/", "[empty]"),
        ("model ", "model[space]"),
        ("~/models/film", "film"),
        ("~models/film", "~models/film"),
    ],
)
def test_a_place_is_named_without_the_way_to_it(reference, shown):
    assert display.place(reference) == shown
