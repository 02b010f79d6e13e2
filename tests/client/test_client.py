"""The client against a real server: batches, single calls, streams, threads, refusals."""

import array
import asyncio
import concurrent.futures
import time

import httpx
import pytest
from reward_client import (
    AsyncRewardClient,
    RefusedError,
    RewardClient,
    UnreachableError,
)

from tests.live import free_port

RIGHT = {"completion": "\\boxed{1}", "reference": "1"}
WRONG = {"completion": "\\boxed{2}", "reference": "1"}
UNUSABLE = {"completion": "\\boxed{2}"}


@pytest.fixture
def client(server):
    with RewardClient(server.url, batch_items=7) as client:
        yield client


def test_results_are_typed_and_in_order(client):
    results = client.score([RIGHT, WRONG, UNUSABLE] * 10, rubric="math")
    assert [r.reward for r in results] == [1.0, 0.0, None] * 10
    assert [r.index for r in results] == list(range(30))
    math = results[0].scores["math"]
    assert (math.verifier, math.passed, math.reason) == ("math", True, "equal")
    assert results[2].status == "invalid"
    assert "reference.answer" in results[2].message


def test_labels_are_read_by_the_server(client):
    items = [{"completion": "\\boxed{1}", "label": '{"answer": "1", "rubric": "math"}', "id": "a"}]
    (result,) = client.score_labels(items)
    assert (result.id, result.reward) == ("a", 1.0)
    assert client.score_label("\\boxed{1}", 1).reward == 1.0
    assert client.score_label("\\boxed{1}", None).reward is None


def test_a_stream_has_every_result_once(client):
    results = list(client.stream([RIGHT, WRONG] * 50))
    assert sorted(r.index for r in results) == list(range(100))
    assert all(r.reward == 1.0 - r.index % 2 for r in results)


