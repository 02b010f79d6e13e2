"""Errors of a whole request, and the words for what is wrong with a field.

ApiError            answered as `{"error": {"code", "message", "field"}}`
UnusableError       a field of an item or rubric can't be used; becomes that item's `message`
"""

from typing import Any

from pydantic import ValidationError
from starlette.responses import JSONResponse


class ApiError(Exception):
    """A request that gets no results.

    Attributes:
        status: the HTTP status.
        code: one word for programs: `not_json`, `invalid`, `unauthorized`, `too_large`, `busy` …
        message: what is wrong and how to mend it, for people.
        field: where, as a path into the body, or None.
        headers: of the answer, with `Retry-After` where asking again makes sense.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        return {"error": {"code": self.code, "message": self.message, "field": self.field}}

    def answer(self) -> JSONResponse:
        """The answer."""
        return JSONResponse(self.body(), self.status, self.headers)


class UnusableError(ValueError):
    """A field that can't be used; the message names it, the value's kind and the fix.

    Attributes:
        component: position in its rubric of the component at fault, or None.
    """

    def __init__(self, message: str, component: int | None = None) -> None:
        super().__init__(message)
        self.component = component


KINDS = {
    "NoneType": "null",
    "bool": "a boolean",
    "int": "a number",
    "float": "a number",
    "str": "a string",
    "list": "a list",
    "dict": "an object",
}


def kind(value: Any) -> str:
    """The JSON name of a value's type."""
    return KINDS.get(type(value).__name__, type(value).__name__)


def explain(error: ValidationError, fixes: dict[str, str], where: str = "") -> tuple[str, str]:
    """The first fault of a model as (path, message): what is wrong there, and the fix.

    Args:
        error: what pydantic found.
        fixes: for each top field of the model, what to send there.
        where: path of the model itself, put before.
    """
    faults = error.errors(include_url=False, include_context=False)
    # of a union's branches, the one that got furthest is the one that was meant
    same = [f for f in faults if f["loc"][:1] == faults[0]["loc"][:1]]
    fault = max(same, key=lambda f: len(f["loc"]))
    loc = [part for part in fault["loc"] if _is_field(part)]
    path = _path(where, loc)
    top = str(loc[0]) if loc else ""
    if fault["type"] == "extra_forbidden":
        known = ", ".join(fixes)
        return path, f"{path}: there is no such field; the fields are {known}"
    if fault["type"] == "missing":
        return path, f"{path}: is missing; {fixes.get(top, 'send it')}"
    got = kind(fault["input"])
    return path, f"{path}: {_lowered(fault['msg'])}, not {got}; {fixes.get(top, 'mend it')}"


def _is_field(part: int | str) -> bool:
    """Whether a part of pydantic's path is the caller's, not a branch of a union."""
    return isinstance(part, int) or (part.isidentifier() and part not in BRANCHES)


BRANCHES = {"str", "int", "float", "bool", "Message", "RubricIn", "none", "dict", "list"}


def _path(where: str, loc: list[int | str]) -> str:
    text = where
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "body"


def _lowered(message: str) -> str:
    return (
        message.removeprefix("Value error, ")[:1].lower()
        + message.removeprefix("Value error, ")[1:]
    )
