"""The house of the web app: who gets in, who sees what, what a browser is told, and that nothing leaves the machine."""

import errno
import http.client
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from answers_played import STRAIN, play
from kept import a_run, keep, remembered, text
from serving import Served

KEY = f"{1:032x}"
LAN = "192.168.7.20"
OPEN = ("/sign-in",)
"""What a device that has not signed in may ask for."""


def addresses():
    """Every address that is a page, with something where it wants a number or a name."""
    from backstride.web.urls import urlpatterns

    given = {"<int:number>": "1", "<int:width>": "360", "<str:item>": "age", "<slug:name>": "strava", "(?P<key>[0-9a-f]{32})": KEY}
    for pattern in urlpatterns:
        address = str(pattern.pattern).strip("^$")
        for place, value in given.items():
            address = address.replace(place, value)
        yield f"/{address}"


def methods(client, address):
    """What a page lets itself be asked with."""
    refused = client.generic("PROPFIND", address)
    assert refused.status_code == 405, address
    return set(refused["Allow"].split(", "))


@pytest.fixture
def store(client):
    from backstride.web import here

    return here.store()


@pytest.fixture
def me(store):
    return store.runners()[0]


@pytest.fixture
def strict(client):
    """A browser that is asked for the token of every form."""
    from django.test import Client

    return Client(enforce_csrf_checks=True, headers={"host": "localhost"})


@pytest.fixture
def phone(client, monkeypatch):
    """Another device at home, and the code that stands in the terminal."""
    from django.conf import settings
    from django.test import Client

    from backstride.web import sign_in_code

    monkeypatch.setattr(settings, "ALLOWED_HOSTS", [*settings.ALLOWED_HOSTS, "192.168.7.2"])
    device = Client(headers={"host": "192.168.7.2"}, REMOTE_ADDR=LAN)
    device.said = []
    sign_in_code.tell_with(device.said.append)
    device.code = sign_in_code.new_code()
    return device


