"""The toolbox of containers: a volume that those of an image share and none can write to.

It outlives the server, as what was compiled once is worth keeping. What servers of other versions
made for the image, and what was made for images that are gone, goes at the next start.
"""

import contextlib
import hashlib
import io
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from docker.errors import APIError, DockerException

from sandbox import owner
from sandbox.command import TOOLBOX, Command, File
from sandbox.docker import engine

LABEL = "reward-server.toolbox"


_SOURCES = (
    "languages.toml",
    "toolbox.py",
    "archive.py",
    "harness/[aA]rchive.*",
    "namespace/runner.c",
)


def name_of(image: str) -> str:
    """The volume's name: another one for each image, by its id, and whatever is compiled for it."""
    top = Path(__file__).parents[1]
    sources = b"".join(
        path.read_bytes() for pattern in _SOURCES for path in sorted(top.glob(pattern))
    )
    return f"reward-toolbox-{hashlib.sha256(image.encode() + sources).hexdigest()[:16]}"


def prepare(client: Any, image: str) -> str:
    """Make the volume of an image, unless it is there, and remove those that nothing can use."""
    ours = name_of(image)
    images = {row["Id"] for row in client.images(all=True)} - {image}
    for volume in client.volumes(filters={"label": LABEL})["Volumes"] or ():
        if volume["Name"] != ours and volume["Labels"][LABEL] not in images:
            with contextlib.suppress(APIError):  # a server still uses it
                client.remove_volume(volume["Name"])
    client.create_volume(ours, labels={LABEL: image})
    return ours


class Volume:
    """See `sandbox.toolbox.Shelf`."""

    def __init__(self, name: str, image: str) -> None:
        self.path = name
        self.image = image
        self._names: set[str] = set()

    def found(self, names: Iterable[str]) -> None:
        """What a container saw in it."""
        self._names.update(names)

    def has(self, name: str, command: Command) -> bool:
        """See `Shelf`; the volume is another one where the command is."""
        del command
        return name in self._names

    async def put(self, name: str, command: Command, files: Sequence[File]) -> None:
        """See `Shelf`."""
        del command
        try:
            await engine.in_thread(self._put, _archive(files))
        except DockerException as error:
            raise OSError(str(error)) from error
        self._names.add(name)

    def _put(self, archive: bytes) -> None:
        """Through a container that is never started, as it alone may write there."""
        with contextlib.closing(engine.connect()) as client:
            config = client.create_host_config(
                network_mode="none", binds={self.path: {"bind": TOOLBOX, "mode": "rw"}}
            )
            created = client.create_container(
                self.image,
                entrypoint=["true"],
                labels={owner.LABEL: owner.me()},
                network_disabled=True,
                host_config=config,
            )
            try:
                client.put_archive(created["Id"], TOOLBOX, archive)
            finally:
                engine.remove(client, created["Id"])


def _archive(files: Sequence[File]) -> bytes:
    """Each file under a name of its own, then a link to it: nobody finds one half written."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in files:
            kept = tarfile.TarInfo(f".kept/{hashlib.sha256(file.data).hexdigest()}")
            kept.size, kept.mode = len(file.data), 0o755 if file.executable else 0o644
            archive.addfile(kept, io.BytesIO(file.data))
            link = tarfile.TarInfo(file.path)
            link.type = tarfile.SYMTYPE
            link.linkname = "../" * (len(PurePosixPath(file.path).parts) - 1) + kept.name
            archive.addfile(link)
    return buffer.getvalue()
