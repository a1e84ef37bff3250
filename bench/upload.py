"""A large archive through the browser's door: how much memory, and does an import whose server is killed come to the same end?

A Strava archive of 2 GB (1,000 runs, a photo of 2 MB behind each) is sent as a form, as a browser sends it. Two homes: in one nobody
disturbs it; in the other the server is killed (SIGKILL, nothing else) at about the middle of the import, and started again. Told are the
largest memory of every process, and of all together at one moment (proportional set size: shared pages counted once).
"""

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from functools import cache
from pathlib import Path

from backstride.example.strava_writer import daily_runs, write_strava_zip
from bench.pieces import ROOT

ALONE = True
RUNS, PHOTO_BYTES = 1000, 2_000_000
MOST_MB = 300
FOLDER = ROOT / ".cache" / "shows-e" / "upload"
_BOUNDARY = "backstride-bench-boundary"


def pieces():
    return ("left alone", "killed")


@cache
def archive():
    path = FOLDER / f"strava-{RUNS}.zip"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        small, partial = path.with_suffix(".small"), path.with_suffix(".part")
        write_strava_zip(small, daily_runs(RUNS, 1800, 1))
        photo = secrets.token_bytes(PHOTO_BYTES)
        with zipfile.ZipFile(small) as runs, zipfile.ZipFile(partial, "w") as whole:
            for number, name in enumerate(runs.namelist()):
                whole.writestr(name, runs.read(name))
                whole.writestr(f"media/{number}.jpg", photo)
        small.unlink()
        partial.replace(path)
    return path