class TestEveryPage:
    def test_is_there_and_asks_for_no_other_method(self, client):
        for address in addresses():
            allowed = methods(client, address)
            assert allowed in ({"GET", "HEAD"}, {"POST"}, {"GET", "HEAD", "POST"}), address
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - allowed:
                assert client.generic(method, address).status_code == 405, (method, address)

    def test_takes_no_form_without_its_token(self, client, strict):
        tried = 0
        for address in addresses():
            if "POST" in methods(client, address):
                refused = strict.post(address, {"name": "me", "words": "5 km 30:00"})
                assert refused.status_code == 403 and "too old" in text(refused), address
                tried += 1
        assert tried > 20

    def test_takes_nothing_that_a_page_of_somewhere_else_sends(self, client):
        for address in addresses():
            for site in ("cross-site", "same-site"):
                asked = client.get(address, headers={"sec-fetch-site": site, "sec-fetch-mode": "no-cors"})
                sent = client.post(address, headers={"sec-fetch-site": site, "sec-fetch-mode": "navigate"})
                assert (asked.status_code, sent.status_code) == (403, 403), address
                assert "Set-Cookie" not in asked.headers and "Set-Cookie" not in sent.headers
            assert b"came from another page" in sent.content

    @pytest.mark.parametrize(
        "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "192.168.7.2", "[::2]", "", "local host"]
    )
    def test_is_refused_under_a_name_that_is_not_ours(self, client, store, host):
        for address in addresses():
            asked = client.get(address, headers={"host": host, "sec-fetch-site": "same-origin"})
            sent = client.post(address, headers={"host": host, "sec-fetch-site": "same-origin"})
            assert (asked.status_code, sent.status_code) == (400, 400), address
            assert b"me" not in re.findall(b"<main.*</main>", sent.content, re.S)[0].split()

    def test_of_a_device_that_has_not_signed_in_leads_to_the_sign_in(self, phone):
        for address in addresses():
            if address not in OPEN:
                for refused in (phone.get(address), phone.post(address)):
                    assert (refused.status_code, refused["Location"]) == (302, "/sign-in"), address

    def test_tells_browsers_how_to_keep_it_safe(self, client):
        for address in [*addresses(), "/nothing/here"]:
            if address.endswith((".svg", ".js", ".json")):
                continue
            shown = client.get(address)
            assert shown.status_code < 500, address
            policy = dict(part.strip().split(" ", 1) for part in shown["Content-Security-Policy"].split(";"))
            assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
            assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["connect-src"] == "'self'"
            assert "unsafe" not in shown["Content-Security-Policy"] and "http" not in shown["Content-Security-Policy"]
            assert shown["X-Content-Type-Options"] == "nosniff" and shown["X-Frame-Options"] == "DENY"
            assert shown["Referrer-Policy"] == "same-origin" and shown["Cache-Control"] == "no-store", address
            assert shown["Cross-Origin-Opener-Policy"] == shown["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "Access-Control-Allow-Origin" not in shown.headers and "Server" not in shown.headers
            for tag in re.findall(rb"<(?:script|style|[a-z]+ [^>]*(?<= )(?:style|on[a-z]+)=)[^>]*>", shown.content):
                assert tag.startswith(b"<script src="), (address, tag)
            assert not re.findall(rb'(?:src|action)="(?:https?:)?//', shown.content), address

    def test_is_small(self, client):
        for address in addresses():
            if not address.endswith((".svg", ".js", ".json")):
                assert len(client.get(address).content) < 300_000, address


class TestForms:
    def test_every_form_says_whose_page_it_is(self):
        """Who is looking may be another in the next tab: what was meant for one must not be kept for, or taken from, another."""
        from backstride.web import settings

        for page in (Path(settings.__file__).parent / "templates").glob("*.html"):
            for form in re.findall(r'<form method="post".*?</form>', page.read_text("utf-8"), re.S):
                action = re.search(r'action="([^"]*)"', form)
                if action is None or action[1] not in ("/sign-in", "/sign-out", "/household/choose"):
                    assert '<input type="hidden" name="of" value="{{ of }}">' in form, (page.name, form[:80])

    def test_a_form_of_another_members_page_changes_nothing(self, client, store, me):
        anna = store.runner_or_new("anna", "Europe/Berlin")
        for one in (me, anna):
            keep(store, one, a_run(0, 12.3))
            play(store, one, STRAIN, datetime.now(UTC) - timedelta(minutes=5), screens=3)
        before = [[store.mark(one), store.interviews(one), store.trials(one)] for one in (me, anna)]
        remembered(client, runner="anna")
        for address in addresses():
            if "POST" in methods(client, address) and address not in ("/sign-in", "/sign-out", "/household/choose"):
                refused = client.post(address, {"of": "me", "name": "anna", "replace": "yes", "zone": "Asia/Tokyo", "pain_morning": "3"})
                assert refused.status_code == 400 and "That was the page of me, and now you are anna." in text(refused), address
        assert [[store.mark(one), store.interviews(one), store.trials(one)] for one in store.runners()[::-1]] == before

    def test_a_form_of_ours_is_taken_and_its_cookies_are_for_us_alone(self, strict):
        shown = strict.get("/settings")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.content.decode())[1]
        sent = {"units": "mi", "csrfmiddlewaretoken": token}
        done = strict.post("/settings", sent, headers={"origin": "http://localhost", "sec-fetch-site": "same-origin"})
        assert done.status_code == 303
        for name in ("backstride", "backstride-csrf"):
            cookie = strict.cookies[name]
            assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/" and not cookie["domain"]

    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost", "http://localhost:9"])
    def test_a_form_of_another_origin_is_not_even_with_our_token(self, strict, origin):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', strict.get("/settings").content.decode())[1]
        refused = strict.post("/settings", {"units": "mi", "csrfmiddlewaretoken": token}, headers={"origin": origin})
        assert refused.status_code == 403 and "Kilometres" in text(strict.get("/settings"))

    def test_a_link_from_elsewhere_opens_a_page(self, client):
        assert client.get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}).status_code == 200

    def test_asking_for_pages_changes_nothing(self, client, store):
        store.erase(store.runners()[0])
        for address in addresses():
            client.get(address)
        assert store.runners() == ()