def test_single_calls_made_at_once_travel_together(server):
    sizes = []

    class Counting(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            sizes.append(request.content.count(b'"completion"'))
            return await super().handle_async_request(request)

    async def run():
        async with AsyncRewardClient(server.url, transport=Counting()) as client:
            calls = [client.score_one("\\boxed{1}", str(n % 2)) for n in range(600)]
            return [result.reward for result in await asyncio.gather(*calls)]

    assert asyncio.run(run()) == [0.0, 1.0] * 300
    assert sizes == [256, 256, 88]


def test_calls_of_threads_travel_together(server):
    with RewardClient(server.url) as client, concurrent.futures.ThreadPoolExecutor(16) as pool:
        rewards = pool.map(lambda n: client.score_one("\\boxed{1}", str(n % 2)).reward, range(64))
        assert list(rewards) == [0.0, 1.0] * 32


def test_a_caller_that_gives_up_does_not_take_the_others_along(server):
    async def run():
        async with AsyncRewardClient(server.url, linger_s=0.05) as client:
            first = asyncio.create_task(client.score_one("\\boxed{1}", "1"))
            second = asyncio.create_task(client.score_one("\\boxed{1}", "1"))
            await asyncio.sleep(0)
            first.cancel()
            return (await second).reward

    assert asyncio.run(run()) == 1.0


def test_a_refusal_is_not_asked_again(server):
    with RewardClient(server.url) as client, pytest.raises(RefusedError, match="no rubric") as e:
        client.score([RIGHT], rubric="nope")
    assert e.value.status == 422


def test_patience_ends():
    url = f"http://127.0.0.1:{free_port()}"
    with (
        RewardClient(url, patience_s=0.3) as client,
        pytest.raises(UnreachableError, match=r"0\.3"),
    ):
        client.score([RIGHT])


def test_a_busy_server_is_asked_again(server):
    answers = [
        httpx.Response(503, headers={"Retry-After": "0"}),
        httpx.Response(502),
        httpx.ConnectError("gone"),
    ]

    class Busy(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            if answers:
                answer = answers.pop()
                if isinstance(answer, Exception):
                    raise answer
                return answer
            return await super().handle_async_request(request)

    async def run():
        async with AsyncRewardClient(server.url, transport=Busy()) as client:
            return (await client.score([RIGHT]))[0].reward

    assert asyncio.run(run()) == 1.0


def test_a_stream_that_breaks_goes_on_with_what_is_missing(server):
    asked = []

    class Breaking(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            asked.append(request.content.count(b'"completion"'))
            answer = await super().handle_async_request(request)
            if len(asked) > 2:
                return answer
            first, *_ = (await answer.aread()).splitlines(keepends=True)
            return httpx.Response(200, stream=Cut(first))

    class Cut(httpx.AsyncByteStream):
        def __init__(self, line):
            self.line = line

        async def __aiter__(self):
            yield self.line
            raise httpx.ReadError("cut")

    async def run():
        async with AsyncRewardClient(server.url, transport=Breaking()) as client:
            return [result.index async for result in client.stream([RIGHT] * 5)]

    assert sorted(asyncio.run(run())) == list(range(5))
    assert asked == [5, 4, 3]


class Limited(httpx.AsyncHTTPTransport):
    """A server that takes two items at most."""

    async def handle_async_request(self, request):
        if request.content.count(b'"completion"') > 2:
            return httpx.Response(413, text="send smaller batches")
        return await super().handle_async_request(request)


def test_what_is_too_large_for_one_request_goes_in_parts(server):
    items = [RIGHT, WRONG] * 4

    async def run():
        async with AsyncRewardClient(server.url, transport=Limited()) as client:
            batch = [result.reward for result in await client.score(items)]
            single = await asyncio.gather(*(client.score_one(**item) for item in items))
            stream = [result.index async for result in client.stream(items)]
            return batch, [result.reward for result in single], sorted(stream)

    assert asyncio.run(run()) == ([1.0, 0.0] * 4, [1.0, 0.0] * 4, list(range(8)))


def test_an_item_that_cannot_be_sent_does_not_take_the_others_along(server):
    completions = ["\\boxed{1}", float("nan"), "\\boxed{2}", object(), "\ud800"]

    async def run():
        async with AsyncRewardClient(server.url) as client:
            calls = [client.score_one(completion, "1") for completion in completions]
            return await asyncio.gather(*calls, return_exceptions=True)

    first, nan, second, other, half = asyncio.run(run())
    assert (first.reward, second.reward) == (1.0, 0.0)
    assert [type(error) for error in (nan, other)] == [ValueError, TypeError]
    assert isinstance(half, UnicodeEncodeError)


def test_labels_may_be_arrays_of_a_data_frame(client):
    assert client.score_label("\\boxed{2}", array.array("d", [1.0, 2.0])).reward == 1.0


def test_a_server_is_left_alone_for_as_long_as_it_asks(server):
    asked = []

    class Busy(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            asked.append(time.monotonic())
            if len(asked) == 1:
                return httpx.Response(429, headers={"Retry-After": "1"})
            return await super().handle_async_request(request)

    async def run():
        async with AsyncRewardClient(server.url, transport=Busy()) as client:
            return (await client.score([RIGHT]))[0].reward

    assert asyncio.run(run()) == 1.0
    assert asked[1] - asked[0] >= 1.0


def test_a_stream_that_ends_early_goes_on(server):
    asked = []

    class Short(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            asked.append(request.content.count(b'"completion"'))
            answer = await super().handle_async_request(request)
            if len(asked) > 1:
                return answer
            first, *_ = (await answer.aread()).splitlines(keepends=True)
            return httpx.Response(200, content=first)

    async def run():
        async with AsyncRewardClient(server.url, transport=Short()) as client:
            return [result.index async for result in client.stream([RIGHT] * 3)]

    assert sorted(asyncio.run(run())) == list(range(3))
    assert asked == [3, 2]