class Served:
    """A server on a home, and how much memory it and all that it starts take (kB)."""

    def __init__(self, home):
        environment = {**os.environ, "BACKSTRIDE_HOME": str(home), "TZ": "UTC"}
        environment.pop("BACKSTRIDE_DATABASE", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backstride", "serve", "--port", "0", "--no-browser"], env=environment, stdout=subprocess.PIPE, text=True
        )
        self.port = int(re.search(r":(\d+)/", self.process.stdout.readline())[1])
        self.peak_kb = {}
        self.together_kb = 0
        self._watching = True
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def ask(self, path):
        """Status, headers and text of a page."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        connection.request("GET", path, headers={"Cookie": getattr(self, "cookie", "")})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def send(self, path):
        """Send a file as the form of /import; gives where it leads, and how long it took."""
        _, headers, page = self.ask("/import")
        self.cookie = headers["Set-Cookie"].split(";")[0]
        token, once = (re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("csrfmiddlewaretoken", "once"))
        head = "".join(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("csrfmiddlewaretoken", token), ("once", once))
        )
        head += f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{path.name}"\r\nContent-Type: application/zip\r\n\r\n'
        tail = f"\r\n--{_BOUNDARY}--\r\n".encode()
        connection = http.client.HTTPConnection("localhost", self.port, timeout=600)
        begun = time.monotonic()
        connection.putrequest("POST", "/import")
        connection.putheader("Cookie", self.cookie)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={_BOUNDARY}")
        connection.putheader("Content-Length", str(len(head) + path.stat().st_size + len(tail)))
        connection.endheaders(head.encode())
        with open(path, "rb") as file:
            while chunk := file.read(1 << 20):
                connection.send(chunk)
        connection.send(tail)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        assert answer.status == 303, said[:2000]
        return answer.headers["Location"], time.monotonic() - begun

    def percent(self, job):
        """How far the job is; None when it is done, and the page leads to its ledger."""
        status, _, page = self.ask(job)
        if status == 302:
            return None
        assert status == 200 and "has a problem" not in page, page
        found = re.search(r'max="100" value="(\d+)"', page)
        return int(found[1]) if found else 0

    def kill(self):
        self._watching = False
        self._thread.join()
        self.process.send_signal(signal.SIGKILL)
        self._ended()

    def stop(self):
        self._watching = False
        self._thread.join()
        self.process.terminate()
        self._ended()

    def _ended(self):
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def _watch(self):
        while self._watching:
            together = 0
            for pid, what in family(self.process.pid):
                try:
                    status = Path(f"/proc/{pid}/status").read_text()
                    together += int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])
                    self.peak_kb[what] = max(self.peak_kb.get(what, 0), int(re.search(r"VmHWM:\s+(\d+)", status)[1]))
                except (OSError, TypeError):
                    continue
            self.together_kb = max(self.together_kb, together)
            time.sleep(0.2)


def family(pid, what="server"):
    yield pid, what
    try:
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        try:
            words = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        name = "worker" if b"backstride.web.worker" in words else "reader" if b"spawn_main" in words else "tracker"
        yield from family(child, name)


def finish(served, job, until=None):
    """Wait for the end, or until so many percent; gives all percents that were seen."""
    seen = []
    while (percent := served.percent(job)) is not None:
        if not seen or percent != seen[-1]:
            seen.append(percent)
        if until is not None and percent >= until:
            return seen
        time.sleep(0.25)
    return seen


def told(home):
    """Runs, files, imports, and the digests of all streams."""
    environment = {**os.environ, "BACKSTRIDE_HOME": str(home), "TZ": "UTC"}
    for name in ("BACKSTRIDE_DATABASE", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)

    def said(*words):
        command = [sys.executable, "-m", "backstride", *words, "--json"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    imports = [(one["state"], one["states"]) for one in json.loads(said("imports"))]
    runs = sorted(json.loads(line)["key"] for line in said("runs", "--all").splitlines())
    return {"imports": imports, "runs": runs, "streams": sorted(path.name for path in home.glob("streams/*/*/*.parquet"))}


def run(piece):
    with tempfile.TemporaryDirectory(prefix="backstride-upload-", dir=FOLDER.parent if FOLDER.parent.exists() else None) as folder:
        home = Path(folder) / "home"
        path = archive()
        served = Served(home)
        try:
            job, upload_s = served.send(path)
            begun = time.monotonic()
            before = finish(served, job, 50 if piece == "killed" else None)
            peaks, together = dict(served.peak_kb), served.together_kb
            after = []
            if piece == "killed":
                served.kill()
                served = Served(home)
                after = finish(served, job)
                peaks = {what: max(peaks.get(what, 0), served.peak_kb.get(what, 0)) for what in {*peaks, *served.peak_kb}}
                together = max(together, served.together_kb)
            import_s = time.monotonic() - begun
        finally:
            served.stop()
        left = sum(1 for path in (home / "uploads").rglob("*") if path.is_file())
        return {
            "upload_s": upload_s, "import_s": import_s, "peak_mb": {what: kb / 1000 for what, kb in peaks.items()}, "together_mb": together / 1000,
            "before": before[-1] if before else None,
            "monotonic": after[1:] == sorted(after[1:]), "least_after": min(after[:4], default=None), "left": left, **told(home),
        }  # fmt: skip


def report(found):
    alone, killed = found
    same = all(alone[part] == killed[part] for part in ("imports", "runs", "streams"))
    peaks = {what: max(alone["peak_mb"].get(what, 0), killed["peak_mb"].get(what, 0)) for what in {**alone["peak_mb"], **killed["peak_mb"]}}
    words = ", ".join(f"{what} {mb:.0f} MB" for what, mb in sorted(peaks.items()))
    return (
        f"## {archive().stat().st_size / 1e9:.2f} GB through the browser\n\n{RUNS:,} runs and a photo behind each, sent as a form. Copied in {alone['upload_s']:.0f} s, "
        f"imported in {alone['import_s']:.0f} s. Largest memory of each process: {words}; of all together at one moment "
        f"{max(alone['together_mb'], killed['together_mb']):.0f} MB (limit {MOST_MB} MB). The server killed at {killed['before']} %: it went on at "
        f"{killed['least_after']} %, {'and only rose' if killed['monotonic'] else 'and FELL at some point'}, one import, {len(killed['runs']):,} runs; "
        f"runs, ledger and streams are {'the same as' if same else 'OTHER than'} those of the one that was left alone. Uploaded files left: {alone['left'] + killed['left']}.\n"
    )


if __name__ == "__main__":
    results = [run(piece) for piece in pieces()]
    print(json.dumps([{key: value for key, value in one.items() if key not in ("runs", "streams")} for one in results], indent=1))
    print(report(results))