class TestHousehold:
    @pytest.fixture
    def hers(self, store, me):
        """A member with something of everything."""
        from backstride.web.models import Job, State

        anna = store.runner_or_new("anna", "Europe/Berlin")
        keep(store, anna, a_run(0, 12.3), a_run(2))
        play(store, anna, STRAIN, datetime.now(UTC) - timedelta(minutes=5))
        store.keep_trial(anna, datetime(2026, 5, 1, tzinfo=UTC), {"begun_at": "2026-05-01T00:00:00+00:00"})
        job = Job.objects.create(runner_id=anna.id, once="x", folder="f", names=["a.fit"], state=State.RUNNING)
        return anna, job.pk, store.runs(anna)[0].key

    def test_another_members_ids_are_nothing_here(self, client, store, hers):
        anna, job, key = hers
        remembered(client, runner="me")
        asked = (f"/runs/{key}", "/imports/1", "/imports/1/undo", f"/import/jobs/{job}", f"/import/jobs/{job}/now", "/try/1")
        asked += ("/questions/change/age", "/why-now/charts/0.json", "/patterns/charts/0-360.svg")
        for address in asked:
            assert client.get(address).status_code == 404, address
        sent = ("/imports/1/undo", f"/import/jobs/{job}/stop", f"/import/jobs/{job}/go-on", f"/import/jobs/{job}/discard")
        sent += ("/questions/change/age", "/try/stop")
        for address in sent:
            assert client.post(address, {"begun_at": "2026-05-01T00:00:00+00:00"}).status_code == 404, address
        from backstride.web.models import Job

        assert Job.objects.get(pk=job).state == "running" and len(store.runs(anna)) == 2
        assert store.imports(anna)[0].state.value == "done"

    def test_the_same_ids_are_there_for_their_owner(self, client, hers):
        _, job, key = hers
        remembered(client, runner="anna")
        for address in (f"/runs/{key}", "/imports/1", "/imports/1/undo", f"/import/jobs/{job}", "/questions/change/age"):
            assert client.get(address).status_code == 200, address

    def test_nothing_of_a_member_stands_on_the_pages_of_another(self, client, hers):
        _, _, key = hers
        remembered(client, runner="me")
        for address in ("/", "/runs", "/imports", "/import", "/diary", "/shoes", "/answer", "/questions", "/try", "/data"):
            page = client.get(address).content.decode()
            assert key not in page and "12.3" not in page and "anna" not in page, address

    def test_bad_ids_are_nothing(self, client, me):
        for address in (
            "/runs/0", f"/runs/{'g' * 32}", f"/runs/{'0' * 33}", "/imports/0", "/imports/99999999999999999999", "/imports/-1", "/imports/x",
            "/import/jobs/99999999999999999999", "/try/0", "/try/99999999999999999999", "/questions/change/nothing", "/how-to/nothing",
            "/how-to/../settings", "/static/../settings.py", "/static/%2e%2e/settings.py", "/%00", "/runs/%2e%2e",
        ):  # fmt: skip
            asked = client.get(address)
            assert asked.status_code == 404, address
            assert "nothing here" in text(asked) or address.startswith("/static"), address

    def test_who_is_looking_is_chosen_and_shown_on_every_page(self, client, store, hers):
        page = client.get("/household").content.decode()
        assert 'value="anna"' in page and 'value="me" checked' in page
        done = client.post("/household/choose", {"name": "anna", "new": ""})
        assert (done.status_code, done["Location"]) == (303, "/")
        assert "anna" in text(client.get("/runs")) and "12.3" in text(client.get("/runs"))
        # Somebody new begins with nothing, and nothing is made before something is kept.
        client.post("/household/choose", {"name": "anna", "new": "  Ben "})
        assert "No runs are here yet." in text(client.get("/runs")) and [one.name for one in store.runners()] == ["anna", "me"]
        client.post("/diary", {"pain_morning": "2"})
        client.post("/import/typed", {"words": "5 km 30:00"})
        assert {one.name for one in store.runners()} == {"anna", "me", "Ben"}

    def test_a_name_in_other_letters_is_the_same_member(self, client, hers):
        client.post("/household/choose", {"new": "ANNA"})
        assert "12.3" in text(client.get("/runs"))

    def test_of_the_one_before_only_the_settings_stay(self, client, hers):
        remembered(client, runner="anna", units="mi", theme="dark", language="en", country="DE", questions_anew="x")
        client.post("/household/choose", {"name": "me"})
        assert set(client.session.keys()) == {"runner", "units", "theme", "language"}

    @pytest.mark.parametrize("name", ["", "   ", "a/b", "a\\b", "x" * 61, "a\nb", "\u202ex", "\x00"])
    def test_what_is_no_name_is_told_and_nobody_is_changed(self, client, hers, name):
        remembered(client, runner="me")
        refused = client.post("/household/choose", {"new": name})
        assert refused.status_code == 400 and "cannot be the name of a runner" in text(refused)
        assert client.session["runner"] == "me"

    def test_names_are_shown_as_text(self, client, store, me):
        store.runner_or_new("<b>bold</b>", "Europe/Berlin")
        remembered(client, runner="<b>bold</b>")
        for address in ("/", "/household", "/data", "/diary"):
            page = client.get(address).content
            assert b"<b>bold" not in page and b"&lt;b&gt;bold" in page, address


