"""What can go wrong in the sandbox itself; a program that goes wrong is an `Outcome` instead."""


class SandboxError(Exception):
    """The sandbox failed, not the program: nothing is known about the program."""


class SandboxUnavailable(SandboxError):  # noqa: N818 - read as "sandbox unavailable"
    """This machine can't isolate programs; the message says why and what would help."""


class Unsupported(SandboxError):  # noqa: N818 - read as "unsupported"
    """This backend can't run such a program, and never will; the message says which can."""


class OutOfMemory(SandboxError):  # noqa: N818 - read as "out of memory"
    """The place had memory for one program and ended with it, as that wanted more."""
