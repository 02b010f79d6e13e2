"""Every setting of the server: read once from the environment, passed down as plain values."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from sandbox.languages import LANGUAGES

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _names(value: Any) -> Any:
    """`a, b` as a list: how lists are written in an environment variable."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        uid = os.getuid()
        message = f"REWARD_API_KEYS_FILE: uid {uid} can't read {path}: {reason}"
        raise ValueError(message) from error


class Settings(BaseSettings):
    """Settings of the reward server; each is the environment variable `REWARD_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="REWARD_", extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    published_address: str | None = Field(
        None,
        description="Address at which a container's port is published, where that is narrower than "
        "`REWARD_HOST`: it then decides whether the server may go without API keys.",
    )
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    api_keys: Annotated[list[SecretStr], NoDecode] = Field(
        default_factory=list,
        description="Keys that clients may present, separated by commas. Without one the server "
        "listens on loopback only.",
    )
    api_keys_file: Path | None = Field(
        None,
        description="File with more such keys, one a line, as a secret is mounted into a "
        "container; lines that start with `#` are left out.",
    )
    allow_anonymous: bool = Field(
        default=False,
        description="Listen on other addresses than loopback without any API key.",
    )
    engine: Literal["local", "ray", "auto"] = Field(
        "local",
        description="Where verdicts are computed: on this machine, or on every node of the Ray "
        "cluster that `RAY_ADDRESS` names or that runs on this machine (docs/scaling.md); `auto`: "
        "on the cluster if there is one. Ray needs `pip install 'reward-server[ray]'`.",
    )
    workers: int = Field(
        default_factory=_cores,
        ge=1,
        le=1024,
        description="Worker processes that judge text. Default: one a core; on a node of a cluster "
        "one for each CPU that Ray counts there.",
    )
    worker_memory_mb: int = Field(
        2048, ge=512, description="Address space of a worker process, MiB."
    )
    item_timeout_s: float = Field(
        5.0,
        gt=0,
        le=600,
        description="CPU seconds that one verifier may spend on one item. It counts the item's own "
        "work, not its wait.",
    )
    sandbox: Literal["auto", "namespace", "docker"] = Field(
        "auto", description="How programs are isolated; `auto` takes what this machine can do."
    )
    sandbox_slots: int | None = Field(
        None, ge=1, le=1024, description="Programs run at once. Default: one a core."
    )
    docker_image: str = Field(
        "reward-server",
        description="Image of the `docker` sandbox: any with a `python3` of 3.11 or later on its "
        "path; programs have its toolchains. It is not pulled.",
    )
    docker_runtime: str | None = Field(
        None, description="Runtime of the `docker` sandbox's containers, such as gVisor's `runsc`."
    )
    max_body_mb: int = Field(64, ge=1, le=4096, description="Largest request body, MiB.")
    max_items: int = Field(8192, ge=1, description="Most items in one batch.")
    max_queue: int = Field(
        65536,
        ge=1,
        description="Most items accepted and not yet answered, over all requests; beyond it the "
        "answer is 503 with Retry-After.",
    )
    rubrics: Path | None = Field(
        None,
        description="YAML file with more rubrics; one of the same name replaces a shipped one.",
    )
    verifiers: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Importable modules with more verifiers, separated by commas: each has a dict "
        "`REGISTRY` like that of `verifiers.registry`.",
    )
    rate_limit: float | None = Field(
        None,
        gt=0,
        description="Items a second that one API key may send to one replica; beyond it the "
        "answer is 429 with Retry-After. Without it there is no such limit.",
    )
    rate_burst: int = Field(
        8192,
        ge=1,
        description="Items that a key may send at once before `REWARD_RATE_LIMIT` counts.",
    )
    drain_timeout_s: float = Field(
        30.0,
        ge=0,
        description="Seconds that running requests have to end after SIGTERM, while new ones are "
        "refused with 503.",
    )
    canaries: Annotated[list[str] | None, NoDecode] = Field(
        None,
        description="Languages of which a program is run before `/readyz` says yes, separated by "
        "commas. Default: every one whose toolchain is found.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level that is logged."
    )
    keep_samples: int = Field(
        0,
        ge=0,
        le=1000,
        description="Items of late that the web page's live view shows with their texts, which "
        "are then kept in memory. With 0 it shows ids and reasons only.",
    )
    slow_item_ms: float = Field(
        1000.0, gt=0, description="An item whose verifier took longer than this is logged by id."
    )

    _split = field_validator("api_keys", "verifiers", "canaries", mode="before")(_names)

    @field_validator("canaries")
    @classmethod
    def _languages(cls, names: list[str] | None) -> list[str] | None:
        unknown = [name for name in names or () if name not in LANGUAGES]
        if unknown:
            raise ValueError(
                f"there is no language {', '.join(unknown)}; known: {', '.join(LANGUAGES)}"
            )
        return names

    @model_validator(mode="after")
    def _with_keys_of_file(self) -> "Settings":
        if self.api_keys_file is not None:
            lines = map(str.strip, _text(self.api_keys_file).splitlines())
            keys = [SecretStr(line) for line in lines if line and not line.startswith("#")]
            self.api_keys = [*self.api_keys, *keys]
        return self

    @field_validator("engine")
    @classmethod
    def _installed(cls, value: str) -> str:
        if value == "ray" and find_spec("ray") is None:
            raise ValueError("ray is not installed: pip install 'reward-server[ray]'")
        return value

    @model_validator(mode="after")
    def _guarded(self) -> "Settings":
        name = "HOST" if self.published_address is None else "PUBLISHED_ADDRESS"
        address = self.published_address or self.host
        if address not in LOOPBACK and not self.api_keys and not self.allow_anonymous:
            message = (
                f"REWARD_{name} is {address!r}, which others can reach, without REWARD_API_KEYS: "
                "set it or REWARD_API_KEYS_FILE, or REWARD_ALLOW_ANONYMOUS=true to serve anybody"
            )
            raise ValueError(message)
        if self.max_queue < self.max_items:
            message = "REWARD_MAX_QUEUE must not be less than REWARD_MAX_ITEMS"
            raise ValueError(message)
        return self