class TestSettings:
    def test_each_is_kept_and_shown_and_what_is_not_sent_stays(self, client, store, me):
        keep(store, me, a_run(0, 16.09344))
        done = client.post("/settings", {"theme": "dark", "units": "mi", "language": "de", "zone": "America/New_York"})
        assert (done.status_code, done["Location"]) == (303, "/settings?kept")
        shown = client.get("/settings?kept")
        assert b'data-theme="dark"' in shown.content and b'<html lang="de"' in shown.content and shown["Content-Language"] == "de"
        assert "10,0 mi" in text(client.get("/runs")).replace("\xa0", " ")
        assert store.runners()[0].zone == "America/New_York"
        client.post("/settings", {"theme": "light"})
        assert b'value="mi" checked' in client.get("/settings").content

    @pytest.mark.parametrize(
        "name, value", [("theme", "pink"), ("units", "league"), ("language", "xx"), ("zone", "Mars/Base"), ("zone", "../x")]
    )
    def test_what_cannot_be_chosen_is_refused(self, client, store, name, value):
        refused = client.post("/settings", {name: value})
        assert refused.status_code == 400 and store.runners()[0].zone == "Europe/Berlin"

    def test_the_language_is_the_browsers_until_one_is_chosen(self, client):
        assert client.get("/", headers={"accept-language": "de-AT,de;q=0.9"})["Content-Language"] == "de"
        assert client.get("/", headers={"accept-language": "fr"})["Content-Language"] == "en"
        client.post("/settings", {"language": "en"})
        assert client.get("/", headers={"accept-language": "de"})["Content-Language"] == "en"


def sent_back(response):
    return b"".join(response.streaming_content)


class TestData:
    def test_a_record_is_taken_along_and_holds_nobody_elses(self, client, store, me):
        keep(store, me, a_run(0, 11.1))
        keep(store, store.runner_or_new("anna", "Europe/Berlin"), a_run(0, 12.3))
        remembered(client, runner="me")
        done = client.post("/data/export")
        assert done.status_code == 200 and re.search(r'attachment; filename="backstride-\d{4}-\d\d-\d\d.zip"', done["Content-Disposition"])
        with zipfile.ZipFile(BytesIO(sent_back(done))) as archive:
            assert not [name for name in archive.namelist() if "anna" in name]
            assert "anna" not in "".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
        assert not list((store.home / "uploads").iterdir())

    def test_a_backup_of_all_is_put_back_only_where_it_was_asked_to_replace(self, client, store, me):
        from backstride.web.models import Job, State

        keep(store, me, a_run(0, 11.1))
        backup = sent_back(client.post("/data/backup"))
        store.erase(store.runners()[0])
        remembered(client, runner="ben")
        client.post("/import/typed", {"words": "5 km 30:00"})
        ben = store.runners()[0]
        Job.objects.create(runner_id=ben.id, once="x", folder="f", names=["of-ben.fit"], state=State.FAILED)
        refused = client.post("/data/restore", {"backup": named("b.zip", backup)})
        assert refused.status_code in (400, 503) and [one.name for one in store.runners()] == ["ben"]
        done = client.post("/data/restore", {"backup": named("b.zip", backup), "replace": "yes"})
        assert (done.status_code, done["Location"]) == (303, "/data?restored")
        assert [(one.name, len(store.runs(one))) for one in store.runners()] == [("me", 1)]
        assert not Job.objects.exists()
        assert not [path for path in (store.home / "uploads").rglob("*") if path.is_file()]

    @pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04"])
    def test_what_is_no_backup_is_told_and_changes_nothing(self, client, store, me, data):
        keep(store, me, a_run())
        refused = client.post("/data/restore", {"backup": named("b.zip", data), "replace": "yes"})
        assert refused.status_code in (400, 503) and len(store.runs(me)) == 1
        assert client.post("/data/restore", {"replace": "yes"}).status_code == 400

    def test_a_record_is_deleted_when_its_name_is_typed_and_no_other(self, client, store, me):
        keep(store, me, a_run())
        anna = store.runner_or_new("anna", "Europe/Berlin")
        keep(store, anna, a_run())
        remembered(client, runner="anna")
        for typed in ("", "me", "Anna"):
            assert client.post("/data/erase", {"name": typed}).status_code == 400
        done = client.post("/data/erase", {"name": " anna "})
        assert (done.status_code, done["Location"]) == (303, "/data?erased")
        assert [one.name for one in store.runners()] == ["me"] and len(store.runs(me)) == 1
        # Once more, by the back button: it is gone, and nobody else goes with it.
        assert client.post("/data/erase", {"name": "anna"}).status_code == 400
        assert [one.name for one in store.runners()] == ["me"]


