"""Zip archives: every member gets its line; nested, cut off, hostile ones cost only themselves."""

import io
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_tracks import POINTS, gpx, tcx

from backstride.importers import content as content_module
from backstride.importers import zip_members
from backstride.importers.folder import read_runs

NAMES = ("activities/1.gpx", "activities/2.tcx", "activities/3.gpx")


def packed(members, method=zipfile.ZIP_DEFLATED, stream=False):
    class OneWay(io.BytesIO):
        """A target that cannot be gone back in: sizes then follow the data, as in archives that a server streams."""

        def seekable(self):
            return not stream

        def seek(self, *_):
            if stream:
                raise io.UnsupportedOperation
            return super().seek(*_)

        def tell(self):
            if stream:
                raise io.UnsupportedOperation
            return super().tell()

    target = OneWay()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def outcomes(tmp_path, data, name="export.zip"):
    (tmp_path / name).write_bytes(data)
    return {o.path.split("!", 1)[-1]: o for o in read_runs([tmp_path / name])}


def content():
    return dict(zip(NAMES, (gpx(), tcx(), gpx()), strict=True))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_member_is_read_or_named(tmp_path, method):
    found = outcomes(tmp_path, packed({**content(), "profile.csv": b"a,b", "__MACOSX/activities/._1.gpx": b"x"}, method))
    assert [found[name].state for name in NAMES] == ["read"] * 3
    assert found["profile.csv"].state == found["__MACOSX/activities/._1.gpx"].state == "skipped"
    assert sum(len(o.runs) for o in found.values()) == 3


def test_an_archive_in_an_archive_is_read_but_not_without_end(tmp_path):
    inner = packed(content())
    found = outcomes(tmp_path, packed({"DI_CONNECT/Part1.zip": inner, "a.gpx": gpx()}))
    assert [found[f"DI_CONNECT/Part1.zip!{name}"].state for name in NAMES] == ["read"] * 3
    deep = packed({"b.zip": packed({"c.zip": inner})})
    assert [o.state for o in outcomes(tmp_path, deep).values()] == ["unreadable"]
    assert "deep" in next(iter(outcomes(tmp_path, deep).values())).detail


@pytest.mark.parametrize("name", ["../../out.gpx", "/etc/out.gpx", "C:/out.gpx", "a/../../out.gpx", "..\\out.gpx"])
def test_a_name_that_leads_outside_is_refused_and_the_rest_read(tmp_path, name):
    found = outcomes(tmp_path, packed({name: gpx(), "ok.gpx": gpx()}))
    assert found["ok.gpx"].state == "read"
    (bad,) = [o for key, o in found.items() if key != "ok.gpx"]
    assert "outside" in bad.detail and not bad.runs
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export.zip"]


def test_links_and_locked_members_are_refused(tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("link.gpx")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("locked.gpx", gpx())
        archive.writestr("ok.gpx", gpx())
    data = bytearray(target.getvalue())
    at = data.rindex(b"PK\x01\x02", 0, data.index(b"locked.gpx", data.index(b"PK\x01\x02")))
    data[at + 8] |= 1
    found = outcomes(tmp_path, bytes(data))
    assert "link" in found["link.gpx"].detail
    assert "password" in found["locked.gpx"].detail
    assert found["ok.gpx"].state == "read"


def test_a_member_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(content_module, "_LARGEST_RUN", len(gpx()) + 10)
    bomb = packed({"bomb.gpx": b" " * 1_000_000 + gpx(), "ok.gpx": gpx()})
    for data in (bomb, bomb[: bomb.rindex(b"PK\x01\x02")]):
        assert "unpacks to more" in outcomes(tmp_path, data)["bomb.gpx"].detail
    assert outcomes(tmp_path, bomb)["ok.gpx"].state == "read"


def test_too_many_members_are_not_all_read(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_members, "_MAX_MEMBERS", 2)
    found = outcomes(tmp_path, packed(content()))
    assert sum(o.state == "read" for o in found.values()) == 2
    assert any("more than 2 files" in o.detail for o in found.values())


def test_a_cut_off_archive_with_an_archive_in_it_keeps_what_came_before(tmp_path):
    inner = packed(content(), zipfile.ZIP_STORED)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        whole = packed({"DI_CONNECT/Part1.zip": inner, "a.gpx": gpx()}, method)
        found = outcomes(tmp_path, whole[: whole.rindex(b"PK\x01\x02")])
        assert [found[f"DI_CONNECT/Part1.zip!{name}"].state for name in NAMES] == ["read"] * 3
        assert found["a.gpx"].state == "read"
    half = packed({"DI_CONNECT/Part1.zip": inner}, zipfile.ZIP_STORED)
    cut = outcomes(tmp_path, half[: half.index(b"activities/3.gpx") + 40])
    assert [cut[f"DI_CONNECT/Part1.zip!{name}"].state for name in NAMES[:2]] == ["read"] * 2


def test_one_damaged_member_costs_one(tmp_path):
    data = bytearray(packed(content(), zipfile.ZIP_STORED))
    at = data.index(b"<ele>130</ele>", data.index(b"activities/3.gpx"))
    data[at : at + 5] = b"<el<>"
    found = outcomes(tmp_path, bytes(data))
    assert [found[name].state for name in NAMES] == ["read", "read", "damaged"]
    assert 0 < found[NAMES[2]].runs[0].record_count < POINTS


@pytest.mark.parametrize("stream", [False, True])
@given(share=st.floats(0, 1))
def test_an_archive_cut_anywhere_keeps_every_member_before_the_cut(tmp_path_factory, stream, share):
    whole = packed(content(), stream=stream)
    cut = whole[: int(share * len(whole))]
    starts = [whole.rindex(b"PK\x03\x04", 0, whole.index(name.encode())) for name in NAMES]
    ends = [*starts[1:], whole.index(b"PK\x01\x02")]
    found = outcomes(tmp_path_factory.mktemp("cut"), cut)
    for name, end in zip(NAMES, ends, strict=True):
        if end <= len(cut):
            assert found[name].state == "read"
            assert found[name].runs[0].record_count == POINTS


@given(st.binary(max_size=200))
def test_any_bytes_called_zip_get_a_line(tmp_path_factory, data):
    for start in (b"", b"PK\x03\x04"):
        assert all(o.detail for o in outcomes(tmp_path_factory.mktemp("zip"), start + data).values())


def test_the_recorded_archives_give_their_runs_and_nothing_outside(shared_data):
    for name, count in (("strava_export_a.zip", 9), ("garmin_export_a.zip", 5)):
        found = read_runs([shared_data / "archives" / name])
        assert sum(len(o.runs) for o in found if not o.table) == count
    found = read_runs([shared_data / "corrupt" / "zip_path_traversal.zip"])
    assert [o.state for o in found] == ["unreadable", "read", "skipped"]


def test_a_member_without_a_name_is_no_crash(tmp_path):
    nameless = packed({"@x.gpx": gpx(), "ok.gpx": gpx()}).replace(b"@x.gpx", b"\0x.gpx")  # a name ends at its first zero byte
    assert outcomes(tmp_path, nameless)["ok.gpx"].state == "read"
