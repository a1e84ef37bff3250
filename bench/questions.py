"""How long an answer takes to the next question, with runners who answer at the same time.

Usage: python bench/questions.py [--runners 10] [--think 1.0] [--runs 0] [--port 8712]

Serves a fresh home, lets every runner hold the whole interview from a thread of its own, and times what a browser waits for: the answer
sent, and the page that it leads to. `--think 0` is nobody's pace: each sends the next answer as soon as the page is there.
"""

import argparse
import html
import http.client
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--runners", type=int, default=10)
    options.add_argument("--think", type=float, default=1.0, help="mean seconds between a page and the answer")
    options.add_argument("--runs", type=int, default=0, help="runs in the store of the first runner")
    options.add_argument("--port", type=int, default=8712)
    said = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ["BACKSTRIDE_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = str(home), "backstride.web.settings"
        cookies = household(said.runners, said.runs)
        command = [sys.executable, "-m", "backstride", "serve", "--port", str(said.port), "--no-browser"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait(said.port)
            times: list[float] = []
            threads = [threading.Thread(target=hold, args=(said.port, cookie, said.think, times, at)) for at, cookie in enumerate(cookies)]
            begun, used = time.perf_counter(), cpu_seconds(server.pid)
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.perf_counter() - begun
            used = cpu_seconds(server.pid) - used
        finally:
            server.terminate()
            server.wait(30)
    times.sort()
    at = {share: times[min(int(len(times) * share), len(times) - 1)] * 1000 for share in (0.5, 0.95, 0.99)}
    print(f"{said.runners} runners, {said.think:g} s to think, {said.runs} runs: {len(times)} answers in {took:.0f} s")
    print(
        f"answer to next question: median {at[0.5]:.0f} ms, p95 {at[0.95]:.0f} ms, p99 {at[0.99]:.0f} ms, longest {times[-1] * 1000:.0f} ms"
    )
    print(f"processor time of the server: {used / len(times) * 1000:.0f} ms an answer; load of this machine {os.getloadavg()[0]:.1f}")


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def household(runners, runs):
    """Runners in the store, and the cookie by which each is known."""
    from backstride.web.app import application  # noqa: F401
    from backstride.web.here import store

    kept = store()
    people = [kept.runner_or_new(f"runner {number}", "") for number in range(runners)]
    if runs:
        with_runs(kept, people[0], runs)
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    cookies = []
    for person in people:
        session = SessionStore()
        session["runner"] = person.name
        session.save()
        cookies.append(f"backstride={session.session_key}")
    return cookies


def with_runs(kept, person, count):
    """Runs as the files of one import bring them."""
    from datetime import UTC, datetime, timedelta

    from backstride.intake import derive
    from backstride.model.ledger import ReadFile, ReadRun
    from backstride.model.run import Run

    last = datetime.now(UTC) - timedelta(days=1)
    made = [Run(last - timedelta(hours=16 * at), "running", 6000 + at % 9000, 2400 + at % 3000, utc_offset_s=3600) for at in range(count)]
    files = [
        ReadFile(f"x.zip!{at}.fit", "read", "read", runs=(ReadRun(f"{at:032x}", run, (), None, None, 3),)) for at, run in enumerate(made)
    ]
    number = kept.begin_import(person, ["x.zip"], "x").number
    kept.add_files(person, number, files)
    derive(kept, person)
    kept.finish_import(person, number)


def wait(port):
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/questions", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not come up")


def hold(port, cookie, think, times, seed):
    """One runner, from the first question to the answer."""
    chance = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    jar = dict([cookie.split("=", 1)])
    page = ask(connection, jar, "GET", "/questions")[1]
    while True:
        time.sleep(chance.expovariate(1 / think) if think else 0)
        form = answered(page, chance)
        begun = time.perf_counter()
        where, _ = ask(connection, jar, "POST", "/questions", form)
        if where != "/questions":
            assert where == "/answer", where
            return
        page = ask(connection, jar, "GET", where)[1]
        times.append(time.perf_counter() - begun)


def ask(connection, jar, method, where, form=None):
    headers = {"Host": "localhost", "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    body = None
    if form is not None:
        headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(form)
    connection.request(method, where, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    assert response.status in (200, 303), (response.status, re.findall("role=.alert.>([^<]*)", text))
    for line in response.headers.get_all("Set-Cookie") or []:
        name, value = line.split(";")[0].split("=", 1)
        jar[name] = value
    return response.headers.get("Location", ""), text


def answered(page, chance):
    """What somebody with calm pain says: never an emergency, else by chance."""
    token, mark = (html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1]) for name in ("csrfmiddlewaretoken", "screen"))
    said = {}
    if mark.endswith(" where"):
        said["answer-low_back_left"] = "yes"
        act = "go"
    else:
        act = "none" if 'value="none"' in page else "go"
        for name in re.findall(r'type="text"[^>]*name="(answer-[^"]*)"', page):
            said[name] = "34" if name == "answer-age" else "5"
        choices = {}
        for name, value in re.findall(r'<(?:button|input type="radio")[^>]* name="(answer-[^"]*)" value="([^"]*)"', page):
            choices.setdefault(name, []).append(value)
        for name, values in choices.items():
            said[name] = "no" if "no" in values and ("safety" in mark or "signs" in mark) else chance.choice(values)
        said |= {name: value for name, value in {"answer-sex": "female", "answer-pain_severity": "4"}.items() if name in choices}
    return {"csrfmiddlewaretoken": token, "screen": mark, "act": act, **said}


if __name__ == "__main__":
    main()
