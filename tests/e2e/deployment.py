"""The shipped compose file under a project name of its own, and a client that asks again."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "deploy" / "docker-compose.yml"
PATIENCE_S = 600


def docker(*arguments: str, **environment: str) -> str:
    """Run docker; its output, or its complaint as the test's failure."""
    done = subprocess.run(
        ["docker", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout


def read_lines(path: Path) -> list:
    """A file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Deployment:
    """One `docker compose` project."""

    project: str
    image: str
    port: int
    key: str
    keys_file: Path
    profiles: tuple[str, ...] = ()
    files: tuple[Path, ...] = (COMPOSE_FILE,)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *arguments: str, **environment: str) -> str:
        files = [word for path in self.files for word in ("-f", str(path))]
        profiles = [word for profile in self.profiles for word in ("--profile", profile)]
        return docker(
            "compose",
            *("-p", self.project, *files, "--env-file", "/dev/null"),
            *profiles,
            *arguments,
            **{
                "IMAGE": self.image,
                "TARGET": "full",
                "BIND_PORT": str(self.port),
                "API_KEYS_FILE": str(self.keys_file),
                **environment,
            },
        )

    @contextmanager
    def up(self, built: str, image: str, *services: str, **environment: str) -> Iterator[None]:
        """Services of a profile with one whose image is built here; all of it is gone after."""
        try:
            self.compose("build", "--quiet", built, **environment)
            self.compose("up", "--wait", "--no-build", *services, **environment)
            yield
        finally:
            self.compose("down", "--volumes", "--timeout", "5")
            docker("image", "rm", "--force", image)
        assert self.left() == []

    def containers(self, service: str = "reward") -> list[str]:
        return self.compose("ps", "-q", service).split()

    def inspect(self) -> dict:
        (container,) = self.containers()
        return json.loads(docker("inspect", container))[0]

    def left(self) -> list[str]:
        """Whatever of the project the engine still has."""
        own = f"label=com.docker.compose.project={self.project}"
        lists = (["ps", "-aq"], ["network", "ls", "-q"], ["volume", "ls", "-q"])
        return [line for args in lists for line in docker(*args, "--filter", own).split()]

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE_S)

    def score(self, items: list, **body) -> dict:
        """Score a batch as a trainer does: ask again on a lost connection and on 503."""
        deadline = time.monotonic() + PATIENCE_S
        with self.client() as client:
            while True:
                answer = None
                try:
                    answer = client.post("/v1/score", json={"items": items, **body})
                except httpx.TransportError:
                    assert time.monotonic() < deadline, "the server did not come back"
                if answer is not None and answer.status_code not in (502, 503):
                    assert answer.status_code == 200, answer.text
                    return answer.json()
                time.sleep(0.2)
