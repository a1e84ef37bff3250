"""A health export of 1 GB: our reader beside bare pyexpat with empty handlers, in turns on the same file.

    python -m bench.apple [MEGABYTES] [ROUNDS]

Held: at least 60 % of bare pyexpat's speed (processor time, best of the rounds), and at most 300 MB of memory in a process of its own.
"""

import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.parsers import expat

from backstride.example.apple_writer import AppleExport, apple_xml
from backstride.example.fit_writer import RunPlan
from backstride.importers.apple_health import read_apple_health
from backstride.importers.content import Content

SHARE, PEAK_BYTES = 0.6, 300_000_000
BACKGROUND = 8000
"""Records outside of a run for each: one in four is of a run."""
CHUNK = 1 << 20


def export_of(runs: int) -> AppleExport:
    first = datetime(2020, 1, 1, 7, 0, tzinfo=UTC)
    return AppleExport(
        [
            RunPlan(
                first + timedelta(days=2 * number),
                distance_m=9000,
                duration_s=3000,
                contact_time_ms=250,
                vertical_oscillation_mm=90,
                step_length_mm=1050,
                power_w=230,
                utc_offset_s=3600,
            )
            for number in range(runs)
        ],
        background=BACKGROUND,
    )


def write(path: Path, size: int) -> int:
    one, two = (sum(map(len, apple_xml(export_of(runs)))) for runs in (1, 2))
    runs = max(round(size / (two - one)), 1)
    with open(path, "wb") as file:
        file.writelines(apple_xml(export_of(runs)))
    return runs


def ours(path: Path) -> float:
    began = time.process_time()
    outcome = read_apple_health(path, lambda: Content.of_file(path))
    took = time.process_time() - began
    assert outcome.state == "read", outcome.detail
    return took


def bare(path: Path) -> float:
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: None
    parser.EndElementHandler = lambda name: None
    parser.CharacterDataHandler = lambda text: None
    began = time.process_time()
    with open(path, "rb") as file:
        while data := file.read(CHUNK):
            parser.Parse(data, False)
    parser.Parse(b"", True)
    return time.process_time() - began


def peak(path: Path) -> int:
    code = "import sys; from pathlib import Path; import bench.apple as a; a.ours(Path(sys.argv[1])); print(a.own_peak())"
    return int(subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True).stdout)


def own_peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(megabytes: int = 1000, rounds: int = 3) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xml"
        runs = write(path, megabytes * 1_000_000)
        size = path.stat().st_size
        pairs = [(bare(path), ours(path)) for _ in range(rounds)]
        its, own = (min(column) for column in zip(*pairs, strict=True))
        memory = peak(path)
    print(f"{size / 1e6:,.0f} MB, {runs:,} runs: bare pyexpat {its:.1f} s, ours {own:.1f} s ({size / own / 1e6:.0f} MB/s)")
    print(f"speed {its / own:.0%} of bare pyexpat (at least {SHARE:.0%}), peak {memory / 1e6:.0f} MB (at most {PEAK_BYTES / 1e6:.0f} MB)")
    return 0 if its / own >= SHARE and memory <= PEAK_BYTES else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
