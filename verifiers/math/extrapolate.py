"""Sums, integrals and limits by number: finite sums term by term, the rest by extrapolation."""

from collections.abc import Callable, Mapping
from typing import Final

from verifiers.math.effort import spend
from verifiers.math.fields import Field, NoValueError, Number, real
from verifiers.math.limits import EXTRAPOLATION_EFFORT, MAX_TERMS, PRECISE_EFFORT
from verifiers.math.tree import Node, heads, size

Point = Mapping[str, Number]
Evaluate = Callable[[Node, Point, Field], Number]

ROUGH_DIGITS: Final = 18
"""Digits that integrals, limits and infinite sums have to agree in."""
_MAX_INTEGRAND: Final = 40
_MAX_SAMPLES: Final = 200
_MAX_STEPS: Final = 120
"""Of a limit: what converges does so by here (27 digits and more), what does not costs the cube."""
_MAX_DEGREE: Final = 7
"""Levels of tanh-sinh quadrature: some 1,000 evaluations."""
_FAR: Final = 100_003
_NEAR: Final = 1e-2
"""So far out a limit is nearly reached: extrapolation alone finds one for sin n as well."""
_ROUGH_HEADS: Final = frozenset({"int", "lim"})


def series(node: Node, point: Point, field: Field, evaluate: Evaluate) -> Number:
    """A sum or product whose bounds are integers here."""
    if field.kind == "precise" and len(node.args) == 3 and is_endless(node.args[2]):
        return _infinite_series(node, point, field, evaluate)
    if len(node.args) != 3 or node.args[1].head != "rel" or node.args[1].name != "=":
        raise NoValueError
    body, (index, start), stop = node.args[0], node.args[1].args, node.args[2]
    first, last = (_integer(evaluate(bound, point, field)) for bound in (start, stop))
    if last - first > MAX_TERMS:
        raise NoValueError
    weight = PRECISE_EFFORT if field.kind == "precise" else 1
    spend(max(0, last - first + 1) * size(body) * weight)
    total = field.functions["real"](0 if node.head == "sum" else 1)
    for value in range(first, last + 1):
        term = evaluate(body, {**point, index.name: field.functions["real"](value)}, field)
        total = total + term if node.head == "sum" else total * term
    return total


def is_endless(node: Node) -> bool:
    """Whether a bound is infinity."""
    return node.head == "const" and node.name == "inf"


def _infinite_series(node: Node, point: Point, field: Field, evaluate: Evaluate) -> Number:
    body, lower, _ = node.args
    if node.head != "sum" or lower.head != "rel" or size(body) > _MAX_INTEGRAND:
        raise NoValueError
    start = _integer(evaluate(lower.args[1], point, field))
    name = lower.args[0].name
    context = field.functions["context"]()

    def term(index: Number) -> Number:
        return evaluate(body, {**point, name: context.mpc(index)}, field)

    spend(EXTRAPOLATION_EFFORT)
    if abs(term(start + _FAR)) > _NEAR:
        raise NoValueError
    return context.nsum(term, [start, context.inf], method="r+s", maxterms=_MAX_SAMPLES)


def integral(node: Node, point: Point, field: Field, evaluate: Evaluate) -> Number:
    """A definite integral by tanh-sinh quadrature; an error estimate has to vouch for it."""
    if field.kind != "precise" or len(node.args) != 4 or size(node.args[0]) > _MAX_INTEGRAND:
        raise NoValueError
    integrand, variable, *bounds = node.args
    if "int" in heads(integrand) or "sum" in heads(integrand):
        raise NoValueError
    context = field.functions["context"]()
    spend(EXTRAPOLATION_EFFORT)
    low, high = (_bound(bound, point, field, evaluate) for bound in bounds)
    value, error = context.quad(
        lambda at: evaluate(integrand, {**point, variable.name: context.mpc(at)}, field),
        [low, high],
        error=True,
        maxdegree=_MAX_DEGREE,
    )
    if abs(error) > 10.0**-ROUGH_DIGITS:
        raise NoValueError
    return context.mpc(value)


def _bound(node: Node, point: Point, field: Field, evaluate: Evaluate) -> Number:
    context = field.functions["context"]()
    if is_endless(node):
        return context.inf
    if node.head == "neg" and is_endless(node.args[0]):
        return -context.inf
    return real(evaluate(node, point, field))


def limit(node: Node, point: Point, field: Field, evaluate: Evaluate) -> Number:
    """A limit by extrapolation."""
    if field.kind != "precise" or len(node.args) != 2 or size(node.args[0]) > _MAX_INTEGRAND:
        raise NoValueError
    body, lower = node.args
    if lower.head != "rel" or lower.name != "->" or lower.args[0].head != "sym":
        raise NoValueError
    context = field.functions["context"]()
    name = lower.args[0].name
    target = _bound(lower.args[1], point, field, evaluate)

    def at(place: Number) -> Number:
        return evaluate(body, {**point, name: context.mpc(place)}, field)

    spend(EXTRAPOLATION_EFFORT)
    nearly = [
        at(
            target + context.mpf(1) / step
            if context.isfinite(target)
            else context.sign(target) * step
        )
        for step in (_FAR, 3 * _FAR)
    ]
    # Without this a divergent sequence is extrapolated to the end of its budget: 0.3 s and more.
    if abs(nearly[0] - nearly[1]) > 3 * _NEAR * max(1, abs(nearly[0])):
        raise NoValueError
    value = context.mpc(context.limit(at, target, maxterms=_MAX_STEPS))
    if any(abs(here - value) > _NEAR * max(1, abs(value)) for here in nearly):
        raise NoValueError
    return value


def _integer(value: Number) -> int:
    nearest = round(float(real(value)))
    if abs(value - nearest) > 1e-9:
        raise NoValueError
    return nearest


def is_rough(node: Node) -> bool:
    """Whether a tree holds what only extrapolation gives."""
    stack = [node]
    while stack:
        current = stack.pop()
        if current.head in _ROUGH_HEADS or (current.head == "sum" and is_endless(current.args[-1])):
            return True
        stack.extend(current.args)
    return False
