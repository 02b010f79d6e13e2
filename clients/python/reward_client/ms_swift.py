"""ms-swift: `--external_plugins plugin.py --reward_funcs reward_service`.

plugin.py says:

    from swift.rewards import orms            # `from swift.plugin import orms` before ms-swift 4
    from reward_client.ms_swift import RewardService
    orms["reward_service"] = RewardService

None, for what could not be judged, is NaN to ms-swift: the sample is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reward_client.default import client, label_column, source_column


class RewardService:
    """A reward function as ms-swift makes and calls it."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing is configured by the trainer."""

    def __call__(self, completions: Sequence[Any], **columns: Any) -> list[float | None]:
        """Rewards in order."""
        labels = label_column(columns, None)
        sources = source_column(columns, len(labels))
        samples = zip(completions, labels, sources)  # noqa: B905 - of one length
        items = [{"completion": c, "label": a, "source": s} for c, a, s in samples]
        return [result.reward for result in client().score_labels(items)]
