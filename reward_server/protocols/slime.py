"""slime's remote reward model: `--rm-type remote_rm --rm-url http://HOST:8000/slime`.

The bytes are those of `slime/rollout/rm_hub/__init__.py: remote_rm`: one sample a post, 10 tries
with pauses up to 30 s, and whatever JSON comes back is `sample.reward`.
"""

from typing import Any

from fastapi import Request, Response

from reward_server.labels import item_of, usable_prompt
from reward_server.protocols.dialect import Body, answer, read, refuse_transient, score, speaking

router = speaking("slime")


class Sample(Body):
    """One sample; its label is the only place for what else is known of it."""

    prompt: Any = None
    response: str | list[Any]
    label: Any = None


@router.post("/slime")
async def slime(request: Request) -> Response:
    """The reward as a bare number; null, which slime keeps as a missing reward, without a verdict.

    With `?full=true` the whole result is sent, for `--reward-key reward`.
    """
    asked = await read(request, Sample)
    rubric = request.app.state.service.rubrics.of_source("slime")
    prompt = usable_prompt(asked.prompt)
    item = item_of(asked.response, asked.label, rubric=rubric, prompt=prompt)
    results = await score(request, [item])
    refuse_transient(results)
    full = request.query_params.get("full", "").lower() in {"1", "true"}
    return answer(results[0] if full else results[0]["reward"])
