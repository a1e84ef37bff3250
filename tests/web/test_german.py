"""The pages in German: complete, in step with what is compiled, and marked where a sentence is still English."""

import gettext
import html
import re
import runpy
import time
from datetime import timedelta
from pathlib import Path

import pytest
from answers_played import SADDLE, play
from cases_told import NOW, typical
from django.utils import translation
from test_questions import mark_of, sent, walked

from backstride.assess import assess
from backstride.knowledge.loader import load
from backstride.names import names_for
from backstride.reports.conversation import conversation
from backstride.reports.sentences import sentences_of
from backstride.web import clinical
from backstride.web.templatetags import shown

MESSAGES = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "messages.py"))
CATALOGUES = [MESSAGES["PAGES"], MESSAGES["CLINICAL"]]
WEB = MESSAGES["WEB"]
ASKED = {"Interview", "Self-tests", "Places", "After 'You said'", "What to watch for", "Numbers to call", "Causes"}
"""All of it is shown by the interview or by what an emergency tells."""


@pytest.fixture
def german(client):
    client.post("/settings", {"language": "de"})
    return client


@pytest.fixture
def in_german(client):
    with translation.override("de"):
        yield


def main_of(page):
    return re.search(r"<main.*</main>", page.content.decode(), re.DOTALL)[0]


def english_in(code):
    """Texts of the clinical catalogue that stand in a page as they are in English."""
    code = html.unescape(code)
    return [text for text, told in clinical.clinical_catalogue("de").items() if text != told and len(text.split()) > 2 and text in code]


# -- the catalogues


def test_every_word_of_the_pages_is_translated():
    entries, flags = MESSAGES["read_po"](MESSAGES["PAGES"])
    said = {(path.name, text) for path in WEB.rglob("*.py") for text in MESSAGES["words_in_python"](path)}
    said |= {(path.name, text) for path in (WEB / "templates").glob("*.html") for text in MESSAGES["words_in_template"](path)}
    assert len(said) > 400
    missing = sorted(one for one in said if not all(entries.get(one[1], [""])))
    assert not missing, "Run 'make messages', then translate them."
    assert not [flag for flag in flags if "fuzzy" in flag]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_what_is_compiled_is_what_is_written(path):
    entries, _ = MESSAGES["read_po"](path)
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for text, words in entries.items():
        if len(words) > 1:
            assert [compiled.ngettext(text, text, n) for n in (1, 2)] == words
        elif text:
            assert compiled.gettext(text) == (words[0] or text)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_fills_in_what_the_text_fills_in(path):
    entries, _ = MESSAGES["read_po"](path)
    gaps = re.compile(r"%\(\w+\)[a-z]|%%s|\{\w+\}|<[^>]+>")
    for text, words in entries.items():
        # Of several forms the first may leave the number out; msgfmt looks after those.
        if text and len(words) == 1 and words[0]:
            assert sorted(gaps.findall(words[0])) == sorted(gaps.findall(text)), text
    assert gaps.findall("%(n)s <b> {day}") == ["%(n)s", "<b>", "{day}"]


def test_the_clinical_catalogue_knows_every_text_and_says_that_nobody_reviewed_it():
    knowledge = load()
    entries, _ = MESSAGES["read_po"](MESSAGES["CLINICAL"])
    assert set(entries) - {""} == set(MESSAGES["clinical_texts"](knowledge)), "Run 'make messages'."
    assert "X-Reviewed: no" in entries[""][0]
    assert max(map(len, entries)) < clinical._LONGEST * 0.8


def test_all_that_the_interview_and_an_emergency_say_is_translated():
    entries, _ = MESSAGES["read_po"](MESSAGES["CLINICAL"])
    missing = [s for s in sentences_of(load()) if s.kind in ASKED | {"Safety rules", "Questions"} and not all(entries[s.text])]
    assert not missing
    assert all(all(entries[piece]) for piece in clinical.PIECES)


def test_no_number_of_a_warning_is_lost_in_translation():
    entries, _ = MESSAGES["read_po"](MESSAGES["CLINICAL"])
    kinds = {"Safety rules", "What to watch for", "What to do first", "Numbers to call", "Advice"}
    digits = re.compile(r"\d+")
    for sentence in sentences_of(load()):
        words = entries[sentence.text][0]
        if sentence.kind in kinds and words:
            assert sorted(digits.findall(words)) == sorted(digits.findall(sentence.text)), sentence.text


# -- a text in the language of the page


def test_a_line_made_of_pieces_is_put_together_again(in_german):
    told = clinical.in_language
    assert told("You said the muscles are very sore, swollen and weak, it burns when you pee, and you are over 50.") == (
        "Du sagst: die Muskeln tun sehr weh, sind geschwollen und schwach; es brennt beim Wasserlassen; du bist über 50."
    )
    assert told("Emergency number in Germany: 112 or 110. 112 may not work there.").startswith("Notruf (Deutschland): 112 oder 110. ")
    assert told("Has any of this started since Monday, October 5?") == "Hat etwas davon seit Montag, 5. Oktober angefangen?"
    assert "4. Oktober 2026" in told("See a doctor by 4 October 2026, sooner if it gets worse.")
    assert told("You run in new shoes. Your runs show it.") == "Du läufst in neuen Schuhen. Deine Läufe zeigen es."
    assert told("34 years") == "34 Jahre" and told("7.5") == "7.5" and told("") == ""


