"""The audit of pinned dependencies: what it finds by itself, and what a database tells it.

The real database can't be counted on where tests run, so one that speaks its protocol stands in.
"""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scripts.audit import ROOT, main, pins

NOWHERE = "http://127.0.0.1:9/v1/querybatch"


@pytest.fixture
def database():
    """Knows one advisory, of idna; `told` are the questions it was asked."""
    told = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
            told.extend(queries)
            bad = {"vulns": [{"id": "GHSA-test"}]}
            rows = [bad if q["package"]["name"] in self.server.bad else {} for q in queries]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"results": rows[: self.server.most]}).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        server.bad, server.most, server.told = set(), None, told
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.url = f"http://127.0.0.1:{server.server_port}/v1/querybatch"
        yield server
        server.shutdown()


def test_every_pin_is_asked_for(database, capsys):
    assert main(["--require", "--database", database.url]) == 0
    asked = {(q["package"]["name"], q["version"]) for q in database.told}
    assert set(pins(ROOT / "requirements" / "server.lock").items()) <= asked
    assert {q["package"]["ecosystem"] for q in database.told} == {"PyPI"}
    assert "no advisory is known" in capsys.readouterr().out


def test_an_advisory_is_an_error_and_named(database, capsys):
    database.bad = {"sympy"}
    assert main(["--database", database.url]) == 1
    assert "sympy 1." in (told := capsys.readouterr().err)
    assert "GHSA-test" in told


def test_without_a_database_it_says_so(capsys):
    assert main(["--database", NOWHERE]) == 0
    assert "ADVISORIES WERE NOT LOOKED UP" in capsys.readouterr().out
    assert main(["--require", "--database", NOWHERE]) == 1


def test_a_database_that_answers_short_is_not_believed(database):
    database.most = 3
    assert main(["--require", "--database", database.url]) == 1


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("--hash=sha256:", "--hash=md5:", "has no hash"),
        ("sympy==", "sympy>=", "not pinned"),
        ("sympy==1", "sympy==0", "pinned to 0"),
        ("sympy==", "simpy==", "pinned to None"),
    ],
)
def test_locks_that_were_tampered_with(tmp_path, capsys, before, after, told):
    for lock in (ROOT / "requirements").glob("*.lock"):
        shutil.copy(lock, tmp_path)
    lock = tmp_path / "server.lock"
    lock.write_text(lock.read_text().replace(before, after))
    try:
        assert main(["--database", NOWHERE, "--locks", str(tmp_path)]) == 1
        said = capsys.readouterr().err
    except SystemExit as error:
        said = str(error)
    assert told in said
