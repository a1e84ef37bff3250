"""A health export of 1 GB through the import command, and its reader beside bare pyexpat on the same file (bench/apple.py)."""

import tempfile
import time
from pathlib import Path

from bench import apple
from bench.importing import backstride, memory_mb

ALONE = True
MEGABYTES, ROUNDS = 1000, 3


def pieces():
    return range(1)


def run(_):
    with tempfile.TemporaryDirectory(prefix="backstride-health-") as folder:
        path = Path(folder) / "export.xml"
        runs = apple.write(path, MEGABYTES * 1_000_000)
        pairs = [(apple.bare(path), apple.ours(path)) for _ in range(ROUNDS)]
        bare, ours = (min(column) for column in zip(*pairs, strict=True))
        begin, peak = time.monotonic(), 0.0
        process = backstride(Path(folder) / "home", "import", path)
        while process.poll() is None:
            peak = max(peak, memory_mb(process.pid))
            time.sleep(0.1)
        took = time.monotonic() - begin
        assert process.returncode == 0
        return {
            "bytes": path.stat().st_size,
            "runs": runs,
            "bare_s": bare,
            "ours_s": ours,
            "took_s": took,
            "peak_mb": peak,
            "reader_mb": apple.peak(path) / 1e6,
        }


def report(found):
    (one,) = found
    share = one["bare_s"] / one["ours_s"]
    return (
        f"## A health export\n\nAn `export.xml` of {one['bytes'] / 1e6:,.0f} MB with {one['runs']} runs. Processor time, best of "
        f"{ROUNDS} in turns: bare pyexpat with empty handlers {one['bare_s']:.1f} s, our reader {one['ours_s']:.1f} s, {share:.0%} of its "
        f"speed (aim {apple.SHARE:.0%}). Peak memory of the reader {one['reader_mb']:.0f} MB. The whole import command: "
        f"{one['took_s']:.1f} s, peak {one['peak_mb']:.0f} MB (aim at most {apple.PEAK_BYTES / 1e6:.0f}).\n"
    )