def test_an_answer_of_every_kind_is_german_to_the_last_line(in_german):
    knowledge, day = load(), NOW.date()
    for case in typical(knowledge).values():
        answer = assess(case, knowledge)
        names = names_for(answer, knowledge)
        for country in ("DE", "CH", "US", ""):
            for section in conversation(answer, names, country=country, race_day=day + timedelta(days=20), today=day):
                for text in (section.title, *(line.text for line in section.lines)):
                    assert clinical.in_language(text) not in (None, text), text


def test_what_is_not_known_whole_stays_english_whole(in_german):
    for text in (
        "You said it hums.",
        "And some more.",
        "Has any of this started since Blursday, October 5?",
        "You run in new shoes. It hums.",
    ):
        assert clinical.in_language(text) is None


@pytest.mark.parametrize(
    "text", ["For: ", "It hums here: really. ", "a, b, and c; ", "You said it began suddenly, and ", "You run in new shoes. ", '"a" ']
)
def test_a_text_that_was_made_to_hold_it_up_is_given_back_soon(in_german, text):
    for times in (5, 30, 400):
        begun = time.perf_counter()
        assert clinical.in_language((text * times).strip() + "!") is None
        assert time.perf_counter() - begun < 0.5


def test_the_filter_escapes_and_marks_english(in_german):
    assert shown.clinical("<b>hums</b> & more") == '<span lang="en">&lt;b&gt;hums&lt;/b&gt; &amp; more</span>'
    assert shown.clinical("Yes") == "Ja"
    assert shown.clinical_text("<b>") == "<b>"
    with translation.override("en"):
        assert shown.clinical("a <b> sign") == "a &lt;b&gt; sign" and shown.clinical("Yes") == "Yes"


def test_a_language_without_a_catalogue_gets_english(client):
    with translation.override("fr"):
        assert clinical.in_language("Yes") is None and shown.clinical("Yes") == '<span lang="en">Yes</span>'


# -- the pages


def test_the_whole_interview_is_german(german):
    pages = walked(german)
    assert len(pages) > 8
    for page in pages:
        code = page.content.decode()
        assert '<html lang="de"' in code
        assert 'lang="en"' not in code, mark_of(page)
        assert not english_in(code), mark_of(page)


def test_an_emergency_is_german_to_the_last_word(german):
    sent(german, german.get("/questions"), "none")
    page = sent(german, german.get("/questions"), **{"answer-urinary_retention": "yes", "answer-saddle_numbness": "yes"})
    german.post("/questions/country", {"country": "DE"})
    assert "Nur ein klares Nein auf diese Frage ändert das:" in page.content.decode()
    assert not english_in(page.content.decode()) and 'lang="en"' not in page.content.decode()
    confirm = re.search(r'<button[^>]*name="(answer-[^"]*)" value="yes"', page.content.decode())[1]
    page = sent(german, page, **{confirm: "yes"})
    code = html.unescape(page.content.decode())
    assert "Halt hier an." in code and "Sag dort: „" in code and "Du sagst: " in code and "Notruf (Deutschland): 112" in code
    assert "112 anrufen" in code
    for shown_at in (page, german.get("/questions"), german.get("/answer"), german.get("/")):
        assert 'lang="en"' not in main_of(shown_at) and not english_in(main_of(shown_at))


def test_an_emergency_that_was_told_elsewhere_is_german_too(german):
    from backstride.web import here

    now = here.datetime.now(here.UTC)
    play(here.store(), here.store().runners()[0], SADDLE, now - here.datetime.resolution * 60_000_000)
    page = german.get("/answer")
    assert "Was jetzt zu tun ist" in page.content.decode() and not english_in(main_of(page))


def test_the_german_says_that_nobody_has_read_it(german, client):
    notice = "Die deutschen Fragen und Hinweise hat noch keine Fachperson geprüft."
    assert notice in german.get("/").content.decode()
    client.post("/settings", {"language": "en"})
    page = client.get("/").content.decode()
    assert notice not in page and "No clinician has read this translation" not in page


@pytest.mark.parametrize(
    "path", ["/", "/questions", "/answer", "/runs", "/diary", "/diary/spells", "/why-now", "/patterns", "/try", "/settings", "/import",
             "/imports", "/shoes", "/household", "/data", "/answer/earlier", "/nothing"],
)  # fmt: skip
def test_a_page_is_german(german, path):
    page = german.get(path)
    code = page.content.decode()
    assert '<html lang="de"' in code and "Direkt zum Inhalt" in code and "Einstellungen" in code
    entries, _ = MESSAGES["read_po"](MESSAGES["PAGES"])
    seen = html.unescape(re.sub(r'<span lang="en">.*?</span>|<[^>]+>', "\n", code))
    english = {text for text, words in entries.items() if len(text.split()) > 3 and words[0] != text}
    assert not english & {line.strip() for line in seen.splitlines()}
