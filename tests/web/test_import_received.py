"""What the server takes in of a request before any page sees it."""

import errno

import pytest

BODY = b"x" * 3_000_000
HEAD = b"POST /import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n"


@pytest.fixture
def received(client):
    """A request as it is after all of it has come, 64 kB at a time."""
    from waitress.adjustments import Adjustments

    from backstride.web.receive import _Request

    every = []

    def of(head=HEAD, body=BODY, address="127.0.0.1"):
        request = _Request(Adjustments(inbuf_overflow=100_000), address)
        data = head + b"\r\n" + body
        while data and not request.completed:
            taken = request.received(data[:65536])
            data = data[taken:]
        assert request.completed and (request.error or not data)
        every.append(request)
        return request

    yield of
    for request in every:
        request.close()


def test_a_large_body_goes_to_a_file_in_the_home(received, client):
    request = received()
    assert request.get_body_stream().read() == BODY and request.headers["CONTENT_LENGTH"] == "3000000"
    assert "BACKSTRIDE_NO_ROOM" not in request.headers


def test_without_room_it_is_passed_over_to_its_end(received, monkeypatch):
    from backstride.web import receive

    monkeypatch.setattr(receive, "room_bytes", lambda: 2_999_999)
    request = received()
    assert request.headers["BACKSTRIDE_NO_ROOM"] == "1" and request.headers["CONTENT_LENGTH"] == "0"
    assert request.get_body_stream().read() == b""


def test_a_disk_that_becomes_full_on_the_way(received, monkeypatch):
    from waitress.buffers import OverflowableBuffer

    append = OverflowableBuffer.append

    def full(self, data):
        if len(self) > 1_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        append(self, data)

    monkeypatch.setattr(OverflowableBuffer, "append", full)
    request = received()
    assert request.headers["BACKSTRIDE_NO_ROOM"] == "1" and request.get_body_stream().read() == b""


def test_a_device_that_has_not_signed_in_fills_no_disk(received):
    request = received(address="192.168.1.7")
    assert request.get_body_stream().read() == b"" and request.headers["CONTENT_LENGTH"] == "0"
    assert "BACKSTRIDE_NO_ROOM" not in request.headers  # it is asked to sign in, not told of the disk
    forged = received(HEAD + b"Cookie: backstride=eyJzaWduZWRfaW4iOnRydWV9:x:y\r\n", address="192.168.1.7")
    assert forged.get_body_stream().read() == b""


def test_a_device_that_has_signed_in_sends_as_much_as_this_machine(received, client):
    session = client.session
    session["signed_in"] = "a token"
    session.save()
    cookie = f"Cookie: backstride={session.session_key}\r\n".encode()
    assert received(HEAD + cookie, address="192.168.1.7").get_body_stream().read() == BODY


def test_a_small_body_is_taken_in_whoever_sends_it(received):
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
    assert received(head, b"code=", address="192.168.1.7").get_body_stream().read() == b"code="


def test_a_body_without_its_length_is_refused(received):
    head = b"POST /import HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    assert received(head, b"5\r\nhello\r\n0\r\n\r\n").error.code == 501


def test_nobody_can_claim_that_there_is_no_room(received):
    assert "BACKSTRIDE_NO_ROOM" not in received(HEAD + b"Backstride-No-Room: 1\r\n").headers


def test_the_page_says_that_there_is_no_room(client):
    page = client.post("/import", {"once": "a"}, headers={"backstride-no-room": "1"})
    assert page.status_code == 507 and b"not enough room" in page.content
