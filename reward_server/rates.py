"""How many items a second each key may send: a bucket of items a key, filled at the rate."""

import math
import time

from reward_server.errors import ApiError


class Rates:
    """The buckets. A batch larger than what is left is let in and leaves a debt.

    Else a batch larger than the bucket could never be sent.

    Args:
        items_per_s: None for no limit.
        burst: what a bucket holds.
    """

    def __init__(self, items_per_s: float | None, burst: int) -> None:
        self.items_per_s = items_per_s
        self.burst = burst
        self._buckets: dict[int | None, tuple[float, float]] = {}

    def spend(self, caller: int | None, count: int) -> None:
        """Take a batch's items out of the caller's bucket.

        Raises:
            ApiError: 429, it is empty.
        """
        if self.items_per_s is None:
            return
        now = time.monotonic()
        left, since = self._buckets.get(caller, (float(self.burst), now))
        left = min(self.burst, left + (now - since) * self.items_per_s)
        if left <= 0:
            raise ApiError(
                429,
                "too_fast",
                f"more than REWARD_RATE_LIMIT, {self.items_per_s:g} items a second, came with this "
                "key; ask again",
                retry_after_s=max(1, math.ceil(-left / self.items_per_s)),
            )
        self._buckets[caller] = left - count, now
