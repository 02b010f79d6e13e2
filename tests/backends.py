"""The sandbox backends that tests run over.

SANDBOX_BACKENDS names them, "namespace" unless set; the docker ones want an engine and an image
(SANDBOX_IMAGE), which `make e2e` brings: "docker", and "docker:runsc" for gVisor's runtime.
"""

import os

from sandbox import Containers, open_sandbox

BACKENDS = os.environ.get("SANDBOX_BACKENDS", "namespace").split()
IMAGE = os.environ.get("SANDBOX_IMAGE", "reward-server")


async def opened(backend=BACKENDS[0], slots=None):
    """A sandbox of that backend."""
    name, _, runtime = backend.partition(":")
    return await open_sandbox(name, slots, Containers(IMAGE, runtime or None))
