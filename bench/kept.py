"""What other libraries keep of broken run files beside what backstride keeps, as a Markdown table.

    python -m bench.kept

The files are those of ../shared/data/corrupt, where that folder is there, and the same kinds of damage done to files of our own
writer. Counted are records (FIT) and points (GPX, TCX). The other libraries are asked as leniently as they can be, and given
unpacked bytes where they cannot unpack; "error" means that nothing came back. One that is not installed says so.
"""

import contextlib
import gzip
import importlib
import io
import logging
import warnings
from datetime import UTC, datetime
from pathlib import Path

from backstride.errors import RunFileError
from backstride.example.fit_writer import RunPlan, fit_bytes
from backstride.importers.fit import read_fit
from backstride.importers.gpx import read_gpx
from backstride.importers.tcx import read_tcx

CORRUPT = Path(__file__).parents[2] / "shared" / "data" / "corrupt"
NOT_INSTALLED = "not installed"


def damaged_fit():
    """Our own run of 3,601 records, broken in every way that runners met."""
    plan = RunPlan(datetime(2026, 9, 1, 6, 30, tzinfo=UTC), 10_000.0, 3600, every_s=1, seed=1, contact_time_ms=250)
    sound, middle = fit_bytes(plan), 30_000
    other = fit_bytes(RunPlan(datetime(2026, 9, 3, 6, 30, tzinfo=UTC), 3000.0, 900, every_s=1, seed=2))

    def changed(at, new, gone=None):
        return sound[:at] + new + sound[at + (len(new) if gone is None else gone) :]

    return {
        "whole": sound,
        "cut off at 60 %": sound[: len(sound) * 6 // 10],
        "last 3 bytes missing": sound[:-3],
        "header says 0 bytes": changed(4, b"\0" * 4),
        "wrong checksum of the header": changed(12, b"\x12\x34"),
        "wrong checksum of the file": changed(len(sound) - 2, b"\x12\x34"),
        "one bit flipped in a record": changed(middle, bytes([sound[middle] ^ 1])),
        "one byte missing in a record": changed(middle, b"", 1),
        "one byte too many in a record": changed(middle, b"\xaa", 0),
        "hole of 512 zeros": changed(middle, bytes(512)),
        "hole of 512 bytes of 0xEE": changed(middle, b"\xee" * 512),
        "garbage appended": sound + b"\xaa" * 200,
        "two runs chained": sound + other,
        "two runs chained, the first cut off": sound[: len(sound) // 2] + other,
        "gzipped under the name .fit": gzip.compress(sound),
    }


def points(times):
    return "".join(
        f'<trkpt lat="{50 + i / 40_000:.6f}" lon="8"><ele>100</ele><time>2026-09-01T06:{i // 60:02d}:{i % 60:02d}Z</time></trkpt>\n'
        if times
        else f'<trkpt lat="{50 + i / 40_000:.6f}" lon="8"><ele>100</ele></trkpt>\n'
        for i in range(1800)
    )


def damaged_xml():
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    space = 'xmlns="http://www.topografix.com/GPX/1/1" creator="x" version="1.1"'
    gpx = f"{head}<gpx {space}><trk><type>running</type><trkseg>{points(True)}</trkseg></trk></gpx>"
    rows = "".join(
        f"<Trackpoint><Time>2026-09-01T06:{i // 60:02d}:{i % 60:02d}Z</Time><Position><LatitudeDegrees>{50 + i / 40_000:.6f}"
        "</LatitudeDegrees><LongitudeDegrees>8</LongitudeDegrees></Position><AltitudeMeters>100</AltitudeMeters>"
        f"<DistanceMeters>{3 * i}</DistanceMeters></Trackpoint>\n"
        for i in range(1800)
    )
    garmin = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
    tcx = (
        f'{head}<TrainingCenterDatabase xmlns="{garmin}"><Activities><Activity Sport="Running"><Id>2026-09-01T06:00:00Z</Id>'
        '<Lap StartTime="2026-09-01T06:00:00Z"><TotalTimeSeconds>1799</TotalTimeSeconds><DistanceMeters>5397</DistanceMeters>'
        f"<Track>{rows}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    )
    mark = b"\xef\xbb\xbf"
    return {
        "whole.gpx": gpx.encode(),
        "cut off.gpx": gpx.encode()[: len(gpx) * 6 // 10],
        "prefix never declared.gpx": gpx.replace("<ele>100</ele>", "<ele>100</ele><extensions><x:hr>150</x:hr></extensions>").encode(),
        "UTF-16.gpx": gpx.replace("UTF-8", "UTF-16").encode("utf-16"),
        "two byte order marks.gpx": mark + mark + gpx.encode(),
        "whole.tcx": tcx.encode(),
        "cut off.tcx": tcx.encode()[: len(tcx) * 6 // 10],
        "spaces in front.tcx": b"    " + tcx.encode(),
        "two byte order marks.tcx": mark + mark + tcx.encode(),
    }


def ours(name, data):
    reader = read_fit if name.endswith(".fit") else read_gpx if name.endswith(".gpx") else read_tcx
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    try:
        outcome = reader(Path(name), data)
    except RunFileError as error:
        return f"none ({error.message.rstrip('.')[:60]})"
    return str(sum(run.record_count for run in outcome.runs)) + ("" if outcome.state == "read" else ", damage told")


def by_fitdecode(data):
    fitdecode = importlib.import_module("fitdecode")
    reader = fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.DISABLED, error_handling=fitdecode.ErrorHandling.IGNORE)
    with reader as frames:
        for frame in frames:
            if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name == "record":
                yield frame


def by_fitparse(data):
    fitparse = importlib.import_module("fitparse")
    yield from fitparse.FitFile(io.BytesIO(data), check_crc=False).get_messages("record")


def by_gpxpy(data):
    gpxpy = importlib.import_module("gpxpy")
    for track in gpxpy.parse(io.BytesIO(data)).tracks:
        for segment in track.segments:
            yield from segment.points


def by_tcxreader(data):
    reader = importlib.import_module("tcxreader.tcxreader").TCXReader()
    yield from reader.read(io.BytesIO(data)).trackpoints


def kept(count, data):
    """How many came before the end or the error."""
    found = 0
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for _ in count(data):
                found += 1
        except ModuleNotFoundError:
            return NOT_INSTALLED
        except Exception as error:
            return f"{found}, then {type(error).__name__}" if found else f"error ({type(error).__name__})"
    return str(found)


def table(title, others, files):
    lines = [f"### {title}", "", f"| file | {' | '.join(others)} | backstride |", f"|---|{'---|' * len(others)}---|"]
    for name, (shown, data) in files.items():
        lines.append(f"| {shown} | {' | '.join(kept(count, data) for count in others.values())} | {ours(name, data)} |")
    return "\n".join(lines) + "\n"


def pieces():
    return range(1)


def run(_):
    logging.disable(logging.CRITICAL)
    own = {f"{name}.fit": (name, data) for name, data in damaged_fit().items()}
    xml = {name: (name, data) for name, data in damaged_xml().items()}
    real = {p.name: (p.name, p.read_bytes()) for p in sorted(CORRUPT.glob("*"))} if CORRUPT.is_dir() else {}
    groups = (
        ("FIT: records", {"fitdecode": by_fitdecode, "fitparse": by_fitparse}, ".fit"),
        ("GPX: points", {"gpxpy": by_gpxpy}, ".gpx"),
        ("TCX: points", {"tcxreader": by_tcxreader}, ".tcx"),
    )
    tables = []
    for title, others, ending in groups:
        for where, files in (("from our own writer", own | xml), ("recordings that were broken", real)):
            chosen = {name: pair for name, pair in files.items() if name.endswith(ending)}
            if chosen:
                tables.append(table(f"{title}, {where}", others, chosen))
    return "\n".join(tables)


def report(found):
    return f"## What is kept of broken files\n\nRecords or points that each library gives back of one file.\n\n{found[0]}"


if __name__ == "__main__":
    print(report([run(0)]))
