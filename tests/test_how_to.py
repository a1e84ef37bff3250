"""How to get one's runs: a page a topic, the same in the terminal and in the docs."""

from datetime import date
from pathlib import Path

import pytest

from backstride.errors import BackstrideError
from backstride.importers.typed import read_typed
from backstride.reports.how_to import TOPICS, how_to

DOCS = Path(__file__).parent.parent / "docs" / "get-your-runs.md"


def test_the_page_of_the_docs_is_all_topics():
    assert DOCS.read_text(encoding="utf-8") == "\n".join(how_to(topic) for topic in TOPICS), (
        "Put the pages of src/backstride/get_your_runs together: "
        "python -c \"from backstride.reports.how_to import *; print('\\n'.join(map(how_to, TOPICS)), end='')\" > docs/get-your-runs.md"
    )


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_fits_a_terminal_and_says_what_a_runner_needs(topic):
    page = how_to(topic)
    lines = page.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 78 and "\t" not in page and page.endswith("\n")
    assert lines[0].startswith("# ")
    for said in ("backstride import ", "Nothing leaves your machine.", "may differ", "Do not "):
        assert said in page


def test_every_page_is_a_topic():
    folder = Path(DOCS.parent.parent / "src" / "backstride" / "get_your_runs")
    assert sorted(path.stem for path in folder.iterdir()) == sorted(TOPICS)


def test_a_topic_is_found_in_any_case():
    assert how_to(" Garmin ") == how_to("garmin")


@pytest.mark.parametrize(
    ("wrong", "nearest"), [("stava", "'strava'"), ("gramin", "'garmin'"), ("onefile", "'one-file'"), ("xyz", "strava, garmin")]
)
def test_an_unknown_topic_names_the_nearest(wrong, nearest):
    with pytest.raises(BackstrideError) as caught:
        how_to(wrong)
    assert wrong in str(caught.value) and nearest in caught.value.remedy


def test_the_runs_that_the_pages_type_in_are_understood():
    typed = [line.split('"')[1] for topic in TOPICS for line in how_to(topic).splitlines() if "backstride run add" in line]
    assert len(typed) >= 2
    for words in typed:
        assert read_typed(words, today=date(2026, 11, 24)).pain is not None
