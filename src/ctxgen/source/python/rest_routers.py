"""Which methods of a viewset a router of Django REST framework binds: the standard actions, and those that a router of the project adds.

Source: https://www.django-rest-framework.org/api-guide/routers/#custom-routers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Object

Action = tuple[str, bool]
"""A method, and whether it is of one object."""
ACTIONS: dict[str, Action] = {
    "list": ("GET", False), "create": ("POST", False), "retrieve": ("GET", True), "update": ("PUT", True), "partial_update": ("PATCH", True), "destroy": ("DELETE", True),
}  # fmt: skip
"""The standard actions."""
_BULK: dict[str, Action] = {"bulk_update": ("PUT", False), "partial_bulk_update": ("PATCH", False), "bulk_destroy": ("DELETE", False)}
"""What the router of djangorestframework-bulk adds."""
_ONE_OBJECT = {0: False, 2: True}
"""The places of the list's and of an object's route in `SimpleRouter.routes`."""


def router_actions(program: Program, router: Object) -> Mapping[str, Action]:
    """The actions that a router binds."""
    if router.type.name == "bulk":
        return {**ACTIONS, **_BULK}
    cls = router.fields.get("class")
    if not isinstance(cls, ClassValue):
        return ACTIONS
    return {**ACTIONS, **{name: action for each in program.lineage(cls) for name, action in _added(each)}}


def _added(cls: ClassValue) -> Iterator[tuple[str, Action]]:
    """`self.routes[0].mapping.update({"put": "bulk_update"})` in a router's constructor."""
    constructor = cls.cls.method("__init__")
    for statement in constructor.body if constructor is not None else ():
        match statement:
            case ir.Do(
                ir.Call(
                    ir.Attribute(ir.Attribute(ir.Item(ir.Attribute(ir.Name("self"), "routes"), ir.Literal(place)), "mapping"), "update"),
                    (ir.Argument(ir.Mapping(entries)), *_),
                )
            ) if isinstance(place, int) and place in _ONE_OBJECT:
                for verb, action in entries:
                    if isinstance(verb, ir.Literal) and isinstance(action, ir.Literal):
                        yield str(action.value), (str(verb.value).upper(), _ONE_OBJECT[place])
