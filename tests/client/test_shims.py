"""The trainers' modules, called as the trainers call them, against a real server."""

import asyncio
import inspect
import sys
import types
from types import SimpleNamespace

import pytest
from reward_client import NoRewardError, RewardClient, areal, ms_swift, openrlhf, slime, trl, verl
from reward_client import verifiers as prime

from tests.live import ROOT, running

RIGHT, WRONG = "so \\boxed{2}", "so \\boxed{3}"


@pytest.fixture(autouse=True)
def at_the_server(server, monkeypatch):
    monkeypatch.setenv("REWARD_URL", server.url)


def test_trl_takes_columns_and_keeps_missing_rewards():
    logged = {}
    rewards = trl.reward(
        prompts=["1+1?"] * 3,
        completions=[RIGHT, [{"role": "assistant", "content": WRONG}], RIGHT],
        completion_ids=[[1], [2], [3]],
        trainer_state=object(),
        log_extra=lambda *_: None,
        log_metric=logged.__setitem__,
        answer=["2", "2", None],
    )
    assert rewards == [1.0, 0.0, None]
    assert logged == {"reward/math": 0.5, "reward/missing": pytest.approx(1 / 3)}
    assert trl.reward.__name__ == "reward"
    other = trl.reward_function(rubric="r1-zero", label="gold", name="r1")
    assert other.__name__ == "r1"
    assert other(prompts=[""], completions=[RIGHT], gold=["2"]) != [None]
    with pytest.raises(KeyError, match="no column of labels"):
        trl.reward(prompts=[""], completions=[RIGHT])


def test_verl_gets_the_same_flat_keys_from_all_forms():
    async def both():
        calls = [verl.compute_score_async("gsm8k", s, "2", {"index": 0}) for s in (RIGHT, WRONG)]
        return await asyncio.gather(*calls)

    assert inspect.iscoroutinefunction(verl.compute_score_async)
    rows = asyncio.run(both())
    assert rows == verl.compute_score_batch(["a"] * 2, [RIGHT, WRONG], ["2"] * 2, [None] * 2)
    assert rows[0] == verl.compute_score("a", RIGHT, "2", reward_router_address=None)
    assert [row["score"] for row in rows] == [1.0, 0.0]
    assert rows[0].keys() == rows[1].keys()
    assert all(isinstance(value, float | str) for row in rows for value in row.values())


def test_verl_can_carry_no_missing_reward():
    with pytest.raises(NoRewardError, match="reference"):
        verl.compute_score("a", RIGHT, None)
    row = verl.compute_score("a", RIGHT, None, missing=-1.0)
    assert (row["score"], row["judged"]) == (-1.0, 0.0)


def test_openrlhf_gets_tensors(monkeypatch):
    torch = types.ModuleType("torch")
    torch.tensor = lambda values: ("tensor", values)
    monkeypatch.setitem(sys.modules, "torch", torch)
    got = openrlhf.reward_func([f"1+1?{RIGHT}", f"1+1?{WRONG}"], ["1+1?"] * 2, ["2", "2"])
    assert got["rewards"] == got["scores"] == ("tensor", [1.0, 0.0])


def test_slime_scores_a_sample_and_a_group():
    def sample(text, label="2"):
        return SimpleNamespace(prompt="1+1?", response=text, label=label, metadata={})

    async def run():
        one = await slime.custom_rm(None, sample(RIGHT))
        return one, await slime.custom_rm(None, [sample(WRONG), sample(RIGHT, None)])

    assert asyncio.run(run()) == (1.0, [0.0, None])


def test_the_column_of_data_sources_travels(monkeypatch, tmp_path):
    rubrics = tmp_path / "rubrics.yaml"
    rubrics.write_text(
        "sources: {my/set: heavy}\nrubrics: {heavy: {components: [{verifier: math, weight: 3.0}]}}"
    )
    with running(tmp_path / "log", rubrics=rubrics) as server, RewardClient(server.url) as client:
        for module in (trl, ms_swift, areal):
            monkeypatch.setattr(module, "client", lambda: client)
        columns = {"answer": ["2", "2"], "data_source": ["my/set", "other"]}
        assert trl.reward(["", ""], [RIGHT, RIGHT], **columns) == [3.0, 1.0]
        assert ms_swift.RewardService()([RIGHT, RIGHT], **columns) == [3.0, 1.0]
        assert areal.reward_fn("", RIGHT, [], [], answer="2", data_source="my/set") == 3.0


def test_ms_swift():
    reward = ms_swift.RewardService(args=None)
    columns = {"solution": ["2", None], "messages": [[], []], "trainer_state": object()}
    assert reward([RIGHT, RIGHT], **columns) == [1.0, None]


def test_areal():
    assert areal.reward_fn("1+1?", RIGHT, [1], [2], answer="2", query_id="x") == 1.0
    with pytest.raises(NoRewardError):
        areal.reward_fn("1+1?", RIGHT, [1], [2], answer=None)


def test_verifiers(monkeypatch):
    vf = types.ModuleType("verifiers")
    vf.Rubric = lambda funcs, weights: (funcs, weights)
    monkeypatch.setitem(sys.modules, "verifiers", vf)
    (reward,), weights = prime.rubric()
    assert weights == [1.0]
    message = [{"role": "assistant", "content": RIGHT}]
    assert asyncio.run(reward(prompt=[], completion=message, answer="2")) == 1.0
    info = {"answer": "3"}
    assert asyncio.run(reward(prompt=[], completion=message, answer="", info=info)) == 0.0


def test_the_client_imports_nothing_of_the_server():
    package = ROOT / "clients" / "python" / "reward_client"
    text = "".join(path.read_text() for path in package.glob("*.py"))
    assert not [n for n in ("reward_server", "import sandbox", "from sandbox") if n in text]
