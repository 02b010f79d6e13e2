"""The routes of the HTTP contract: from a request to a batch, from results to an answer."""

import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from reward_server import info, keep, schema
from reward_server.errors import ApiError, UnusableError
from reward_server.exchange import (
    NDJSON,
    Stream,
    batch_of,
    check_count,
    dump,
    read_model,
    while_connected,
)
from reward_server.life import Life
from reward_server.rubrics import as_json, component_names
from reward_server.scoring import score_all, score_lines
from reward_server.service import Service

router = APIRouter()

CLIENT_GONE = 499
"""Status in the log of a request whose client left; nobody receives it."""


@router.post("/v1/score", tags=["score"])
async def score(request: Request) -> Response:
    """Score a batch of completions: one result an item, in order.

    With `Accept: application/x-ndjson` each result is a line of its own as soon as it is known,
    and the last line holds `stats` and `groups`.
    """
    start = time.perf_counter()
    service: Service = request.app.state.service
    batch = batch_of(await read_model(request, schema.Envelope, schema.ENVELOPE_FIXES), service)
    place = request.app.state.admission.enter(len(batch.items), request.state.caller)
    if NDJSON in request.headers.get("accept", ""):
        return Stream(score_lines(service, batch, start), place)
    with place:
        answer = await while_connected(request.receive, score_all(service, batch, start))
    if answer is None:
        return Response(status_code=CLIENT_GONE)
    return Response(dump(answer), media_type="application/json")


@router.post("/v1/filter", tags=["score"])
async def filter_batch(request: Request) -> Response:
    """Rejection sampling: which completions to keep, and why the others are dropped."""
    start = time.perf_counter()
    service: Service = request.app.state.service
    asked = await read_model(request, schema.FilterEnvelope, schema.FILTER_FIXES)
    batch = batch_of(asked, service)
    try:
        rule = keep.parse(asked.keep, component_names(batch.rubric))
    except keep.KeepError as error:
        raise ApiError(422, "invalid", str(error), field="keep") from None
    with request.app.state.admission.enter(len(batch.items), request.state.caller):
        answer = await while_connected(request.receive, score_all(service, batch, start))
    if answer is None:
        return Response(status_code=CLIENT_GONE)
    rows = [{"keep": not (why := rule(r)), "reasons": why, **r} for r in answer["results"]]
    stats = {**answer["stats"], "kept": sum(row["keep"] for row in rows)}
    return Response(dump({"results": rows, "stats": stats}), media_type="application/json")


@router.post("/v1/vote", tags=["score"])
async def vote(request: Request) -> Response:
    """A majority vote over completions of one prompt, by mathematical equality."""
    service: Service = request.app.state.service
    asked = await read_model(request, schema.Vote, schema.VOTE_FIXES)
    check_count(len(asked.completions), service.settings.max_items, "completions")
    try:
        options = service.rubrics.checker.options("math", asked.options, "options")
        samples = [schema.vote_fields(asked, at) for at in range(len(asked.completions))]
    except UnusableError as error:
        raise ApiError(422, "invalid", str(error), field=str(error).split(":")[0]) from None
    with request.app.state.admission.enter(len(samples), request.state.caller):
        answer = await while_connected(request.receive, service.dispatch.vote(samples, options))
    if answer is None:
        return Response(status_code=CLIENT_GONE)
    classes, fault = answer
    if classes is None:
        raise ApiError(503, "failed", f"no vote: {fault}; ask again", retry_after_s=1)
    counted = {at for party in classes for at in party["members"]}
    return JSONResponse(
        {
            "winner": classes[0] if classes else None,
            "classes": classes,
            "no_answer": [at for at in range(len(samples)) if at not in counted],
        }
    )


@router.get("/v1/rubrics", tags=["about"])
async def rubrics(request: Request) -> JSONResponse:
    """Every named rubric."""
    service: Service = request.app.state.service
    written = service.rubrics.written.items()
    return JSONResponse({"rubrics": {name: as_json(rubric) for name, rubric in written}})


@router.get("/v1/verifiers", tags=["about"])
async def verifiers(request: Request) -> JSONResponse:
    """Every verifier: what it reads, the reasons it gives, its options as JSON Schema."""
    checker = request.app.state.service.rubrics.checker
    return JSONResponse(
        {
            "verifiers": {
                name: {
                    "summary": verifier.summary,
                    "reads": verifier.reads,
                    "reasons": verifier.reasons,
                    "detail": verifier.detail,
                    "options": checker.schema(name),
                }
                for name, verifier in checker.registry.items()
            }
        }
    )


@router.get("/v1/languages", tags=["about"])
async def languages(request: Request) -> JSONResponse:
    """The languages that programs may be in, with version and availability."""
    service: Service = request.app.state.service
    return JSONResponse({"languages": await service.sandbox.languages()})


@router.get("/v1/info", tags=["about"])
async def about(request: Request) -> JSONResponse:
    """What this server is: version, engine, sandbox, limits, uptime."""
    return JSONResponse(info.describe(request.app.state.service))


@router.get("/v1/live", tags=["about"])
async def live(request: Request) -> Response:
    """What this process scored in the last five minutes, for the web page."""
    service: Service = request.app.state.service
    ready, checks = service.readiness()
    state = {
        "ready": ready,
        "checks": checks,
        "queue": {"items": request.app.state.admission.items, "limit": service.settings.max_queue},
    }
    return Response(dump({**service.live.read(), **state}), media_type="application/json")


@router.get("/healthz", tags=["health"])
async def healthz() -> JSONResponse:
    """Whether the process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", tags=["health"])
async def readyz(request: Request) -> JSONResponse:
    """Whether batches can be scored, and why not."""
    life: Life = request.app.state.life
    state = life.state
    checks = life.service.readiness()[1] if life.service else {}
    checks["canaries"] = {"ok": life.problems == {}, "problems": life.problems or {}}
    return JSONResponse({"status": state, "checks": checks}, 200 if state == "ready" else 503)


@router.get("/metrics", tags=["health"], response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Prometheus metrics."""
    service: Service = request.app.state.service
    return Response(
        generate_latest(service.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )
