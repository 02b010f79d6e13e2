"""Language consistency: our cases, the labelled public ones, hostile text, threads."""

import json
import math
import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cases import CASES as LABELLED
from tests.clock import at_most
from tests.examples import at_least
from verifiers.language import LANGUAGE, MAX_CHARS, LanguageOptions, verify
from verifiers.language.codes import LANGUAGES, canonical
from verifiers.language.scripts import normalise
from verifiers.verdict import Sample

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases/language/verify.jsonl").read_text().splitlines()
]
PUBLIC = LABELLED / "language"
ENGLISH = "First we count the apples in each basket, then we add the two numbers together."
GERMAN = "Zuerst zählen wir die Äpfel in jedem Korb, dann addieren wir die beiden Zahlen."
CHINESE = "首先我们数一下每个篮子里的苹果，然后把两个数加起来。"


def judge(text, language="en", *, prompt=None, reasoning=None, **options):
    sample = Sample(text, {"language": language}, prompt=prompt, reasoning=reasoning)
    return verify(sample, LanguageOptions(**options))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case):
    verdict = judge(case["text"], case["language"])
    assert verdict.status == "ok"
    assert case["min"] - 2e-3 <= verdict.score <= case["max"]
    if not case.get("any_reason"):
        assert verdict.reason == case["reason"]
    if case["dominant"]:
        assert verdict.detail["dominant"] == case["dominant"]
    assert set(verdict.detail) == set(LANGUAGE.detail)


def test_the_reasoning_is_judged_by_default():
    text = f"<think>{CHINESE}</think>{ENGLISH}"
    assert judge(text).score == 0
    assert judge(text, part="answer").score == 1
    assert 0 < judge(text, part="all").score < 1
    assert judge(ENGLISH, reasoning=CHINESE).score == 0


def test_without_marked_reasoning_the_whole_completion_is_judged():
    verdict = judge(ENGLISH)
    assert (verdict.score, verdict.detail["part"]) == (1, "all")


def test_the_prompts_own_language_can_be_asked_for():
    assert judge(CHINESE, "prompt", prompt="这道题怎么做？").score == 1
    assert judge(ENGLISH, "prompt", prompt="Wie viele Äpfel sind das?").detail["target"] == "de"


def test_a_threshold_makes_the_score_0_or_1():
    mixed = f"{ENGLISH} {ENGLISH} {CHINESE}"
    share = judge(mixed).score
    assert judge(mixed, threshold=share).score == 1
    assert judge(mixed, threshold=min(1, share + 0.01)).score == 0


def test_too_few_words_earn_nothing():
    verdict = judge("Yes.", min_words=3)
    assert (verdict.score, verdict.passed, verdict.reason) == (0, False, "too_few_words")


def test_terms_beyond_the_allowance_count():
    text = "我们用 Adam 优化。" * 3
    assert judge(text, "zh", term_allowance=0).score < judge(text, "zh").score


@pytest.mark.parametrize("language", [None, 5, "xx", "", "klingon", "prompt"])
def test_a_language_that_cannot_be_told_is_invalid(language):
    verdict = judge(ENGLISH, language)
    assert (verdict.status, verdict.score) == ("invalid", None)
    if language == "prompt":
        assert verdict.message.startswith("prompt: needed")
    else:
        assert "reference.language" in verdict.message
        assert all(code in verdict.message for code in LANGUAGES)


def test_a_missing_language_and_a_prompt_without_words_are_invalid():
    assert verify(Sample(ENGLISH), LanguageOptions()).status == "invalid"
    assert judge(ENGLISH, "prompt", prompt="1 + 1 = ?").status == "invalid"


def test_codes_are_read_with_region_script_and_in_old_forms():
    tags = ["zh-Hans-CN", "pt_BR", "NO", "iw", "fil"]
    assert [canonical(tag) for tag in tags] == ["zh", "pt", "nb", "he", "tl"]


@pytest.mark.parametrize("detector", ["ngrams", "langdetect"])
def test_threads_that_come_first_agree(detector):
    text = f"{ENGLISH} {GERMAN}"
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: judge(text, detector=detector), range(16)))
    assert all(verdict == verdicts[0] for verdict in verdicts)
    assert verdicts[0].detail["by_language"].keys() >= {"en", "de"}


def test_langdetect_is_seeded():
    short = "Men den er bare så sød. No solo acceso."
    assert len({str(judge(short, detector="langdetect")) for _ in range(6)}) == 1


