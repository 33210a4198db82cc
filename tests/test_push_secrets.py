"""No message, remark or warning holds the token, whatever a server or a proxy says."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from push_cases import REPO, ROOT, langlift

import push
from push.redaction import TOKEN, keep_out, redacted

SECRET = "hf_Ab/Cd+Ef~Gh0123456789012345678901"  # letters that each way of quoting changes


@contextmanager
def repeating(status: int) -> Iterator[str]:
    """The address of a server that repeats the Authorization header in every place it can."""

    class Repeating(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = self.headers.get("Authorization", "")
            body = json.dumps({"error": f"{'x' * 430} {said}", "sha": said}).encode()
            self.send_response(status)
            self.send_header("X-Error-Message", f"you sent {said}, or {base64.b64encode(said.encode()).decode()}")
            self.send_header("X-HF-Warning", f"topic; you sent {quote(said, safe='')}")
            self.send_header("X-Request-Id", said)
            self.send_header("Location", f"http://127.0.0.1:9/{quote(said)}")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_HEAD = do_PUT = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Repeating)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("status", [200, 302, 307, 400, 401, 403, 404, 409, 412, 418])
@pytest.mark.parametrize("command", [["plan", "FOLDER"], ["push", "FOLDER", "--yes"], ["verify", f"{REPO}@v0.1.0"]])
def test_a_server_that_repeats_the_token_does_not_get_it_printed(
    folder: Path, tmp_path: Path, status: int, command: list[str]
) -> None:
    with repeating(status) as endpoint:
        arguments = [str(folder) if each == "FOLDER" else each for each in command]
        variables = {"HF_ENDPOINT": endpoint, "HF_TOKEN": SECRET, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
        code, out, err = langlift(arguments, variables)
    assert code in (1, 2, 3, 4), err
    assert "Traceback" not in err
    assert err.count("error: ") == 1
    for part in (SECRET, SECRET[:12], SECRET[-12:], quote(SECRET, safe=""), "OjEyMzQ1Njc4OTAx", "QWIvQ2QrRWZ+"):
        assert part not in out + err


def test_every_form_of_a_token_is_taken_out_of_every_error() -> None:
    keep_out(SECRET)
    forms = [SECRET, quote(SECRET, safe=""), quote(SECRET, safe="").lower(), quote(SECRET), "%68%66" + SECRET[2:]]
    for before in ("", "x", "user:", "Bearer ", "__token__:"):
        sent = f"{before}{SECRET}".encode()
        forms += [base64.b64encode(sent).decode(), base64.urlsafe_b64encode(sent).decode().rstrip("=")]
    for form in forms:
        for error in (push.PushError(f"said {form}!", f"try <{form}>"), push.BadManifest("f", [f"said {form}!"])):
            assert TOKEN in str(error)
            assert all(form[at : at + 9] not in str(error) + error.help for at in range(len(form) - 9)), form
        assert redacted(f"a {form} b") == f"a {TOKEN} b"
    assert redacted("x" * 1_000_000) == "x" * 1_000_000


def test_words_that_are_no_secret_stay() -> None:
    for text in ("", "x", "token"):
        keep_out(text)
    assert redacted("the token is next to x") == "the token is next to x"