def named(name, data):
    file = BytesIO(data)
    file.name = name
    return file


class TestSignIn:
    def test_the_code_opens_a_device_until_it_signs_out(self, phone):
        assert phone.get("/").status_code == 302
        sheet = phone.get("/static/web/backstride.css")
        assert sheet.status_code == 200
        sheet.close()
        done = phone.post("/sign-in", {"code": f" {phone.code[:4]} {phone.code[4:]} "})
        assert (done.status_code, done["Location"]) == (303, "/")
        assert phone.get("/").status_code == 200 and "Sign out on this device" in text(phone.get("/settings"))
        # Who chooses another member stays signed in.
        phone.post("/household/choose", {"new": "ben"})
        assert phone.get("/").status_code == 200
        copied = phone.cookies["backstride"].value
        phone.post("/sign-out")
        assert phone.get("/")["Location"] == "/sign-in"
        # Nor does a copy of its cookie, also after other devices came and went.
        for _ in range(2):
            phone.cookies["backstride"] = copied
            assert phone.get("/")["Location"] == "/sign-in"
            del phone.cookies["backstride"]
            phone.post("/sign-in", {"code": re.search(r"\d{8}", phone.said[-1])[0]})
            assert phone.get("/").status_code == 200
            phone.post("/sign-out")

    def test_a_code_signs_in_one_device(self, phone, monkeypatch):
        from django.test import Client

        from backstride.web import sign_in_code

        assert phone.post("/sign-in", {"code": phone.code}).status_code == 303
        other = Client(headers={"host": "192.168.7.2"}, REMOTE_ADDR="192.168.7.21")
        # A form that is sent twice signs in once; that is over in seconds.
        assert other.post("/sign-in", {"code": phone.code}).status_code == 303 and len(phone.said) == 1
        monkeypatch.setattr(sign_in_code, "_AGAIN_S", 0.0)
        assert Client(headers={"host": "192.168.7.2"}, REMOTE_ADDR=LAN).post("/sign-in", {"code": phone.code}).status_code == 403
        assert phone.get("/").status_code == 200

    def test_who_goes_on_guessing_waits(self, phone, monkeypatch):
        from backstride.web import sign_in_code

        for _ in range(10):
            refused = phone.post("/sign-in", {"code": "x"})
        assert "Wait a minute" in text(refused) and len(phone.said) == 2
        new = re.search(r"\d{8}", phone.said[-1])[0]
        for code in (new, *["x"] * 20):
            assert phone.post("/sign-in", {"code": code}).status_code == 403
        assert len(phone.said) == 2
        monkeypatch.setattr(sign_in_code, "_open_from", 0.0)
        assert phone.post("/sign-in", {"code": new}).status_code == 303

    def test_of_five_wrong_codes_the_last_makes_a_new_one_of_which_the_terminal_tells(self, phone):
        wrong = "0" * 8 if phone.code != "0" * 8 else "1" * 8
        for number in range(5):
            refused = phone.post("/sign-in", {"code": wrong})
            assert refused.status_code == 403
            assert ("Too many tries" in text(refused)) == (number == 4)
        assert phone.post("/sign-in", {"code": phone.code}).status_code == 403
        assert len(phone.said) == 1 and (new := re.search(r"\d{8}", phone.said[0])[0]) != phone.code
        assert phone.post("/sign-in", {"code": new}).status_code == 303

    def test_tries_count_whatever_device_they_come_from(self, phone):
        from django.test import Client

        for number in range(5):
            other = Client(headers={"host": "192.168.7.2"}, REMOTE_ADDR=f"192.168.7.{100 + number}")
            assert other.post("/sign-in", {"code": "x"}).status_code == 403
        assert len(phone.said) == 1

    @pytest.mark.parametrize("code", ["", "1234567", "123456789", "١٢٣٤٥٦٧٨", "x" * 5000, "\x00"])
    def test_what_is_no_code_is_a_wrong_one(self, phone, code):
        assert phone.post("/sign-in", {"code": code}).status_code == 403
        assert phone.get("/").status_code == 302

    def test_while_there_is_no_code_none_is_right(self, phone):
        from backstride.web import sign_in_code

        sign_in_code._code = ""
        assert phone.post("/sign-in", {"code": ""}).status_code == 403
        assert phone.get("/").status_code == 302

    def test_a_cookie_that_we_did_not_sign_opens_nothing(self, phone):
        from django.core import signing

        made = signing.dumps({"signed_in": True}, key="x" * 50, salt="django.contrib.sessions.backends.signed_cookies")
        for cookie in (made, "x", ""):
            phone.cookies["backstride"] = cookie
            assert phone.get("/").status_code == 302

    def test_what_a_device_says_of_itself_makes_it_not_this_machine(self, phone):
        said = {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "forwarded": "for=127.0.0.1", "x-forwarded-host": "localhost"}
        assert phone.get("/", headers=said).status_code == 302

    def test_the_code_in_the_address_signs_nobody_in_by_itself(self, phone):
        page = phone.get(f"/sign-in?code={phone.code}")
        assert page.status_code == 200 and f'value="{phone.code}"' in page.content.decode()
        assert phone.get("/").status_code == 302
        assert b"<script" not in phone.get("/sign-in?code=<script>").content


