"""The nginx of the `scaled` profile on this machine: the shipped file, other paths and ports."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.live import ROOT, free_port

SHIPPED = ROOT / "deploy" / "balancer"
START_S = 20


@contextmanager
def balanced(folder: Path, replicas: Sequence[str]) -> Iterator[str]:
    """The address of an nginx before replicas, each `HOST:PORT`."""
    port = free_port()
    lines = [f"server {replica} max_fails=1 fail_timeout=2s;\n" for replica in replicas]
    (folder / "replicas.conf").write_text("".join(lines))
    (folder / "limits.conf").write_text("client_max_body_size 64m;\n")
    shipped = (SHIPPED / "nginx.conf").read_text()
    for old, new in (("/tmp/", f"{folder}/"), ("listen 8080", f"listen 127.0.0.1:{port}")):
        assert old in shipped
        shipped = shipped.replace(old, new)
    config = folder / "nginx.conf"
    config.write_text(shipped)
    process = subprocess.Popen(["nginx", "-e", "stderr", "-c", config], stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/balancer")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(START_S)


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == 204:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("nginx did not start")
