"""Which classes MyBatis-Plus maps to tables without being told so on the class.

Source: https://baomidou.com/en/reference/annotation/, https://baomidou.com/en/guides/data-interface/
"""

from __future__ import annotations

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.jvm.annotations import Annotation, simple, value
from ctxgen.source.jvm.controllers import classes
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

PACKAGE = b"com.baomidou.mybatisplus"


def mapped(program: Program) -> set[tuple[str, str]]:
    """The classes (file and name) that a mapper of the repository is for: `interface OrderMapper extends BaseMapper<Order>`."""
    found = set[tuple[str, str]]()
    for cls in classes(program, "interface"):
        for base in cls.cls.bases:
            if isinstance(base, ir.Item) and simple(base).endswith("BaseMapper"):
                target = program.evaluate(base.key, cls.scope)
                found |= {(target.path, target.cls.name)} if isinstance(target, ClassValue) else set()
    return found


def mark(cls: ClassValue, known: set[tuple[str, str]]) -> Annotation | None:
    """What stands for `@TableName` on a class that a mapper is for, or that is a record of its own (`extends Model<Order>`)."""
    active = any(isinstance(base, ir.Item) and simple(base) == "Model" for base in cls.cls.bases)
    if cls.cls.abstract or not (active or (cls.path, cls.cls.name) in known):
        return None
    return Annotation("TableName", At(cls.path, cls.cls.line), {}, cls.scope)


def absent(program: Program, annotation: Annotation) -> bool:
    """Whether the table has no such column: `@TableField(exist = false)`."""
    return annotation.name == "TableField" and value(program, annotation, "exist") is False
