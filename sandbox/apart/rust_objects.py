"""Rust: objects behind the program's traits (`dyn Shape`).

One of the program's types that the tests made crosses as data, with the number of its type. One
that the program made stays there: the tests have its address, and ask it by that. One of a type of
the tests stays there as functions do: the program may ask it while a call lasts, or for good where
it was given to it.
"""

import re

from sandbox.apart.halves import Unsplittable
from sandbox.apart.rust_closures import Signature, asked, read, typed
from sandbox.apart.rust_heads import Function, Generics, Impl
from sandbox.apart.rust_text import Program, trait_methods

_DYN = re.compile(r"\bdyn\s+(?:\w+\s*::\s*)*(\w+)")

_LENT = 255
"""In the place of a type's number: the object stays with the tests."""


def behind(text: str) -> set[str]:
    """The traits behind which a type as it is written has objects."""
    return set(_DYN.findall(text))


def with_objects(found: Program) -> Program:
    """A program with what tests may ask of its objects behind traits."""
    texts = [found.types[name].body for name in found.used]
    for function in found.functions:
        texts += [*(kind for _, kind in function.params), function.returns]
    named = behind(" ".join((*texts, found.tests, *found.aliases.values())))
    for name in sorted(named & found.traits.keys()):
        module = found.traits[name][1]
        impl = Impl(f"dyn {'::'.join((*module, name))}", Generics(), name, module)
        try:
            made = _methods(found, impl)
        except Unsplittable:
            continue
        found.objects[name] = impl
        found.add(made)
    return found


def _methods(found: Program, impl: Impl) -> list[Function]:
    """What the tests may ask an object that the program made.

    Nothing that they tell it, where they do not name the trait: it may be what they expect.

    Raises:
        Unsplittable: the trait can't have objects in the tests.
    """
    made = list(trait_methods(found, impl.trait, impl))
    told_more = any(len(one.params) > 1 for one in made) and impl.trait not in found.words
    if told_more or any(not one.params or one.params[0][1][:1] != "&" for one in made):
        raise Unsplittable(f"objects behind the trait {impl.trait} can't cross")
    return made


def stand_in(name: str) -> str:
    """What stands for an object of the program in the tests."""
    return f"Reward{name}"


def _makers(found: Program, name: str) -> list[Impl]:
    """The program's types that have a trait and cross as data, in the order of their numbers."""
    return [impl for impl in found.impls if impl.trait == name and impl.target in found.types]


def hidden(found: Program, name: str) -> str:
    """The tests' side: what a trait has besides: how an object is sent, and taken back.

    One of the tests' own types stays there, and the program may ask it.
    """
    arms = []
    for at, method in enumerate(trait_methods(found, name)):
        lines, given, after = read([kind for _, kind in method.params[1:]])
        changes = "mut" in method.params[0][1]
        this = "unsafe { &mut *(this as *mut Self) }" if changes else "unsafe { &*this }"
        allowed = "if changing " if changes else ""
        use = "try_borrow_mut" if changes else "try_borrow"
        arms.append(
            f"{at} {allowed}=> {{ let _use = used.{use}().unwrap_or_else(|_| "
            f"reward_wire::nonsense()); {lines} let given = ({this}).{method.name}({given}); "
            f"Wire::put(&given, to); {after} }}"
        )
    return (
        "fn reward_put(&self, changing: bool, to: &mut Vec<u8>) { use reward_wire::Wire; "
        f"to.push({_LENT}); let this = self as *const Self; "
        "let used = std::cell::RefCell::new(()); "
        "let keep = || reward_boxes::keeping(move |from, to| match u8::get(from) { "
        f"{' '.join(arms)} _ => reward_wire::nonsense(), }}); "
        "reward_boxes::put_box(false, [this as *const u8 as usize, 0], keep, to); } "
        "fn reward_take(&mut self, _: &mut &[u8]) {}"
    )


def _asked(found: Program, name: str, path: str) -> str:
    """The program's side: what stands for objects of the tests' own types."""
    rows = []
    for at, method in enumerate(trait_methods(found, name)):
        of = Signature("Fn", [kind for _, kind in method.params[1:]], method.returns, ())
        put, reply = asked(of)
        params, _ = typed(of)
        (_, self_kind), *_ = method.params
        rows.append(
            f"fn {method.name}({self_kind.removesuffix('Self')}self, {params}) -> {of.returns} {{ "
            f"let reply = self.0.call(|to| {{ to.push({at}); {put} }}); {reply} }}"
        )
    return (
        f"struct {stand_in(name)}(reward_boxes::Remote); "
        f"impl {path} for {stand_in(name)} {{ {' '.join(rows)} }}"
    ).replace("{ let reply", "{ use reward_wire::Wire; let reply")


