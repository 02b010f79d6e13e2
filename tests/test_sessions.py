"""What is kept of sessions, and for how long."""

from reward_server import sessions
from reward_server.sessions import Session, Sessions


def test_a_session_is_new_once():
    kept = Sessions()
    first, new = kept.open("a")
    assert new
    assert kept.open("a") == (first, False)
    assert kept.end("a")
    assert not kept.end("a")
    assert kept.open("a")[1]


def test_those_used_longest_ago_go_first(monkeypatch):
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 3)
    kept = Sessions()
    for name in ("a", "b", "c", "a", "d"):
        kept.open(name)
    assert not kept.open("a")[1]
    assert kept.open("b")[1]


def test_nothing_is_kept_for_ever(monkeypatch):
    kept = Sessions()
    kept.open("a")
    monkeypatch.setattr(sessions, "IDLE_S", 0.0)
    assert kept.open("b")[1]
    assert not kept.end("a")


def test_a_session_is_full_of_cells_characters_or_seconds():
    assert not Session().full("x")
    assert Session(cells=["x"] * sessions.MAX_CELLS).full("x")
    assert Session(cells=["x" * sessions.MAX_CHARS]).full("x")
    assert Session(seconds=sessions.MAX_SECONDS + 1).full("x")
