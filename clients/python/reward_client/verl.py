"""verl: `custom_reward_function.path=pkg://reward_client.verl custom_reward_function.name=…`.

`compute_score_async`   for the reward loop: calls made at once travel as one batch
`compute_score`         the same for managers that call without an event loop
`compute_score_batch`   for `reward_model.reward_manager=batch`

verl takes the keys of a step from its first sample, so every dict has the same flat keys. It can
carry no missing reward: without `missing` in `reward_kwargs` a `NoRewardError` stops the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reward_client.default import async_client, client, number
from reward_client.results import Result

Row = dict[str, Any]


async def compute_score_async(
    data_source: Any, solution_str: str, ground_truth: Any, extra_info: Any = None, **kwargs: Any
) -> Row:
    """The score of one sample.

    Args:
        data_source: chooses the rubric, as the server's configuration says.
        solution_str: what the model wrote.
        ground_truth: the label.
        extra_info: is not sent.
        kwargs: verl's `reward_kwargs`: `missing`, what stands for a missing reward; `rubric`, for
            labels that name none. verl adds more, which is not used.

    Raises:
        NoRewardError: there is no reward, and no `missing`.
    """
    del extra_info
    item = _item(data_source, solution_str, ground_truth, kwargs)
    return _row(await async_client().score_label(**item), kwargs)


def compute_score(
    data_source: Any, solution_str: str, ground_truth: Any, extra_info: Any = None, **kwargs: Any
) -> Row:
    """As `compute_score_async`; calls from several threads travel as one batch."""
    del extra_info
    item = _item(data_source, solution_str, ground_truth, kwargs)
    return _row(client().score_label(**item), kwargs)


def compute_score_batch(
    data_sources: Sequence[Any],
    solution_strs: Sequence[str],
    ground_truths: Sequence[Any],
    extra_infos: Any = None,
    **kwargs: Any,
) -> list[Row]:
    """The scores of a batch."""
    del extra_infos
    rows = zip(data_sources, solution_strs, ground_truths)  # noqa: B905 - of one length
    items = [_item(*row, kwargs) for row in rows]
    return [_row(result, kwargs) for result in client().score_labels(items)]


def _item(source: Any, said: str, label: Any, kwargs: Row) -> Row:
    return {"completion": said, "label": label, "source": source, "rubric": kwargs.get("rubric")}


def _row(result: Result, kwargs: Row) -> Row:
    """Flat, with the same keys for every sample."""
    first = next(iter(result.scores.values()), None)
    return {
        "score": number(result, kwargs.get("missing")),
        "acc": float(bool(first and first.passed)),
        "judged": float(result.status == "ok"),
        "reason": first.reason if first else "",
    }