def _are_of_tests(found: Program, name: str) -> bool:
    return re.search(rf"\b{name}\s+for\b", found.tests) is not None


def sent_as(found: Program, impl: Impl) -> str:
    """The tests' side: what `hidden` is for a type."""
    makers = _makers(found, impl.trait)
    tag = f"to.push({makers.index(impl) + 1});" if impl in makers else ""
    if not tag and impl not in found.objects.values():
        return ""
    return (
        "fn reward_put(&self, _: bool, to: &mut Vec<u8>) { "
        f"{tag} reward_wire::Wire::put(self, to) }} "
        "fn reward_take(&mut self, from: &mut &[u8]) { *self = reward_wire::Wire::get(from); }"
    )


def told(name: str) -> str:
    """The tests' side: how objects behind a trait are sent, and what stands for the program's."""
    own = stand_in(name)
    made, one = f"u8::get(from); {own}(Wire::get(from))", f"<{own} as Wire>::get(from)"
    return "\n".join(
        (
            f"pub struct {own}([usize; 2]);",
            _wired("", own, "to.push(0); Wire::put(&self.0, to)", made),
            *(
                _wired("'b", kind.format(name), f"(**self).reward_put({changing}, to)", made)
                for kind, changing, made in (
                    ("Box<dyn {} + 'b>", "reward_boxes::giving()", f"Box::new({one})"),
                    ("&'b (dyn {} + 'b)", "false", f"Box::leak(Box::new({one}))"),
                    ("&'b mut (dyn {} + 'b)", "true", f"Box::leak(Box::new({one}))"),
                )
            ),
        )
    )


def answered(found: Program, name: str) -> str:
    """The program's side: the objects themselves, by their addresses."""
    path = found.objects[name].target.removeprefix("dyn ")
    makers = ["::".join((*found.types[i.target].module, i.target)) for i in _makers(found, name)]
    gets = " ".join(
        f"{n} => Box::new(<{kind} as Wire>::get(from))," for n, kind in enumerate(makers, 1)
    )
    backs = " ".join(
        f"{n} => Wire::put(&*(object as *const {kind}), to)," for n, kind in enumerate(makers, 1)
    )
    address = "unsafe { std::mem::transmute::<_, [usize; 2]>"
    theirs = _are_of_tests(found, name)
    lent = f"{_LENT} => Box::new({stand_in(name)}(reward_boxes::Remote::get(from)))," * theirs
    put = f"to.push(0); Wire::put(&{address}(&**self as *const (dyn {path} + 'b)) }}, to)"
    box = f"Box<dyn {path} + 'b>"
    made = (
        f"match u8::get(from) {{ {gets} {lent} _ => unsafe {{ Box::from_raw(std::mem::transmute"
        f"::<[usize; 2], *mut (dyn {path} + 'b)>(Wire::get(from))) }} }}"
    )
    leaked = f"Box::leak(<{box}>::get(from))"
    back = (
        f"fn reward_back_{name}(tag: u8, object: *const dyn {path}, to: &mut Vec<u8>) {{ "
        f"use reward_wire::Wire; "
        f"unsafe {{ match tag {{ {backs} {_LENT} => {{}} _ => Wire::put(&&*object, to) }} }} }}"
    )
    return "\n".join(
        (
            _wired("'b", box, put, made),
            _wired("'b", f"&'b (dyn {path} + 'b)", put, leaked),
            _wired("'b", f"&'b mut (dyn {path} + 'b)", put, leaked),
            back,
            _asked(found, name, path) if theirs else "",
        )
    )


def _wired(generics: str, kind: str, put: str, get: str) -> str:
    lead = f"<{generics}>" if generics else ""
    return (
        f"impl{lead} reward_wire::Wire for {kind} {{ "
        f"fn put(&self, to: &mut Vec<u8>) {{ use reward_wire::Wire; {put} }} "
        f"fn get(from: &mut &[u8]) -> Self {{ use reward_wire::Wire; {get} }} }}"
    )
