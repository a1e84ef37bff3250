"""The interview driven by a program over lines of JSON."""

import json
import os
import subprocess
import sys

import pytest

from backstride.assess import assess
from backstride.importers.case_file import read_case


class Program:
    """A program that drives the interview."""

    def __init__(self, home, *words):
        told = {k: v for k, v in os.environ.items() if not k.startswith("BACKSTRIDE_") or k == "BACKSTRIDE_CACHE"}
        command = [sys.executable, "-m", "backstride", "answer", "--json", *map(str, words)]
        self.process = subprocess.Popen(
            command, env={**told, "BACKSTRIDE_HOME": str(home), "PYTHONUTF8": "1"}, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def hear(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def say(self, said):
        self.process.stdin.write((said if isinstance(said, str) else json.dumps(said)) + "\n")
        self.process.stdin.flush()
        return self.hear()

    def to_the_end(self, heard, answers=None):
        """Answer all that is asked with what is known, none or unsure; what is heard last."""
        answers = answers or {}
        screens = []
        while "assessment" not in heard:
            screen = heard["screen"]
            screens.append(screen)
            known = {item["id"]: answers[item["id"]] for item in screen["items"] if item["id"] in answers}
            if screen["kind"] not in ("safety", "where"):
                known |= {i["id"]: "no" for i in screen["items"] if i["id"] not in known and "no" in [c["value"] for c in i["choices"]]}
            heard = self.say({"values": known})
        return heard["assessment"], screens

    def end(self):
        self.process.stdin.close()
        rest = self.process.stdout.read()
        return rest, self.process.stderr.read(), self.process.wait(timeout=60)


@pytest.fixture
def program(tmp_path):
    opened = []

    def start(*words):
        opened.append(Program(tmp_path / "home", *words))
        return opened[-1]

    yield start
    for one in opened:
        one.process.kill()
        one.process.wait()
        for stream in (one.process.stdin, one.process.stdout, one.process.stderr):
            stream.close()


ANSWERS = {"low_back_midline": "yes", "age": 40, "sex": "female", "pain_severity": 4}


def test_a_program_comes_to_an_assessment(program):
    talk = program()
    first = talk.hear()
    assert first["screen"]["kind"] == "where"
    assert {"id", "kind", "title", "items", "how", "seconds", "left"} <= set(first["screen"])
    assert {"id", "words", "choices", "minimum", "maximum", "unit", "why"} == set(first["screen"]["items"][0])
    answer, screens = talk.to_the_end(first, ANSWERS)
    assert answer["triage"]["unanswered"] == [] and len(answer["causes"]) == 27
    assert talk.end() == ("", "", 0)
    kinds = [screen["kind"] for screen in screens]
    assert kinds[:5] == ["where", "safety", "safety", "safety", "safety"]
    assert len({screen["id"] for screen in screens}) == len(screens)


def test_an_emergency_ends_it_and_can_be_gone_on_from(program):
    talk = program()
    talk.hear()
    talk.say({"values": {"low_back_midline": "yes"}})
    heard = talk.say({"values": {"saddle_numbness": "yes"}})
    assert heard["screen"]["kind"] == "confirm"
    answer = talk.say({"values": {heard["screen"]["items"][0]["id"]: "yes"}})["assessment"]
    assert answer["triage"]["level"] == "emergency"
    assert talk.end()[2] == 0
    again = program()
    heard = again.hear()
    assert heard["screen"]["kind"] == "done" and heard["screen"]["id"].startswith("emergency:")
    assert again.say({"values": {}})["screen"]["kind"] == "safety"


def test_the_end_of_the_input_keeps_everything(program):
    talk = program()
    talk.hear()
    talk.say({"values": {"low_back_midline": "yes"}})
    second = talk.say({"values": {}})["screen"]
    assert talk.end() == ("", "", 0)
    assert program().hear()["screen"] == second
    assert program("--fresh").hear()["screen"]["kind"] == "where"
    assert program("--runner", "you").hear()["screen"]["kind"] == "where"


def test_back_skip_change_and_stop(program):
    talk = program()
    first = talk.hear()["screen"]
    assert talk.say({"back": True})["screen"] == first, "before the first screen there is none"
    second = talk.say({"values": {"low_back_midline": "yes"}})["screen"]
    third = talk.say({"values": {}})["screen"]
    assert third["id"] != second["id"]
    assert talk.say({"back": True})["screen"] == second
    assert talk.say({"skip": True})["screen"]["id"] == third["id"]
    heard = talk.say({"change": {"item": "saddle_numbness", "value": "yes"}})
    assert heard["screen"]["kind"] == "confirm"
    assert talk.say({"stop": True}) is None
    assert talk.end() == ("", "", 0)
    assert program().hear() == heard


def test_a_finished_one_may_be_changed(program):
    talk = program()
    before, _ = talk.to_the_end(talk.hear(), ANSWERS)
    talk.end()
    again = program()
    done = again.hear()
    assert done["screen"]["kind"] == "done"
    after = again.say({"change": {"item": "cancer_history", "value": "yes"}})
    after, _ = again.to_the_end(after, ANSWERS)
    assert after["triage"] != before["triage"]
    third = program()
    third.hear()
    assert third.say({"values": {}})["assessment"]["triage"] == after["triage"]


NOT_UNDERSTOOD = [
    "", "nonsense", "[1]", "{}", '{"values": {}, "skip": true}', '{"other": 1}', '{"skip": false}', '{"values": [1]}',
    '{"values": {"low_back_midline": true}}', '{"values": {"low_back_midline": "perhaps"}}', '{"values": {"nowhere": "yes"}}',
    '{"values": {"low_back_midline": NaN}}', '{"values": {"low_back_midline": 1e999}}', '{"values": {"low_back_midline": [1]}}',
    '{"change": {"item": "pain_severity"}}', '{"change": {"item": "pain_severity", "value": 11}}',
    '{"change": {"item": "nothing_known", "value": "yes"}}', '{"change": {"item": ["x"], "value": 1}}', "[" * 100_000,
    '{"change": {"item": "age", "value": -1}}', '{"values": {"low_back_midline": ' + "9" * 400 + "}}",
]  # fmt: skip


def test_what_is_not_understood_is_told_and_the_screen_stays(program):
    talk = program()
    first = talk.hear()
    for line in NOT_UNDERSTOOD:
        heard = talk.say(line)
        assert set(heard) == {"error", "remedy"} and heard["error"] and heard["remedy"], line[:100]
        assert talk.hear() == first
    assert talk.say({"values": {}})["screen"]["id"] != first["screen"]["id"]
    assert talk.end()[1] == ""


def test_a_case_is_asked_about_without_the_store(program, tmp_path, knowledge):
    case = tmp_path / "case.yaml"
    case.write_text("runner: {age: 40, sex: female}\nanswers: {pain_low_back: yes, worse_sitting: yes}\n")
    talk = program("--case", case)
    answer, screens = talk.to_the_end(talk.hear())
    talk.end()
    assert not (tmp_path / "home").exists()
    asked = {item["id"] for screen in screens for item in screen["items"]}
    assert not asked & {"age", "sex", "worse_sitting"}
    straight = assess(read_case(case).record, knowledge)
    assert len(answer["triage"]["unanswered"]) < len(straight.triage.unanswered)


def test_a_case_needs_no_django(tmp_path):
    case = tmp_path / "case.yaml"
    case.write_text("answers: {pain_low_back: yes}\n")
    text = (
        f"import sys; sys.argv = ['backstride', 'answer', '--json', '--case', {str(case)!r}]\n"
        "from backstride.cli import main\ntry: main()\nexcept SystemExit: pass\nprint('django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", text], input='{"values": {}}\n', capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False", done.stderr


def test_a_name_that_cannot_be_one_is_refused(program):
    talk = program("--runner", "../x")
    assert talk.hear() is None
    assert talk.end()[2] == 2


def test_without_json_it_says_what_to_do():
    done = subprocess.run(
        [sys.executable, "-m", "backstride", "answer"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "--json" in done.stderr
