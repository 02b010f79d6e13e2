"""SandboxFusion's languages that are test frameworks: code beside its tests, in one file."""

import base64

import pytest

GO = """
    package main

    import "testing"

    func Twice(x int) int { return x + x }

    func TestTwice(t *testing.T) {
        if Twice(2) != WANT { t.Errorf("not what is wanted") }
    }
"""
JUNIT = """
import org.junit.jupiter.api.Test;
import static org.junit.jupiter.api.Assertions.*;

/* class of its own
class Nothing { */
public class Twice {
    public static int of(int x) { return x + x; }
}

class TwiceTest {
    @Test
    void twice() { assertEquals(WANT, Twice.of(2)); }
}
"""
JEST = """
import { describe, expect, test } from '@jest/globals';

function twice(x: number): number { return x + x; }

describe('twice', () => { test('of two', () => { expect(twice(2)).toBe(WANT); }); });
"""
CODE = {"go_test": GO, "junit": JUNIT, "jest": JEST}
COMPILE = {"go_test": "package main\nfunc (", "junit": "class {"}
NAMES = {"go_test": "TestTwice", "junit": "TwiceTest.twice", "jest": "twice > of two"}


def ran(server, **body):
    with server.client() as client:
        answer = client.post("/run_code", json={"run_timeout": 10, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("language", CODE)
def test_the_code_is_what_its_tests_say(server, language):
    right = ran(server, language=language, code=CODE[language].replace("WANT", "4"))
    assert right["status"] == "Success", right
    assert right["run_result"]["return_code"] == 0
    assert f"ok 1 - {NAMES[language]}\n" in right["run_result"]["stdout"]
    wrong = ran(server, language=language, code=CODE[language].replace("WANT", "5"))
    assert (wrong["status"], wrong["message"]) == ("Failed", "")
    assert wrong["run_result"]["status"] == "Finished"
    assert wrong["run_result"]["return_code"] == 1
    assert "not ok 1" in wrong["run_result"]["stdout"]
    assert wrong.keys() == right.keys()


@pytest.mark.parametrize("language", COMPILE)
def test_what_does_not_compile_has_not_run(server, language):
    reply = ran(server, language=language, code=COMPILE[language])
    assert reply["status"] == "Failed", reply


def test_an_endless_test_is_late(server):
    endless = GO.replace("return x + x", "for {}")
    late = ran(server, language="go_test", code=endless.replace("WANT", "4"), run_timeout=0.5)
    assert late["status"] == "Failed"
    assert late["run_result"]["status"] == "TimeLimitExceeded", late
    assert late["run_result"]["return_code"] is None


def test_the_code_may_lie_in_files(server):
    sources = {
        "Twice.java": "public class Twice { static int of(int x) { return x + x; } }",
        "TwiceTest.java": JUNIT.partition("/*")[0]
        + "class TwiceTest { @Test void twice() { assertEquals(4, Twice.of(2)); } }",
    }
    files = {name: base64.b64encode(text.encode()).decode() for name, text in sources.items()}
    assert ran(server, language="junit", code="", files=files)["status"] == "Success"


@pytest.mark.parametrize(
    "more", [{"fetch_files": ["report"]}, {"args": ["-v"]}, {"files": {"a": "/w=="}}]
)
def test_what_a_framework_does_not_take_is_refused(server, more):
    with server.client() as client:
        answer = client.post("/run_code", json={"language": "jest", "code": JEST, **more})
    assert answer.status_code == 422
    assert next(iter(more)) in answer.json()["detail"]