@at_least(150)
@given(
    st.text(st.characters(codec=None), max_size=200)
    | st.lists(
        st.sampled_from([ENGLISH, GERMAN, CHINESE, "`", "```\n", "$", "\\(", "<a ", ">"])
    ).map("".join),
    st.sampled_from(sorted(LANGUAGES)),
)
def test_any_text_gets_the_same_verdict_twice(text, language):
    verdict = judge(text, language)
    assert verdict.status == "ok"
    assert 0 <= verdict.score <= 1
    assert verdict.reason in LANGUAGE.reasons
    counted = sum(verdict.detail["by_language"].values())
    assert (
        math.isclose(counted, verdict.detail["words"], abs_tol=0.5) or "neutral" in verdict.detail
    )
    assert judge(text, language) == verdict


def hostile():
    source = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    yield (
        "one-word sentences",
        lambda n: ". ".join("".join(source.choices(letters, k=3)) for _ in range(n // 5)),
    )
    yield (
        "words never seen",
        lambda n: " ".join("".join(source.choices(letters, k=6)) for _ in range(n // 7)),
    )
    for piece in [
        "$a",
        "$$",
        "`",
        "```\n",
        "\\begin{align}",
        "\\text{",
        "<a",
        "<",
        "<!--",
        "a@",
        "a/",
    ]:
        yield piece, lambda n, piece=piece: piece * (n // len(piece))
    for piece in [
        "a.",
        "aB",
        "_",
        ": ",
        "ab ",
        "汉a",
        "かな漢",
        "aаα",
        "\ufdfa",
        "\u202e",
        "[asy]",
        "x = y\n",
    ]:
        yield piece, lambda n, piece=piece: piece * (n // len(piece))
    yield "stacked accents", lambda n: "a" + "\u0315\u0300" * (n // 2)
    yield "a word without end", lambda n: "four words come first " + "a" * n


HOSTILE = dict(hostile())


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_linear_time(name):
    judge(ENGLISH + CHINESE + "é")
    texts = [HOSTILE[name](40_000 + more) for more in range(3)]
    verdict = at_most(0.4, judge, *texts)  # at most 0.1 s on an idle machine
    assert verdict.status == "ok"


def test_of_a_very_long_text_the_start_and_the_end_are_looked_at():
    middle = CHINESE * 50_000
    text = f"{ENGLISH} " * 1300 + middle + f"{ENGLISH} " * 1300
    verdict = at_most(2, judge, text)
    assert verdict.score > 0.99
    assert len(middle) > MAX_CHARS


def test_ligatures_that_would_unfold_many_times_are_left():
    assert len(normalise("\ufdfa" * 100)) == 100


def public():
    return [
        json.loads(line)
        for path in sorted(PUBLIC.glob("*.jsonl"))
        for line in path.read_text().split("\n")
        if line
    ]


@pytest.mark.skipif(not PUBLIC.exists(), reason="the labelled public cases are not here")
def test_the_labelled_cases_are_scored_as_well_as_we_say():
    errors, inside = defaultdict(list), []
    for case in public():
        score = judge(case["text"], case["target"], part="all").score
        expected = case["expected"]
        if expected.get("exact") is not None:
            errors[case["kind"]].append(abs(score - expected["exact"]))
        if expected["dominant"]:
            inside.append(expected["min_score"] <= score <= expected["max_score"])
    assert mean(error for kind in errors.values() for error in kind) <= 0.025
    assert mean(mean(kind) for kind in errors.values() if kind) <= 0.025
    assert mean(inside) >= 0.97
    assert mean(errors["mixed_word_same_script"]) <= 0.1
    assert mean(errors["mixed_word_zh_en"]) <= 0.02
    assert mean(errors["hack"]) <= 0.02


@pytest.mark.parametrize(
    ("text", "language", "pieces"),
    [
        (
            "First 首先我们 compute it, 然后 计算 it.\n Привет",
            "en",
            ["首先我们", "然后 计算", "Привет"],
        ),
        ("我们 first of all 计算 $sin x$ 得到", "zh", ["first of all"]),
        ("Some words of English only, as asked for.", "fr", []),
        ("words 然后 " * 30, "en", ["然后"] * 20),
    ],
)
def test_other_scripts_are_pointed_at(text, language, pieces):
    whole = f"  <think>\n{text}</think> 3"
    verdict = verify(Sample(whole, {"language": language}), LanguageOptions())
    assert not verdict.passed
    assert [whole[start:end] for start, end in verdict.detail["other_scripts"]] == pieces
