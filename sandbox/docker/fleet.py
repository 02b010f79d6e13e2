"""What the containers of a server have in common: image, toolbox, and what is compiled in them."""

import contextlib
from collections.abc import Mapping
from typing import Any

from docker.errors import DockerException

from sandbox import owner
from sandbox.backends import Containers
from sandbox.docker import engine, shelf
from sandbox.errors import SandboxUnavailable
from sandbox.installed import Installed, Interpreter
from sandbox.toolbox import Toolbox
from sandbox.workshop import Workshop


class Fleet:
    """All containers of a server, made of one image.

    Attributes:
        options: what the server was told.
        image: the image's id: a name may come to mean another one.
        volume: the toolbox they share.
        workshop: turns programs into commands, with the toolchains of the image; one for all, as
            what was compiled in one container runs in all. None until one has greeted.
    """

    def __init__(self, options: Containers, image: str, volume: shelf.Volume) -> None:
        self.options = options
        self.image = image
        self.volume = volume
        self.workshop: Workshop | None = None

    def welcome(self, hello: Mapping[str, Any]) -> Workshop:
        """The workshop, after a container's greeting."""
        self.volume.found(hello["shelf"])
        if self.workshop is None:
            paths = {name: (at, real) for name, (at, real) in hello["paths"].items()}
            said = hello["interpreter"]
            python = Interpreter(said["executable"], tuple(said["visible"]), tuple(said["path"]))
            self.workshop = Workshop(Toolbox(self.volume), Installed(python, paths))
        return self.workshop


async def prepare(options: Containers) -> Fleet:
    """Ask the engine for the image, and take away what dead servers left.

    Raises:
        SandboxUnavailable: there is no engine, or no such image.
    """
    try:
        return await engine.in_thread(_prepare, options)  # type: ignore[no-any-return]
    except (DockerException, OSError) as error:
        raise SandboxUnavailable(engine.explain(error, options)) from error


def _prepare(options: Containers) -> Fleet:
    with contextlib.closing(engine.connect()) as client:
        _remove_leftovers(client)
        image: str = client.inspect_image(options.image)["Id"]
        return Fleet(options, image, shelf.Volume(shelf.prepare(client, image), image))


def _remove_leftovers(client: Any) -> None:
    """Remove containers whose server is gone, or that never ran; those of others stay."""
    for container in client.containers(all=True, filters={"label": owner.LABEL}):
        if owner.is_gone(container["Labels"][owner.LABEL]):
            engine.remove(client, container["Id"])
