"""What a container of programs is: its walls, its limits, and what it finds mounted."""

import json
import secrets
from typing import Any

from sandbox import owner
from sandbox.command import TOOLBOX
from sandbox.docker import boot
from sandbox.namespace import profile, warm
from sandbox.namespace.lockdown import MAX_THREADS
from sandbox.namespace.root import TMP_INODES, TMP_MB

_PROCESSES = 64
"""Most that the limits of a program allow, beside its threads."""

_UIDS = range(1 << 20, 1 << 30)
"""Each container gets a uid of its own, far from those of people and services: the kernel counts
processes by uid over all containers."""

_FILTER = "seccomp=" + json.dumps(profile.profile())
"""What a slot needs and no more: no socket of any kind can be opened in there."""


def create(client: Any, image: str, runtime: str | None, shelf: str, memory_mb: int) -> str:
    """Create a container, which is not started yet; returns its id."""
    uid = secrets.choice(_UIDS)
    environment = {k: v for k, v in warm.ENVIRONMENT.items() if k != "PATH"}  # the image's
    created = client.create_container(
        image,
        entrypoint=["python3", "-sBPc", boot.CODE],
        command=[],
        user=f"{uid}:{uid}",
        environment=environment | {"LD_BIND_NOW": "1"},  # lazy binding would dirty each fork
        working_dir="/",
        name=f"reward-sandbox-{secrets.token_hex(4)}",
        hostname="sandbox",
        labels={owner.LABEL: owner.me()},
        healthcheck={"test": ["NONE"]},
        stdin_open=True,
        network_disabled=True,
        host_config=_host_config(client, runtime, shelf, memory_mb),
    )
    identity: str = created["Id"]
    return identity


def _host_config(client: Any, runtime: str | None, shelf: str, memory_mb: int) -> Any:
    scratch = f"size={TMP_MB}m,nr_inodes={TMP_INODES},mode=1777,nosuid,nodev,noexec"
    return client.create_host_config(
        auto_remove=True,
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges", _FILTER],
        ipc_mode="none",
        # a queue's file would outlive the program that made it
        tmpfs={"/tmp": scratch, "/dev/mqueue": "ro,size=4k"},  # noqa: S108
        binds={shelf: {"bind": TOOLBOX, "mode": "ro"}},
        mem_limit=f"{memory_mb}m",
        memswap_limit=f"{memory_mb}m",
        pids_limit=1 + MAX_THREADS + _PROCESSES,
        oom_score_adj=500,
        log_config={"Type": "none"},
        runtime=runtime,
    )