def test_a_home_that_cannot_be_written_to_is_told_before_anything_is_served(tmp_path, monkeypatch):
    from backstride.errors import StoreError
    from backstride.web import secret

    def refused(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(secret.os, "open", refused)
    with pytest.raises(StoreError, match="Read-only file system"):
        secret.secret_key(tmp_path)


class TestCode:
    def test_is_eight_digits_and_another_each_time(self):
        from backstride.web.sign_in_code import new_code

        codes = {new_code() for _ in range(20)}
        assert len(codes) > 15 and all(re.fullmatch(r"[0-9]{8}", code) for code in codes)


def listening(pid):
    """Addresses on which a process and all that it started listen."""
    found = set()
    for one in family(pid):
        links = {link.readlink().name if link.is_symlink() else "" for link in Path(f"/proc/{one}/fd").iterdir()}
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/{one}/net/{table}").read_text().splitlines()[1:]:
                parts = line.split()
                if parts[3] == "0A" and f"socket:[{parts[9]}]" in links:
                    found.add(parts[1].split(":")[0])
    return found


def family(pid):
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="reads /proc of Linux")
class TestServed:
    @pytest.fixture(autouse=True)
    def no_network(self):
        """One of these asks for the address that this machine has at home."""

    def test_it_listens_on_this_machine_alone_and_its_files_are_its_owners(self, served):
        assert listening(served.process.pid) == {"0100007F"}
        for path, mode in ((served.home, 0o700), (served.home / "uploads", 0o700), (served.home / "secret.key", 0o600)):
            assert stat.S_IMODE(path.stat().st_mode) == mode
        assert not [path for path in served.home.iterdir() if path.is_file() and path.stat().st_mode & 0o077]

    def test_the_real_server_refuses_foreign_names_and_bodies_of_unknown_length(self, served):
        def answer(request):
            with socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2]))) as line:
                line.sendall(request)
                return line.recv(4096)

        assert b" 200 " in answer(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert b" 400 " in answer(b"GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n")
        told = answer(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b" 404 " in told and b"Server:" not in told
        assert b" 501 " in answer(b"POST /import HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert b" 400 " in answer(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")

    def test_at_home_a_phone_finds_it_and_signs_in_with_the_code_of_the_terminal(self, tmp_path):
        server = Served(tmp_path / "home", "--lan")
        try:
            said = []
            while not said or "stops with" not in said[-1]:
                said.append(server.process.stdout.readline())
            assert listening(server.process.pid) == {"00000000"}
            told = " ".join(said)
            if "in no network" in told:
                pytest.skip("this machine is in no network")
            assert "others in the same network could read along" in told
            host, port = re.search(r"http://(\d+\.\d+\.\d+\.\d+):(\d+)/", told).groups()
            code = re.search(r"code for a phone: (\d{8})", told)[1]
            line = http.client.HTTPConnection(host, int(port), timeout=20)
            line.request("GET", "/")
            asked = line.getresponse()
            asked.read()
            assert (asked.status, asked.headers["Location"]) == (302, "/sign-in")
            line.request("GET", "/sign-in")
            page = line.getresponse()
            token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page.read().decode())[1]
            cookie = page.headers["Set-Cookie"].split(";")[0]
            form = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{host}:{port}"}
            line.request("POST", "/sign-in", f"csrfmiddlewaretoken={token}&code={code}", form)
            done = line.getresponse()
            done.read()
            assert (done.status, done.headers["Location"]) == (303, "/")
            given = done.headers["Set-Cookie"]
            assert given.startswith("backstride=") and "HttpOnly" in given and "SameSite=Strict" in given
            line.request("GET", "/", headers={"Cookie": given.split(";")[0]})
            assert line.getresponse().status == 200
            line.close()
        finally:
            server.stop()


def watched(pid):
    """Whether a process is traced by now."""
    return re.search(r"^TracerPid:\s*[1-9]", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)


LOOPBACK = re.compile(r'sin_addr=inet_addr\("127\.|inet_pton\(AF_INET6, "::1"|AF_UNIX|AF_NETLINK|AF_UNSPEC')


def test_during_an_evening_in_the_browser_nothing_reaches_beyond_this_machine(tab, served, tmp_path):
    """Server, worker and readers are watched by the system itself, code that is not Python's too."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    from backstride.example.strava_writer import daily_runs, write_strava_zip

    log, archive = tmp_path / "calls", tmp_path / "s.zip"
    write_strava_zip(archive, daily_runs(3, 300, 30))
    pids = [word for pid in family(served.process.pid) for word in ("-p", str(pid))]
    watching = subprocess.Popen(
        ["strace", "-f", "-q", "-e", "trace=connect,bind,listen,sendto,sendmsg", "-o", str(log), *pids],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    page = tab()
    try:
        while not all(watched(pid) for pid in pids[1::2]):
            if watching.poll() is not None:
                pytest.skip(f"strace may not watch here: {watching.stderr.read().strip()[:80]}")
            time.sleep(0.05)
        page.goto(f"{served.url}/import")
        page.set_input_files("#files", [archive])
        page.click("#go")
        page.wait_for_url("**/imports/*", timeout=60_000)
        for address in (
            "/",
            "/questions",
            "/answer",
            "/runs",
            "/diary",
            "/why-now?onset=2026-05-01",
            "/why-now/charts?onset=2026-05-01",
            "/settings",
        ):
            page.goto(served.url + address)
    finally:
        watching.send_signal(signal.SIGINT)
        watching.wait(timeout=20)
        watching.stderr.close()
    seen = log.read_text().splitlines()
    assert any("sendto(" in line and "HTTP/1.1 200" in line for line in seen), "not even our own pages were seen, so nothing is shown"
    lines = [line for line in seen if "sa_family" in line]
    assert not [line for line in lines if not LOOPBACK.search(line)], lines
