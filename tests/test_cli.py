"""The command line as a person meets it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def backstride(*arguments, stdin=None):
    return subprocess.run([sys.executable, "-m", "backstride", *arguments], capture_output=True, text=True, check=False, input=stdin)


def test_demo_tells_a_whole_answer_in_eighty_columns():
    done = backstride("demo")
    assert done.returncode == 0, done.stderr
    for words in ("WHAT TO DO FIRST", "WHAT FITS", "WHY NOW", "Frandsen", "not a diagnosis", "No clinician"):
        assert words in done.stdout
    answer = done.stdout.split("\nMara is made up")[0]
    assert max(map(len, answer.splitlines())) <= 80
    assert "you have " not in answer.replace("never what you have", "").lower()


def test_assess_prints_one_object_a_case(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(f"id: {name}\nanswers: {{pain_low_back: yes}}\n")
    done = backstride("assess", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), "--json")
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second["id"]) == ("a", "b")
    assert len(first["causes"]) == 27
    assert first["triage"]["provisional"] is True


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("answers: {pain_lowback: yes}", "pain_low_back"),
        ("answers: {worse_sitting: true}", "Write yes, no or unsure"),
        ("answers: [", "not valid YAML"),
        ("runner: {age: 300}", "0 to 120"),
        ("answer: {}", "unknown key 'answer'"),
        ("a: &x 1\nb: *x", "anchor"),
        ("runs: [nowhere]", "no such file or folder"),
    ],
)
def test_a_bad_case_gets_one_readable_line_and_exit_code_two(tmp_path, text, words):
    path = tmp_path / "case.yaml"
    path.write_text(text)
    done = backstride("assess", str(path))
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_case_does_not_stop_the_next(tmp_path):
    (tmp_path / "good.yaml").write_text("answers: {pain_low_back: yes}")
    done = backstride("assess", str(tmp_path / "missing.yaml"), str(tmp_path / "good.yaml"), "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["id"] == "good"


def test_ask_explains_and_names_the_nearest_id():
    assert "How to do it" in backstride("ask", "slump").stdout
    done = backstride("ask", "slumpp")
    assert done.returncode == 2
    assert "slump" in done.stderr


def test_shipped_knowledge_passes_its_check():
    done = backstride("knowledge", "check")
    assert done.returncode == 0, done.stderr


def test_a_therapists_edit_moves_cases_and_a_broken_one_says_where(tmp_path):
    from backstride import knowledge

    shipped = Path(next(iter(knowledge.__path__)))
    folder = tmp_path / "findings"
    folder.mkdir()
    text = (shipped / "findings" / "worse_sitting.yaml").read_text()
    (folder / "worse_sitting.yaml").write_text(text.replace("point: 0.62", "point: 0.95", 1).replace("high: 0.75", "high: 0.99", 1))
    done = backstride("knowledge", "check", "--effect", "--knowledge", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "public case(s) move" in done.stdout
    (folder / "worse_sitting.yaml").write_text(text.replace("basis:", "bassis:", 1))
    done = backstride("knowledge", "check", "--knowledge", str(tmp_path))
    assert done.returncode == 2
    assert "worse_sitting.yaml:" in done.stderr
    assert "bassis" in done.stderr


def test_evaluate_scores_every_public_case():
    done = backstride("evaluate", "--json")
    assert done.returncode == 0, done.stderr
    evaluations = json.loads(done.stdout)["evaluations"]
    assert {(e["mode"], e["engine"]) for e in evaluations} >= {("answers", "shipped"), ("answers + exam", "naive Bayes")}
    assert all(len(e["cases"]) == 40 for e in evaluations)


def test_under_sixteen_the_page_names_no_cause(tmp_path):
    path = tmp_path / "young.yaml"
    path.write_text("runner: {age: 14}\nanswers: {slr: yes, pain_below_knee: yes, numbness_leg: yes, pain_groin: yes, hop_test: yes}")
    page = backstride("assess", str(path), "--working").stdout
    assert "No cause is put forward" in page.replace("\n", " ")
    for words in ("Sciatica", "Stress fracture of the hip)", "Running is good"):
        assert words not in page


def test_old_answers_are_asked_again_on_the_command_line(tmp_path):
    path = tmp_path / "old.yaml"
    path.write_text("answered_at: 2020-01-01T08:00\nanswers: {pain_low_back: yes, saddle_numbness: no}")
    answer = json.loads(backstride("assess", str(path), "--json").stdout)
    assert "saddle_numbness" in answer["triage"]["ask_again"]
    assert "saddle_numbness" in answer["triage"]["unanswered"]
