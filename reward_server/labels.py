"""From a trainer's label to what `/v1/score` calls a reference and a rubric.

Trainers have one field for what is known of the right answer, so whatever else a verifier needs
travels inside it as JSON. All protocols read labels here, and the client does not need to.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

REFERENCE_KEYS = frozenset(
    {"answer", "choices", "language", "reference", "rubric", "schema", "tests"}
)
"""A string that is a JSON object with none of these is an answer that looks like JSON."""

Item = dict[str, Any]


def item_of(completion: Any, label: Any, *, rubric: str | None = None, **more: Any) -> Item:
    """An item of `/v1/score`.

    Args:
        completion: what the model wrote.
        label: the trainer's label; see `read_label`.
        rubric: of the label's source, for labels that name none.
        more: further fields of the item; those that are None are left out.
    """
    reference, own = read_label(label)
    fields = {"reference": reference, "rubric": own or rubric, **more}
    return {"completion": completion, **{k: v for k, v in fields.items() if v is not None}}


def read_label(label: Any) -> tuple[Any, Any]:
    """What a label says: the reference, and the rubric where it names one.

    A plain string, number or list is the answer. An object, or a string that holds one as JSON, is
    the reference itself; with the keys `reference` and `rubric` it brings both; `inputs` and
    `outputs` (APPS, TACO, LiveCodeBench, as verl and NeMo Gym have them) are tests.
    """
    fields = _as_object(label)
    if fields is None:
        return label, None
    rubric = fields.get("rubric")
    if "reference" in fields:
        return fields["reference"], rubric
    if "inputs" in fields and "outputs" in fields and "tests" not in fields:
        return {"tests": tests_of(fields)}, rubric
    return {key: value for key, value in fields.items() if key != "rubric"}, rubric


def usable_prompt(prompt: Any) -> Any:
    """The prompt as text, or its chat messages; None of what is neither, such as token ids.

    Most verifiers need none, so that a prompt of another shape is no reason to judge nothing.
    """
    if not isinstance(prompt, list):
        return prompt if isinstance(prompt, str) else None
    return [part for part in prompt if _is_message(part)] or None


def _is_message(part: Any) -> bool:
    if not isinstance(part, dict) or not isinstance(part.get("role"), str):
        return False
    content = part.get("content")
    parts = content if isinstance(content, list) else []
    texts = all(isinstance(p, dict) and isinstance(p.get("type"), str) for p in parts)
    texts = texts and all(isinstance(p.get("text", ""), str) for p in parts)
    return isinstance(content, str | list | None) and texts


def tests_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`reference.tests` from parallel lists `inputs` and `outputs`, and `fn_name` for calls.

    What has not that shape is passed on as it is, so that the verifier names what is wrong.
    """
    inputs, outputs = fields["inputs"], fields["outputs"]
    shared = {key: fields[key] for key in ("language", "limits") if key in fields}
    if not (isinstance(inputs, list) and isinstance(outputs, list) and len(inputs) == len(outputs)):
        return {"stdio": {"inputs": inputs, "outputs": outputs}, **shared}
    if fields.get("fn_name"):
        cases = _cases(inputs, outputs)
        return {"calls": {"entry_point": fields["fn_name"], "cases": cases}, **shared}
    pairs = zip(inputs, outputs, strict=True)
    return {"stdio": [{"stdin": _lines(i), "stdout": _lines(o)} for i, o in pairs], **shared}


def _as_object(label: Any) -> Mapping[str, Any] | None:
    """The object that a label is or holds."""
    if isinstance(label, Mapping):
        return label
    if not isinstance(label, str) or not label.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(label)
    except (ValueError, RecursionError):
        return None
    known = isinstance(value, dict) and (REFERENCE_KEYS & value.keys() or "inputs" in value)
    return value if known else None


def _cases(inputs: Sequence[Any], outputs: Sequence[Any]) -> list[dict[str, Any]]:
    """Calls: a text holds one JSON argument a line, a list holds the arguments."""
    wanted = [_value(output) for output in outputs]
    # APPS and TACO put the value in a list of one; data with a text a value does not
    if not any(isinstance(o, str) for o in outputs) and all(_single(value) for value in wanted):
        wanted = [value[0] for value in wanted]
    pairs = zip(inputs, wanted, strict=True)
    return [{"args": _arguments(given), "expected": value} for given, value in pairs]


def _arguments(given: Any) -> list[Any]:
    if isinstance(given, str):
        return [_value(line) for line in given.split("\n") if line.strip()]
    return given if isinstance(given, list) else [given]


def _single(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 1


def _value(text: Any) -> Any:
    """The JSON value of a text; anything else as it is."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _lines(text: Any) -> Any:
    return "\n".join(map(str, text)) if isinstance(text, list) else text
