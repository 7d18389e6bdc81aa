"""The reader of .dzn files: what it understands, and the one sentence it says when it does not."""

from pathlib import Path

import pytest

from eventsapp.scheduling import dzn
from eventsapp.scheduling.b2b_problem import B2BMeeting, B2BProblem, Session

SMALL = """% three people
nBusiness = 3; nMeetings = 2;
nTables = 1;
nTotalSlots = 4;
nMorningSlots = 2;
requested = [|1, 2,3,
|3, 1,2,
|];
meetingsxBusiness = [{1,2,3},
{1,2},
{1,3}];
nMeetingsBusiness = [2,1,1];
forbidden = [{0}, {}, {1, 3}];
fixed = [0,4];
precedences = [{},{1}];
"""
PROBLEM = B2BProblem(
    participants=3,
    tables=1,
    slots=4,
    morning_slots=2,
    meetings=(
        B2BMeeting(0, 1, Session.ANY),
        B2BMeeting(2, 0, Session.AFTERNOON, fixed=3, after=frozenset({0})),
    ),
    forbidden=(frozenset(), frozenset(), frozenset({0, 2})),
)
LEAST = "nBusiness = 2; nMeetings = 1; nTables = 1; nTotalSlots = 3; requested = [|1,2,3|]"


def refusal(text: str) -> str:
    with pytest.raises(dzn.DznError) as caught:
        dzn.parse(text)
    return str(caught.value)


def test_reads_every_field() -> None:
    assert dzn.parse(SMALL) == PROBLEM


def test_order_comments_and_ranges_do_not_matter() -> None:
    fields = [field for field in SMALL.split("\n", 1)[1].split(";") if field.strip()]
    turned = "/* several\nlines */" + ";".join(reversed(fields))
    assert dzn.parse(turned.replace("{1, 3}", "{3,1,}")) == PROBLEM
    assert dzn.parse(LEAST + "; forbidden = [1..2, 2..1];").forbidden == (frozenset({0, 1}), frozenset())


def test_optional_fields_have_dull_defaults() -> None:
    assert dzn.parse(LEAST) == B2BProblem(2, 1, 3, 3, (B2BMeeting(0, 1),), (frozenset(), frozenset()), fairness=2)
    assert dzn.parse(LEAST, fairness=None).fairness is None


def test_an_event_without_meetings() -> None:
    text = "nBusiness=1;nMeetings=0;nTables=0;nTotalSlots=0;requested=[||];fixed=[];precedences=[];forbidden=[{0}];"
    assert dzn.parse(text) == B2BProblem(1, 0, 0, 0, (), (frozenset(),))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("nTables = 1;", "", "line 16, nTables: this field is missing"),
        ("nTables = 1;", "nTables = 1; nTables = 2;", "line 3, nTables: this field stands twice"),
        ("nTables = 1;", "nChairs = 1;", "line 3, nChairs: this field is not known"),
        ("nTables = 1;", "nTables = {1};", "line 3, nTables: expected a number, found a set"),
        ("nTables = 1;", "nTables = 1.5;", "line 3: unexpected character '.'"),
        ("nTables = 1;", "nTables = -1;", "line 3, nTables: -1 is outside 0 to 10000"),
        ("nTables = 1;", "nTables = 99999999999;", "line 3, nTables: a number has more than 9 digits"),
        ("nTables = 1;", "nTables 1;", "line 3, nTables: expected “=”, found “1”"),
        ("nTables = 1;", "nTables = 1", "line 4, nTables: expected “;”, found “nTotalSlots”"),
        ("nTables = 1;", "nTables = ;", "line 3, nTables: expected a number, found “;”"),
        ("nTotalSlots = 4", "nTotalSlots = 101", "line 4, nTotalSlots: 101 is outside 0 to 100"),
        ("nMorningSlots = 2", "nMorningSlots = 5", "line 5, nMorningSlots: 5 is outside 0 to 4"),
        ("|3, 1,2,", "|3, 4,2,", "line 7, requested: 4 is outside 1 to 3"),
        ("|3, 1,2,", "|3, 1,4,", "line 7, requested: 4 is outside 1 to 3"),
        ("|3, 1,2,", "|3, 3,2,", "line 7, requested: meeting 2 joins participant 3 with itself"),
        ("|3, 1,2,", "|3, 1,", "line 7, requested: a row has 2 numbers instead of 3"),
        ("|3, 1,2,", "", "line 6, requested: there are 1 rows instead of 2"),
        ("{1,3}];", "{1}];", "line 11, meetingsxBusiness: participant 3 differs from requested"),
        ("[2,1,1]", "[2,2,1]", "line 12, nMeetingsBusiness: participant 2 has 2 meetings, requested says 1"),
        ("{1, 3}]", "{1, 5}]", "line 13, forbidden: 5 is outside 0 to 4"),
        ("{1, 3}]", "{1, 3}", "line 13, forbidden: expected “,”, found “;”"),
        ("{1, 3}]", "3]", "line 13, forbidden: expected a set, found a number"),
        ("{1, 3}]", "1..999999999]", "line 13, forbidden: the range 1..999999999 is too long"),
        ("[0,4]", "[0,4,0]", "line 14, fixed: there are 3 entries instead of 2"),
        ("[0,4]", "[0,5]", "line 14, fixed: 5 is outside 0 to 4"),
        ("{1}];", "{3}];", "line 15, precedences: 3 is outside 0 to 2"),
        ("{1}];", "{1", "line 16, precedences: expected “,”, found the end of the file"),
    ],
)
def test_refuses_in_one_sentence_with_the_place(old: str, new: str, sentence: str) -> None:
    assert old in SMALL
    assert refusal(SMALL.replace(old, new, 1)) == sentence


@pytest.mark.parametrize("text", ["", "\0", "]", "[|", "{}", "nBusiness", "/* open", "=" * 10, "{" * 100_000])
def test_refuses_what_is_no_data_file(text: str) -> None:
    assert refusal(text).startswith("line 1")


def test_every_truncation_is_refused() -> None:
    whole = SMALL.rstrip().removesuffix(";")
    complete = [position for position in range(len(whole)) if not _refused(whole[:position])]
    assert {whole[:position].rstrip(" \n;")[-1:] for position in complete} <= {"]"}
    assert min(complete) > whole.index("|]")


def _refused(text: str) -> bool:
    try:
        dzn.parse(text)
    except dzn.DznError:
        return True
    return False


def test_load_reads_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "small.dzn"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert dzn.load(path) == PROBLEM


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"nTables = 1;\n\xff", "line 2: the file is not UTF-8 text"),
        (b" " * (dzn.MAX_BYTES + 1), "line 1: the file is larger than 4000000 bytes"),
    ],
)
def test_load_refuses_what_is_no_text(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "bad.dzn"
    path.write_bytes(content)
    with pytest.raises(dzn.DznError, match=f"^{sentence}$"):
        dzn.load(path)
