"""Every sentence that a runner may see: easy to read, no diagnosis, no term that isn't explained, and all of them on one page."""

import re
import runpy
from pathlib import Path

import pytest

from backstride.knowledge.loader import load
from backstride.reports.sentences import FEWEST_WORDS, sentence_page, sentences_in_code, sentences_of, word_count

ROOT = Path(__file__).parent.parent
PAGE = runpy.run_path(str(ROOT / "docs" / "sentences.py"))
SHOWN = PAGE["shown"]()
HARDEST = 8.0

ABOVE = {
    "spa_family_history.question": "names of four illnesses",
    "rf_colic_now.may_mean": "names of three illnesses",
    "lumbar_radiculopathy.plain_name": "name of an illness",
    "immunosuppressed_or_ivdu.name": "a label of four things",
    "One question about an emergency is": "half a sentence: its other half is short",
    "Probability with its … interval; weights in nats add up to the log-odds of that cause alone.": "for whoever checks the numbers",
    "Start anew, whatever was answered before.": "six words, of which one is long",
}

UNEXPLAINED = re.compile(
    r"\b("
    r"abduct|adduct|aetiology|aneurysm|aortic|asymptomatic|axial|benzodiazepine|biering|cauda|centralis|cluneal|"
    r"comorbid|contraindicat|contralateral|dermatom|ectopic|extensor|facet|flank|gabapentinoid|gluteal|"
    r"greater trochanter|haematuria|idiopathic|insufficiency|ipsilateral|ischi|kinematic|lateral hip|lbp|ligament|"
    r"listhesis|lumbar|malignan|medial|midstance|myotom|neurogenic|neuropath|nociceptive|palpat|paraspinal|"
    r"paresis|pars interarticularis|pathology|posterior|prognos|prone position|proximal|psis|radicul|referred pain|"
    r"renal|reproduce|sacral|sacroiliac|sagittal|sciatic notch|sensory|sij|slr|spondylo|stenosis|supine|"
    r"symptomatic|tendinopath|thoracic|trochanter|unrelenting|valgus|varus|vertebral|zygapophys|acwr|hr 0|or 0|"
    r"rf_|odds ratio|median"
    r")",
    re.IGNORECASE,
)
"""Beginnings of words that only a clinician knows, or of ids."""

FOR_THE_DOCTOR = {"say"}
"""What is read out to a doctor may name the illness to be ruled out."""


def name(sentence):
    return f"{sentence.id}.{sentence.field}" if sentence.id else sentence.text


def graded():
    return [s for s in SHOWN if word_count(s.text) >= FEWEST_WORDS]


def test_no_sentence_is_above_us_grade_8_but_those_listed_with_a_reason():
    hard = {name(s): round(PAGE["grade"](s.text), 1) for s in graded() if round(PAGE["grade"](s.text), 1) > HARDEST}
    assert {key: value for key, value in hard.items() if key not in ABOVE} == {}
    assert set(ABOVE) <= {name(s) for s in SHOWN}, "An exception is of no use any more: remove it."


def test_nobody_is_told_what_they_have():
    told = []
    for s in SHOWN:
        for part in re.split(r"(?<=[.!?])\s+", s.text):
            having = re.search(r"\byou have\b(?! (had|taken|trained|run|done|answered|been)\b)", part, re.IGNORECASE)
            # What follows "You said" is the runner's own word; the disclaimer says "never what you have".
            if having and not part.endswith("?") and s.kind != "After 'You said'" and "never what you have" not in part:
                told.append(f"{name(s)}: {part}")
    assert told == []


@pytest.mark.parametrize("kind", sorted({s.kind for s in SHOWN}))
def test_no_term_stands_unexplained(kind):
    found = {name(s): s.text for s in SHOWN if s.kind == kind and s.field not in FOR_THE_DOCTOR and UNEXPLAINED.search(s.text)}
    assert found == {}


def test_every_kind_of_sentence_is_on_the_page_and_says_where_it_stands():
    listed = {(s.id, s.field) for s in sentences_of(load())}
    assert {("rf_saddle", "confirm"), ("hop_test", "gate"), ("hop_test", "steps[1]"), ("SC4b", "text")} <= listed
    assert {("emergency", "words"), ("prior_lbp", "question"), ("strain_tonight", "caution"), ("sij_pain", "plain_name")} <= listed
    for sentence in SHOWN:
        assert (ROOT / "src" / "backstride" / sentence.file).is_file(), sentence


def test_sentences_of_code_are_what_it_says_and_not_what_is_said_about_it(tmp_path):
    code = tmp_path / "speaks.py"
    code.write_text(
        '"""About the file, in five words."""\nWORDS = f"It hurts {3} times as much."\nid = "pain_low_back"\n', encoding="utf-8"
    )
    assert [s.text for s in sentences_in_code(code, tmp_path)] == ["It hurts … times as much."]


def test_the_page_shows_a_grade_only_where_it_means_something():
    short, long = [s for s in SHOWN if word_count(s.text) < FEWEST_WORDS][:1], graded()[:1]
    page = sentence_page([*short, *long], lambda text: 4.25, "v")
    assert f"| {short[0].text} |  |" in page
    assert "| 4.2 |" in page


def test_the_page_of_all_sentences_is_of_now():
    assert PAGE["PAGE"].read_text(encoding="utf-8") == PAGE["page"](), "A sentence changed: run 'make docs'."
