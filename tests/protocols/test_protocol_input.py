"""Every field of every protocol with values of every wrong kind: an answer, and never a failure.

The recorded requests are the ground; one field at a time is something else, or is not there.
"""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.protocols.test_protocols import CASES

WRONG = [
    *("null", "true", "-1", "NaN", "1e999", "9" * 400),
    *('""', '"\\ud800"', '"\\u0000"', "[[]]", "[null]", '{"\\ud800": null}'),
]
JSON = {"Content-Type": "application/json"}
BROKEN = [b"", b"{", b"[]", b"null", b'"x"', b'{"a": 1}{', b"\xff\xfe", b"[" * 5000]

WHOLE = {}
"""The first recorded request of each path that is answered."""

for _path in sorted(CASES.glob("*.jsonl")):
    for _line in _path.read_text().splitlines():
        _case = json.loads(_line)
        twice = _case["path"].startswith("/nemo-gym/")  # as at the root
        if _case["status"] in {200, 201} and isinstance(_case["body"], dict) and not twice:
            WHOLE.setdefault(_case["path"].replace("/?", "?"), _case["body"])


def places(value, before=()):
    """The ways into a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (*before, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*before, key))


def put(body, place, text):
    """The body's JSON with other JSON at a place."""
    copy = json.loads(json.dumps(body))
    *way, last = place
    inner = copy
    for key in way:
        inner = inner[key]
    inner[last] = "<here>"
    return json.dumps(copy).replace('"<here>"', text)


@pytest.mark.parametrize("path", WHOLE)
def test_nothing_that_is_sent_makes_the_server_fail(server, path):
    body = WHOLE[path]
    with server.client(headers=JSON) as client, ThreadPoolExecutor(4) as pool:

        def check(given):
            place, text = given
            answer = client.post(path, content=put(body, place, text))
            assert answer.status_code < 500, (place, text, answer.text)
            answer.json()
            if answer.status_code == 422:
                named = [part for part in place if isinstance(part, str)]
                assert any(part in answer.text for part in named), (place, text, answer.text)

        list(pool.map(check, itertools.product(places(body), WRONG)))
        for broken in BROKEN:
            assert 400 <= client.post(path, content=broken).status_code < 500, broken
