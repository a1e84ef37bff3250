"""What is broken, endless or made to harm: one readable line, exit code 2 where it was asked for, and the rest goes on."""

import gzip
import json
import os
import struct
import subprocess
import sys

import pytest
from fastcrc import crc16
from hypothesis import given
from hypothesis import strategies as st

from backstride.errors import CaseError, KnowledgeError, RunFileError
from backstride.importers.case_file import read_case
from backstride.importers.fit import read_fit
from backstride.importers.folder import read_runs
from backstride.knowledge.loader import load


def backstride(*arguments, **options):
    command = [sys.executable, "-m", "backstride", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **options)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("onset: 0001-01-01\nshoes: [{name: a}]", "long ago"),
        ("onset: 9999-12-31", "still to come"),
        ("onset: [a]", "2026-10-04"),
        ("assessed_at: 0001-01-01T00:00", "moment"),
        ("runner: {pregnant: [1]}", "yes or no"),
        ("runner: {pregnant: {a: b}}", "yes or no"),
        ("runner: {sex: [a]}", "female or male"),
        (f"runs: [{'a' * 300}]", "no such file"),
        ('runs: ["a\\0b"]', "control character"),
        ("runs: [loop]", "no such file|cannot be"),
        (f"runs: [{', '.join(['a'] * 2000)}]", "folder"),
        (f"{'k' * 900}: 1", "unknown key 'kkk"),
    ],
)
def test_an_impossible_case_is_one_readable_line(tmp_path, text, words):
    (tmp_path / "loop").symlink_to("loop")
    path = tmp_path / "case.yaml"
    path.write_text(text)
    with pytest.raises((CaseError, RunFileError), match=words) as caught:
        read_runs(read_case(path).run_paths)
    assert len(str(caught.value)) < 1000


def test_json_as_programs_write_it_is_read(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"id": "\U0001f600 \\ud83d", "answers": {"pain_low_back": "yes"}}, indent="\t"))
    assert read_case(path).record.id == "\U0001f600 \\ud83d"


def test_what_never_ends_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        with pytest.raises(CaseError, match="device or a pipe"):
            read_case(tmp_path / name)
        with pytest.raises(RunFileError, match="device or a pipe"):
            read_fit(tmp_path / name)
    (tmp_path / "mine" / "conditions").mkdir(parents=True)
    os.mkfifo(tmp_path / "mine" / "conditions" / "x.yaml")
    with pytest.raises(KnowledgeError, match="device or a pipe"):
        load((tmp_path / "mine",))


def test_a_folder_that_may_not_be_opened_gets_its_line(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    outcomes = read_runs([tmp_path / "closed"])
    assert [o.state for o in outcomes] == ["unreadable"]
    assert "closed" in outcomes[0].detail


def test_a_gzip_file_cut_inside_its_header_is_one_line(tmp_path):
    (tmp_path / "a.fit.gz").write_bytes(b"\x1f\x8b\x08\xe0\0\0\0\0\0\0")
    assert read_runs([tmp_path])[0].state == "unreadable"


def bomb(messages):
    """A sound FIT file of tiny messages: a definition of one one-byte field of 'record', then nothing but that."""
    body = bytes([0x40, 0, 0, 20, 0, 1, 3, 1, 2]) + b"\x00\x50" * messages
    header = struct.pack("<BBHI4s", 12, 0x10, 2100, len(body), b".FIT")
    return header + body + struct.pack("<H", crc16.arc(header + body))


def test_a_small_file_of_endless_messages_is_stopped(tmp_path, monkeypatch):
    from backstride.importers import fit

    monkeypatch.setattr(fit, "_MAX_MESSAGES", 1000)
    path = tmp_path / "bomb.fit.gz"
    path.write_bytes(gzip.compress(bomb(5000)))
    outcome = read_fit(path)
    assert outcome.state == "damaged"
    assert "more than 1,000 messages" in outcome.detail
    (tmp_path / "fine.fit").write_bytes(bomb(500))
    assert read_fit(tmp_path / "fine.fit").state == "read"


@given(st.binary(min_size=1, max_size=60))
def test_any_body_with_a_sound_checksum_gets_a_line(tmp_path_factory, body):
    header = struct.pack("<BBHI4s", 12, 0x10, 2100, len(body), b".FIT")
    folder = tmp_path_factory.mktemp("bodies")
    (folder / "a.fit").write_bytes(header + body + struct.pack("<H", crc16.arc(header + body)))
    (outcome,) = read_runs([folder])
    assert outcome.detail


def test_a_definition_cut_off_at_the_end_is_no_crash(tmp_path):
    header = struct.pack("<BBHI4s", 12, 0x10, 2100, 2, b".FIT")
    (tmp_path / "a.fit").write_bytes(header + b"\x40\x00" + struct.pack("<H", crc16.arc(header + b"\x40\x00")))
    assert read_runs([tmp_path])[0].state == "unreadable"


def test_a_file_too_large_to_be_a_run_is_not_read(tmp_path, monkeypatch):
    from backstride.importers import content

    monkeypatch.setattr(content, "_LARGEST_RUN", 2000)
    (tmp_path / "big.fit").write_bytes(bomb(5000))
    (tmp_path / "big.fit.gz").write_bytes(gzip.compress(bomb(5000)))
    for name in ("big.fit", "big.fit.gz"):
        with pytest.raises(RunFileError, match=r"larger than|more than"):
            read_fit(tmp_path / name)


def test_a_terminal_without_the_letters_still_gets_the_answer(tmp_path):
    path = tmp_path / "ü.yaml"
    path.write_text("id: ü\nanswers: {pain_low_back: yes}", encoding="utf-8")
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for arguments in (("assess", path), ("assess", path, "--json")):
        done = backstride(*arguments, env=ascii_only)
        assert done.returncode == 0, done.stderr
        assert b"\\xfc" in done.stdout


def test_a_full_disk_is_said_and_a_closed_pipe_is_no_error():
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "backstride", "demo"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert b"cannot be written" in done.stderr
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-m", "backstride", "ask"], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_wrong_option_shows_the_usage_and_exits_with_two():
    done = backstride("assess", "--nonsense")
    assert done.returncode == 2
    assert b"Usage" in done.stderr


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("old")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.yaml").write_text("expect: {condition_ids: [nonsense], triage: routine_pt}")
    done = backstride("evaluate", tmp_path / "cases", "--write", page)
    assert done.returncode == 2
    assert b"no known condition" in done.stderr
    assert page.read_text() == "old"


def test_scores_of_nothing_are_null_not_nan(tmp_path):
    (tmp_path / "a.yaml").write_text("answers: {pain_low_back: yes}\nexpect: {condition_ids: [], triage: routine_pt}")
    done = backstride("evaluate", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout, parse_constant=lambda word: pytest.fail(word))
    assert result["evaluations"][0]["scores"]["top3"]["share"] is None
