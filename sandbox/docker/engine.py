"""The Docker engine: how it is found, asked and explained."""

import asyncio
import contextlib
import functools
import time
from collections.abc import Callable
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from sandbox.backends import Containers

START_TIMEOUT_S = 60.0


def connect() -> Any:
    """A connection to where the engine is: DOCKER_HOST and its like."""
    settings = docker.utils.kwargs_from_env()
    return docker.APIClient(**settings, version="auto", timeout=START_TIMEOUT_S)


async def in_thread(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call what waits for the engine."""
    call = functools.partial(work, *arguments, **named)
    return await asyncio.get_running_loop().run_in_executor(None, call)


def remove(client: Any, container: str) -> None:
    """Remove a container, running or not; it may be gone already, or going."""
    with contextlib.suppress(NotFound):
        try:
            client.remove_container(container, force=True)
        except APIError as error:
            if error.status_code != 409:  # somebody is removing it
                raise
        with contextlib.suppress(DockerException, OSError):
            client.wait(container, condition="removed", timeout=30)


def ran_out_of_memory(container: str | None, since: float) -> bool:
    """Whether a container that is gone had reached its limit since then; False if none can tell."""
    if container is None:
        return False
    try:
        with contextlib.closing(connect()) as client:
            filters = {"container": container, "event": "oom"}
            span = {"since": f"{since - 1:.3f}", "until": f"{time.time():.3f}"}
            return any(client.events(**span, filters=filters))
    except (DockerException, OSError):
        return False


def explain(error: BaseException, options: Containers) -> str:
    """What went wrong with what a person can do about it."""
    if isinstance(error, ImageNotFound):
        return (
            f"the engine has no image {options.image!r}: make it with `docker build -t "
            f"{options.image} .`, or name one with Python 3.11 or later in REWARD_DOCKER_IMAGE"
        )
    if isinstance(error, APIError):
        return f"the Docker engine refused: {error.explanation or error}"
    if isinstance(error, DockerException):
        return (
            f"no Docker engine answers ({error}): start one, or name it in DOCKER_HOST; the "
            "server's user must be allowed to use it"
        )
    return str(error)
