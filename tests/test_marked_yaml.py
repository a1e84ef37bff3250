"""What is accepted, what is refused and where; and that nothing hostile gets out as anything but a readable error."""

import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backstride import marked_yaml
from backstride.errors import BackstrideError, CaseError, KnowledgeError
from backstride.marked_yaml import Node, read_marked


@pytest.fixture(params=["fast", "pure"])
def reader(request, monkeypatch):
    """Both readers of PyYAML: the one written in C may be missing on a machine."""
    if request.param == "pure":
        monkeypatch.setattr(marked_yaml, "_LOADER", yaml.SafeLoader)
    return read_marked


def plain(text):
    return read_marked(text, "x.yaml", CaseError).plain()


def test_words_stay_words_and_only_plain_numbers_are_typed(reader):
    text = """
    words: [yes, no, on, off, Yes, NO, y, n/a, 2026-10-04, '1', "2", 0x1F, 0o14, 1_000, 12:30, 1.2.3, =, <<]
    truth: [true, False, TRUE, tRue]
    nothing: [null, ~, Null]
    empty:
    numbers: [0, -3, +4, 007, 0.5, .5, 5., 1e3, -2.5E-2]
    """
    assert reader(text, "x", CaseError).plain() == {
        "words": [
            *("yes", "no", "on", "off", "Yes", "NO", "y", "n/a", "2026-10-04", "1", "2"),
            *("0x1F", "0o14", "1_000", "12:30", "1.2.3", "=", "<<"),
        ],
        "truth": [True, False, True, "tRue"],
        "nothing": [None, None, None],
        "empty": None,
        "numbers": [0, -3, 4, 7, 0.5, 0.5, 5.0, 1000.0, -0.025],
    }


def test_every_value_and_key_knows_its_line(reader):
    node = reader("# comment\na: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n", "x", CaseError)
    assert node.key_lines == {"a": 2, "b": 3}
    assert isinstance(node.value, dict)
    items = node.value["b"].value
    assert isinstance(items, list)
    assert [item.line for item in items] == [4, 5]
    assert items[1].key_lines == {"c": 5, "d": 6}
    assert isinstance(items[1].value, dict)
    assert items[1].value["d"] == Node(3, 6)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_document_is_null(reader, text):
    assert reader(text, "x", CaseError).plain() is None


def test_a_byte_order_mark_and_windows_line_ends_are_fine(reader):
    assert reader("\ufeffa: 1\r\nb: |\r\n  two\r\n".encode(), "x", CaseError).plain() == {"a": 1, "b": "two\n"}


REFUSED = [
    ("a: 1\nb: &x 2\n", 2, "anchor"),
    ("a: 1\nb:\n  - *x\n", 3, "alias"),
    ("a: !!python/object:os.system 1\n", 1, "tag"),
    ("a: 1\nb: ! no\n", 2, "tag"),
    ("a: 1\nb: !str\n  - 1\n", 2, "tag"),
    ("a: 1\n'a': 2\n", 2, "'a' twice"),
    ("a:\n  {b: 1,\n   b: 2}\n", 3, "'b' twice"),
    ("a: 1\n---\nb: 2\n", 2, "second document"),
    ("a: 1\n[b]: 2\n", 2, "not a word"),
    ("a: 1\n{b: 1}: 2\n", 2, "not a word"),
    ("x: 1\na: " + "[" * 41 + "]" * 41, 2, "nested more than 40"),
    ("a: 1\nb: \x1b[31mred", 2, "control character (U+001B)"),
    ('a: 1\nb: "\\x1b[31mred"', 2, "control character (U+001B)"),
    ('a: 1\n"\\u0000": 1', 2, "control character (U+0000)"),
    ('a: "one\\rtwo"', 1, "control character (U+000D)"),
    ("a: 1\nb: .inf\n", 2, "'.inf' is not a number"),
    ("a: 1\nb: -.Inf\n", 2, "'-.Inf' is not a number"),
    ("a: 1\nb: .NaN\n", 2, "'.NaN' is not a number"),
    ("a: 1\nb: 1e999\n", 2, "too large a number"),
    ("a: 1\nb: 12345678901234567890\n", 2, "kept exactly"),
    ("a: 1\nb: [1, 2\nc: 3\n", 3, "not valid YAML"),
    ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
    (b"a: 1\nb: \xff\xfe\n", 2, "not UTF-8"),
    ("a: 1\nb: 2".encode("utf-16"), 1, "not UTF-8"),
]


@pytest.mark.parametrize(("text", "line", "message"), REFUSED)
@pytest.mark.parametrize("error", [CaseError, KnowledgeError])
def test_refused_with_the_line_and_a_remedy(reader, text, line, message, error):
    with pytest.raises(error) as caught:
        reader(text, "case.yaml", error)
    assert caught.value.place == f"case.yaml:{line}"
    assert message in caught.value.message
    assert caught.value.remedy


def test_a_tab_is_named_in_the_remedy(reader):
    with pytest.raises(CaseError, match="no tabs"):
        reader("a:\n\tb: 1\n", "x", CaseError)


def test_forty_levels_are_allowed(reader):
    value = reader("[" * 40 + "]" * 40, "x", CaseError).plain()
    assert json.dumps(value) == "[" * 40 + "]" * 40


def test_more_than_two_megabytes_are_refused():
    with pytest.raises(CaseError, match="larger than 2 MB"):
        plain("a: " + "x" * 2_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        "{" * 1_000_000,
        "- " * 900_000,
        "? " * 900_000,
        "a: " * 600_000,
        "-\n" * 500_000 + "&",
        "'" * 1_999_999,
        "!" * 1_999_999,
        "\n".join(" " * i + "a:" for i in range(1900)),
    ],
)
def test_hostile_text_ends_quickly_in_an_error(text):
    start = time.process_time()
    with pytest.raises(CaseError):
        plain(text)
    assert time.process_time() - start < 20


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_json_comes_back_as_it_was(value):
    assert plain(json.dumps(value, ensure_ascii=False)) == value


@given(st.binary(max_size=300))
def test_bytes_never_break_it(data):
    _readable_or_error(data)


@given(st.text(st.sampled_from(list("ab:-?[]{}&*!|>'\"%@`#,\n \t0123.eE+~\\x\r\x85\u2028\ufeff")), max_size=80))
def test_near_yaml_never_breaks_it(text):
    _readable_or_error(text)


@given(st.text(max_size=100))
def test_text_never_breaks_it(text):
    _readable_or_error(text)


def _readable_or_error(data):
    try:
        read_marked(data, "x", CaseError).plain()
    except BackstrideError as error:
        assert isinstance(error, CaseError)
        assert error.place.startswith("x")
        assert error.message
        assert error.remedy
