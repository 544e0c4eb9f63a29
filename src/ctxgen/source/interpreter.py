"""Follows routers, paths and functions through the source of one language, across files, with bounds.

It is no interpreter of programs: every arm of a branch runs, a loop over a literal runs once an item, what is not
known is `UNKNOWN`, and only what a framework's description or hook gives a meaning has an effect (`program.py`).
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable, Sequence

from ctxgen.model import At
from ctxgen.source import builtins, ir
from ctxgen.source.following import (
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_MAIN,
    MAX_NESTING,
    MAX_PROGRAM,
    MAX_STEPS,
    MAX_TEXT,
    MAX_UNCALLED,
    RECURSION,
    Exhausted,
)
from ctxgen.source.lookups import Lookups
from ctxgen.source.values import (
    UNKNOWN,
    Arguments,
    ClassValue,
    Decoration,
    Decorator,
    External,
    FunctionValue,
    Instance,
    LazyImport,
    Method,
    ModuleValue,
    Object,
    Placed,
    Record,
    Scope,
    Super,
    Value,
    _Unknown,
)
from ctxgen.source.weight import MAX_WEIGHT, bounded, weight


class Interpreter(Lookups):
    """The modules of one language and what their code gives.  What frameworks do is asked of `Program`, which extends this."""

    # ---- statements

    def _execute(self, statements: Iterable[ir.Statement], scope: Scope, *, top: bool = False) -> list[Value]:
        """Run statements; the values of the returns that were met, in order.  What follows a return at this level is not run."""
        returned: list[Value] = []
        for statement in statements:
            self._steps += 1
            if self._steps > self._most:
                raise Exhausted
            match statement:
                case ir.Do(value):
                    self.evaluate(value, scope)
                case ir.Assign():
                    self._assign(statement, scope)
                case ir.Return(value):
                    returned.append(self.evaluate(value, scope))
                    return returned
                case ir.Branch(arms):
                    self._arms += 1
                    for condition, body in arms:
                        if self._is_default(condition, body, scope):
                            continue
                        if condition is not None:
                            self.evaluate(condition, scope)
                        on = _switch(condition, scope)
                        found = self._execute(body, scope, top=top)
                        returned += found if on is not False else []
                        if on and body and isinstance(body[-1], ir.Return):
                            self._arms -= 1
                            return returned
                    self._arms -= 1
                case ir.Loop():
                    returned += self._loop(statement, scope)
                case ir.Block(body):
                    returned += self._execute(body, scope, top=top)
                case ir.Import():
                    self._import(statement, scope)
                    self._run_imported(statement, scope.module)
                case ir.Define(what):
                    self._define(what, scope, top)
                case ir.Export():
                    self._export(statement, scope)
        return returned

    @staticmethod
    def _is_default(condition: ir.Expression | None, body: Sequence[ir.Statement], scope: Scope) -> bool:
        """`if not routers: routers = DEFAULT`, where `routers` is known: the arm does not run."""
        match condition:
            case ir.Unknown(_, (ir.Name(name),)):
                known = scope.names.get(name)
                assigns = any(
                    isinstance(each, ir.Assign) and isinstance(each.target, ir.Name) and each.target.name == name for each in body
                )
                return assigns and (isinstance(known, (Object, Instance)) or (isinstance(known, (list, str, dict)) and bool(known)))
        return False

    def _loop(self, loop: ir.Loop, scope: Scope) -> list[Value]:
        values = self.evaluate(loop.iterable, scope) if loop.iterable is not None else UNKNOWN
        returned: list[Value] = []
        for item in builtins.items(values, MAX_ITEMS):
            if loop.target is not None:
                self._bind(loop.target, item, scope, declares=True)
            self.unknown_loops += item is UNKNOWN
            self.looping.append(item)
            returned += self._execute(loop.body, scope)
            self.looping.pop()
            self.unknown_loops -= item is UNKNOWN
        return returned

    def _define(self, what: ir.Function | ir.Class, scope: Scope, top: bool) -> None:
        known = scope.names.get(what.name)
        if isinstance(what, ir.Function):
            value = known if isinstance(known, FunctionValue) and known.function is what else FunctionValue(what, scope)
            if not (top and what.receiver is not None):
                scope.names[what.name] = value
            self._decorate(what.decorators, value, scope)
            return
        known = self.declared.get(id(what), known)  # another class may have taken its name
        cls = known if isinstance(known, ClassValue) and known.cls is what else self._class(what, scope)
        scope.names[what.name] = cls
        self.defined(cls)

    def defined(self, cls: ClassValue) -> None:
        """Run what a class definition runs: its decorators, those of its methods and the statements of its body, and tell the frameworks of its bases."""
        if id(cls.cls) in self.executed:
            return
        self.executed.add(id(cls.cls))
        self.subclassed(cls, [self.evaluate(base, cls.scope) for base in cls.cls.bases])
        inside = self.class_scope(cls)
        for inner in cls.cls.classes:
            inside.names[inner.name] = value = self._class(inner, inside, cls)
            cls.fields[inner.name] = value
            self.defined(value)
        if self.language.decorators_run:
            self._decorate(cls.cls.decorators, cls, cls.scope)
            for method in cls.cls.methods:
                if method.decorators:
                    self._decorate(method.decorators, FunctionValue(method, inside, cls, cls), inside)
        if cls.cls.statements:
            self._execute(cls.cls.statements, inside)

    def class_scope(self, cls: ClassValue) -> Scope:
        """The scope inside a class's body."""
        known = cls.inside
        if known is None:
            known = Scope(cls.scope.module, cls.scope, this=cls, receiver=cls.object)
            for field in cls.cls.fields if self.language.decorators_run else ():
                if field.value is not None:
                    known.names[field.name] = UNKNOWN if field.name in known.names else self.evaluate(field.value, known)
            cls.inside = known
        return known

    def _decorate(self, decorators: Sequence[ir.Expression], value: FunctionValue | ClassValue, scope: Scope) -> None:
        if not self.language.decorators_run:
            return
        for decorator in reversed(decorators):
            found = self.evaluate(decorator, scope)
            if isinstance(found, (FunctionValue, Decorator, Method, Instance, External)):
                given = self.call(found, Decoration((value,), {}, (), decorator.line, scope))
                if isinstance(value, FunctionValue) and isinstance(given, FunctionValue) and given is not value:
                    # the name stays that of the function; what was said of the one around it holds for it
                    value.attributes = {**given.attributes, **value.attributes}
                    value.around.append(given)

    def _assign(self, statement: ir.Assign, scope: Scope) -> None:
        value = self.evaluate(statement.value, scope)
        if value is UNKNOWN and statement.type is not None:
            value = self.value_of_type(statement.type, scope, statement.line)
        if self._arms and not statement.declares and isinstance(value, FunctionValue) and isinstance(statement.target, ir.Name):
            holder = scope.holder(statement.target.name)
            if holder is not None and isinstance(holder.names[statement.target.name], Object):
                return  # in one case something else answers; what was put up before does in the others
        if statement.adds:
            value = builtins.added(self.evaluate(statement.target, scope), value)
        self._bind(statement.target, value, scope, declares=statement.declares)
        if isinstance(statement.value, ir.Function) and isinstance(value, FunctionValue) and scope is scope.module.scope:
            self.functions.append(value)

    def _bind(self, target: ir.Expression, value: Value, scope: Scope, *, declares: bool = False) -> None:
        match target:
            case ir.Name(name):
                holder = None if declares or self.language.assigns_locally else scope.holder(name)
                if not declares and (holder is None or holder.parent is None) and self._is_member(name, scope):
                    if value is not UNKNOWN and not isinstance(value, External):
                        scope.this.fields[name] = value
                    return
                (holder or scope).names[name] = value
            case ir.Attribute(ir.Name("exports" | "module.exports"), name):
                scope.module.exports[name] = value
            case ir.Attribute(owner, name):
                self.set_attribute(self.evaluate(owner, scope), name, value)
            case ir.Item(owner, key):
                held, known = self.evaluate(owner, scope), self.evaluate(key, scope)
                if isinstance(held, Record) and isinstance(known, str) and len(held) < MAX_ITEMS:
                    held.put(known, value, At(scope.module.path, target.line))
                elif isinstance(held, dict) and isinstance(known, str) and len(held) < MAX_ITEMS:
                    held[known] = value
            case ir.Choice((first, *others)):  # a target with a default
                self._bind(first, builtins.best([value, *(self.evaluate(other, scope) for other in others)]), scope, declares=declares)
            case ir.Sequence(items):
                for index, item in enumerate(items):
                    self._bind(item.value, builtins.item(value, index, first=not declares or index == 0), scope, declares=declares)
            case ir.Mapping(entries):
                for field, inner in entries:
                    if isinstance(field, (ir.Literal, ir.Name)):
                        wanted = str(field.value if isinstance(field, ir.Literal) else field.name)
                        self._bind(inner, self.attribute(value, wanted, target.line, scope), scope, declares=declares)

    def _is_member(self, name: str, scope: Scope) -> bool:
        """Whether a name without an owner is a field of the instance whose method is run."""
        this = scope.this
        return self.language.implicit_this and isinstance(this, Instance) and any(each.cls.field(name) for each in self.lineage(this.cls))

    def set_attribute(self, owner: Value, name: str, value: Value) -> None:
        """`owner.name = value`."""
        match owner:
            case Instance() | ClassValue() | Object():
                owner.fields[name] = value
            case FunctionValue():
                owner.attributes[name] = value
            case ModuleValue():
                owner.scope.names[name] = value
            case dict() if len(owner) < MAX_ITEMS:
                owner[name] = value

    # ---- expressions

    def evaluate(self, expression: ir.Expression, scope: Scope) -> Value:
        """The value of an expression, and what it does."""
        self._steps += 1
        if self._steps > self._most:
            raise Exhausted
        if type(expression) is ir.Literal:  # the commonest first: these take most of the time
            return expression.value
        if self._depth > MAX_NESTING:
            return UNKNOWN
        self._depth += 1
        try:
            if type(expression) is ir.Name:
                return self.lookup(expression.name, scope, expression.line)
            if type(expression) is ir.Attribute:
                return self.attribute(self.evaluate(expression.owner, scope), expression.name, expression.line, scope)
            if type(expression) is ir.Call:
                return self._call(expression, scope)
            return self._evaluate(expression, scope)
        finally:
            self._depth -= 1

    def _evaluate(self, expression: ir.Expression, scope: Scope) -> Value:
        """The value of what is no literal, name, attribute or call."""
        match expression:
            case ir.Template(parts):
                return self._text(parts, scope)
            case ir.Sequence(items, line):
                within = self.calling[-1] if self.calling else None
                if isinstance(within, Decoration):  # what a decorator keeps of what it decorates is stated there
                    return Placed(self._sequence(items, scope), within.scope.module.path, within.line)
                return Placed(self._sequence(items, scope), scope.module.path, line)
            case ir.Mapping(entries, _, type):
                return self._mapping(entries, type, scope, expression.line)
            case ir.Choice(options):
                on = _switch(expression.condition, scope)
                if on is not None:
                    return self.evaluate(options[0 if on else 1], scope)
                return builtins.best([self.evaluate(option, scope) for option in options])
            case ir.Item(owner, key):
                value = self.evaluate(owner, scope)
                if isinstance(value, External):
                    return self.item_of_external(value, expression, scope)
                inner = self.evaluate(key, scope)
                if isinstance(inner, str) and isinstance(value, (Object, Instance, ModuleValue)):
                    return self.attribute(value, inner, expression.line, scope)
                if isinstance(value, ClassValue):
                    return value
                return builtins.item(value, inner)
            case ir.Function():
                return FunctionValue(expression, scope, scope.this)
            case ir.Class():
                cls = self._class(expression, scope)
                self.defined(cls)
                return cls
            case ir.Unknown(_, inner):
                for each in inner:
                    self.evaluate(each, scope)
        return UNKNOWN

    def _text(self, parts: Sequence[ir.Expression], scope: Scope) -> Value:
        """Parts put together; a part that is not known is a parameter by its name.

        An unknown part before a path is a prefix that the environment may set: without it the path stands as it is.
        """
        values = [self.evaluate(part, scope) for part in parts]
        if any(isinstance(value, list) for value in values):
            return builtins.concatenated(values)
        if not any(isinstance(value, str) for value in values):
            return UNKNOWN
        out = ""
        for index, (part, value) in enumerate(zip(parts, values, strict=True)):
            if index == 0 and not isinstance(value, (str, int)) and isinstance(values[1], str) and values[1].startswith("/"):
                continue
            if isinstance(value, str):
                out += value
            elif isinstance(value, int) and not isinstance(value, bool):
                out += str(value)
            else:
                out += "{" + _named(part) + "}"
        return out[:MAX_TEXT]

    def _sequence(self, items: Sequence[ir.Argument], scope: Scope) -> list[Value]:
        found: list[Value] = []
        for item in items[:MAX_ITEMS]:
            value = self.evaluate(item.value, scope)
            if item.spread:
                found += value if isinstance(value, list) else [UNKNOWN]
            else:
                found.append(value)
        return bounded(found[:MAX_ITEMS])

    def _mapping(
        self, entries: Sequence[tuple[ir.Expression | None, ir.Expression]], type: ir.Expression | None, scope: Scope, line: int
    ) -> Value:
        found = Record(scope.module.path, line)
        for key, value in entries[:MAX_ITEMS]:
            known = self.evaluate(value, scope)
            if key is None:
                found.take(known if isinstance(known, dict) else {})
                continue
            named = (
                key.value
                if isinstance(key, ir.Literal)
                else key.name
                if isinstance(key, ir.Name) and type is not None
                else self.evaluate(key, scope)
            )
            if isinstance(named, (str, int)):
                found.state(str(named), known, value)
        values = list(found.values())
        if (kept := bounded(values)) is not values:
            found.update(zip(found, kept, strict=True))
        if type is None or isinstance(type, ir.Unknown):
            return found
        return self._composed(self.evaluate(type, scope), found, scope)

    def _composed(self, type: Value, found: Record, scope: Scope) -> Value:
        """What a literal of a type is: an instance, or a list where the type is one of lists (Go's `type Routes []Route`)."""
        base = type.cls.bases[0] if isinstance(type, ClassValue) and type.cls.kind == "type" and type.cls.bases else None
        if isinstance(type, ClassValue) and isinstance(base, ir.Item):
            element = self.evaluate(base.key, type.scope)
            values = {key: self._composed(element, value, scope) if isinstance(value, Record) else value for key, value in found.items()}
            found.update(values)
            return (
                Placed(values.values(), found.path, found.line) if isinstance(base.owner, ir.Name) and base.owner.name == "list" else found
            )
        written = tuple(ir.Argument(value, key) for key, value in found.written.items() if not key.isdigit())
        made = self.call(type, Arguments((), found, written, found.line, scope))
        if isinstance(made, Instance):
            by_position = [field.name for field in made.cls.cls.fields] if "0" in found else []
            made.fields |= {
                by_position[int(key)] if key.isdigit() and int(key) < len(by_position) else key: value for key, value in found.items()
            }
        return made

    # ---- calls

    def _call(self, call: ir.Call, scope: Scope) -> Value:
        function = self.evaluate(call.function, scope)
        if isinstance(function, FunctionValue):
            function = self._received(function, call, scope)
        positional: list[Value] = []
        keywords: dict[str, Value] = {}
        written: list[ir.Argument] = []
        for argument in call.arguments[:MAX_ITEMS]:
            value = self.evaluate(argument.value, scope)
            spread = value if argument.spread and isinstance(value, list) else None
            written += [argument] if spread is None else [_element(argument)] * len(spread)
            if isinstance(value, (list, dict)) and weight(value) > MAX_WEIGHT:
                value = UNKNOWN
            if argument.keyword is not None:
                keywords[argument.keyword] = value
            elif spread is not None:
                positional += spread
            elif argument.spread:
                keywords |= value if isinstance(value, dict) else {}
            else:
                positional.append(value)
        arguments = Arguments(tuple(positional), keywords, tuple(written), call.line, scope, call.types)
        if self.language.dispatches and isinstance(function, External | _Unknown):
            self.dispatched(call, arguments)
        if isinstance(function, FunctionValue) and function.function.within and isinstance(function.this, ClassValue):
            function, arguments = _with_receiver(function, arguments)
        if isinstance(function, FunctionValue) and function.function.receiver is not None and isinstance(function.this, Object):
            return self.extension(function, function.this, arguments)
        return self.call(function, arguments)

    def dispatched(self, call: ir.Call, arguments: Arguments) -> None:
        """A method of something that is not followed is called."""

    def extension(self, function: FunctionValue, owner: Object, arguments: Arguments) -> Value:
        """Call a function that extends a framework's type, with the object that it is called on."""
        return self.call(function, arguments)

    def _received(self, function: FunctionValue, call: ir.Call, scope: Scope) -> FunctionValue:
        """An extension function that is called without its receiver, or a block that is (`block()` of `Route.() -> Unit`), has the one of the calling scope."""
        if function.function.receiver is not None and function.this is None:
            return function.bound(scope.receiver if scope.receiver is not None else scope.this)
        if function.function.within and isinstance(function.this, ClassValue):
            return function
        if (
            function.function.receiver is not None
            and isinstance(function.this, (Instance, ClassValue))
            and isinstance(scope.receiver, Object)
        ):
            inside = Scope(function.scope.module, function.scope, receiver=scope.receiver)  # a member that extends another type
            return FunctionValue(function.function, inside, function.this, function.owner)
        called_here = isinstance(call.function, ir.Name) and isinstance(scope.receiver, Object)
        if called_here and (self.language.open_classes if function.function.name else self.language.names_are_paths):
            inner = Scope(function.scope.module, function.scope, receiver=scope.receiver)
            return FunctionValue(function.function, inner, function.this, function.owner)
        return function

    def call(self, function: Value, arguments: Arguments) -> Value:
        """What a call gives, and what it does."""
        match function:
            case FunctionValue():
                return self._apply(function, arguments)
            case ClassValue():
                return self.instantiate(function, arguments)
            case External(path) if path in self.language.importers and isinstance(arguments.get(0), str):
                return self._imported(LazyImport(ir.Import(arguments.positional[0], "default", "", arguments.line), arguments.scope.module))
            case External():
                return self.call_external(function, arguments)
            case Super(this, cls):
                if (
                    not self.language.decorators_run
                ):  # `super(…)` calls the constructor, Python's `super()` gives what it is an attribute of
                    self._construct(this, itertools.islice(self.lineage(cls), 1, None), arguments)
                return function
            case Method():
                return self.call_method(function, arguments)
            case Decorator(apply):
                return apply(arguments)
            case builtins.Bound():
                return builtins.call(self, function, arguments)
            case ModuleValue() if "default" in function.exports:
                return self.call(self._settled(function.exports, "default"), arguments)
            case Instance() if (
                called := self._member(function, "__call__", arguments.line) or self._member(function, "invoke", arguments.line)
            ) is not None:
                return self.call(called, arguments)
            case Object():
                return self.call_method(Method(function, "()"), arguments)
        return UNKNOWN

    def instantiate(self, cls: ClassValue, arguments: Arguments) -> Value:
        """`Class(arguments)`: a new instance, its constructor run."""
        self.defined(cls)
        instance = Instance(cls)
        if cls.object is not None:
            instance.object = self.fresh(cls.object, At(arguments.scope.module.path, arguments.line), arguments)
        self.singletons.setdefault(cls, instance)
        for parameter, value in zip(cls.cls.parameters, arguments.positional, strict=False):
            instance.fields[parameter.name] = value
        self._construct(instance, self.lineage(cls), arguments)
        return instance

    def _construct(self, instance: Value, lineage: Iterable[ClassValue], arguments: Arguments) -> None:
        """Run the nearest constructor of a line of classes: of several the one that takes as many arguments."""
        for each in lineage:
            known = [
                method
                for method in each.cls.methods
                if method.constructs or method.name in self.language.constructors or method.name == each.cls.name
            ]
            if known:
                chosen = next((method for method in known if takes(method, arguments)), known[0])
                self._apply(FunctionValue(chosen, self.class_scope(each), instance, each), arguments)
                return
        if isinstance(instance, Instance):
            instance.above = arguments
        above = instance.object if isinstance(instance, Instance) else None
        if above is not None:
            self.constructed(above, arguments)
        for name in self.language.constructors:
            if above is not None and self.has_method(above, name):  # that of the framework's class
                self.call_method(Method(above, name), arguments)
                return

    def constructed(self, known: Object, arguments: Arguments) -> None:
        """The constructor of a framework's class is called with arguments, by whoever extends it."""

    def fresh(self, known: Object, at: At, arguments: Arguments) -> Object:
        """Another object of the type of one that stands for a class."""
        return known

    def _apply(self, value: FunctionValue, arguments: Arguments) -> Value:
        function = value.function
        key = id(function)
        again = (key, id(value.this)) if value.scope.parent is None or value.owner is not None else None
        if again is not None and (
            arguments.types or any(not _is_dull(each) for each in (*arguments.positional, *arguments.keywords.values()))
        ):
            again = None
        if again in self._given and not (isinstance(self._given[again][0], FunctionValue) and (arguments.positional or arguments.keywords)):
            return self._given[again][0]
        # a function that gets the next level as a function of its own (`r.Route("/users", func(r *router) { … })`) comes to an end where the code does
        running = (
            key,
            # one inside another is another for each call of that
            id(value.scope) if value.owner is None and value.scope.parent is not None else 0,
            *(id(each.function) for each in arguments.positional if isinstance(each, FunctionValue)),
        )
        if self._active[running] >= 2 or len(self.calling) > MAX_DEPTH:
            return UNKNOWN
        self.executed.add(key)
        self._active[running] += 1
        self.calling.append(arguments)
        try:
            scope = Scope(value.scope.module, self._enclosing(value), this=value.this, owner=value.owner)
            self._bind_parameters(function, arguments, scope)
            if function.receiver is not None and value.this is not None:
                scope.names[function.receiver.name] = value.this
                scope.receiver = value.this if isinstance(value.this, Object) else scope.receiver
            found = builtins.returned(self._execute(function.body, scope))
            # a function that it gives knows what it was given: `authenticate(false)` lets others pass than `authenticate(true)`
            if again is not None and not (isinstance(found, FunctionValue) and (arguments.positional or arguments.keywords)):
                self._given[again] = found, value.this
            return found
        finally:
            self.calling.pop()
            self._active[running] -= 1
            if not self._active[running]:
                del self._active[running]

    def _enclosing(self, value: FunctionValue) -> Scope:
        """The scope around a function's body; the names in a class's body are none of its methods' where decorators run with it."""
        inside = value.owner.inside if value.owner is not None and self.language.decorators_run else None
        return value.scope.parent if value.scope is inside and value.scope.parent is not None else value.scope

    def _bind_parameters(self, function: ir.Function, arguments: Arguments, scope: Scope) -> None:
        positional = list(arguments.positional)
        parameters = list(function.parameters)
        for name, type in zip(function.types, arguments.types, strict=False):
            scope.names[name] = self.evaluate(type, arguments.scope)
        for parameter in parameters:
            if parameter.variadic and parameter.name.startswith("**"):
                named = {each.name for each in parameters}
                scope.names[parameter.name[2:]] = {key: value for key, value in arguments.keywords.items() if key not in named}
                continue
            if parameter.variadic:
                # a block stands behind what may be any number (Kotlin's `requireRole(A, B) { … }`)
                block = parameter is not parameters[-1] and parameters[-1].name not in arguments.keywords
                kept = len(positional) - (block and bool(positional) and isinstance(positional[-1], FunctionValue))
                scope.names[parameter.name], positional = positional[:kept], positional[kept:]
                continue
            if parameter.name in arguments.keywords:
                value = arguments.keywords[parameter.name]
            elif positional:
                value = positional.pop(0)
            else:
                value = self.evaluate(parameter.default, scope) if parameter.default is not None else UNKNOWN
            if (value is UNKNOWN or isinstance(value, External)) and parameter.type is not None:
                declared = self.value_of_type(parameter.type, scope, parameter.line)
                value = declared if value is UNKNOWN or isinstance(declared, Object) else value
            elif value is UNKNOWN:
                value = self.named(parameter.name, At(scope.module.path, parameter.line))
            scope.names[parameter.name] = value

    # ---- the whole

    def run_all(self, paths: Sequence[str], setups: Iterable[str]) -> None:
        """Declare and run the files, then the functions and methods of `setups` that nobody called: someone outside the code that is followed does."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, RECURSION))
        self.roots = frozenset(paths)
        try:
            for path in paths:
                self.module(path)
            for path in paths:
                self.begin(path)
                self.run(path)
            for cls in list(self.classes):
                self.defined(cls)
            own = set(setups)
            for value in sorted(self.functions, key=lambda each: (each.function.name != "main", len(each.function.parameters))):
                if value.scope.module.path in own and value.function.receiver is None:
                    self._run_uncalled(value)
            for cls in list(self.classes):
                if cls.path in own and cls.cls.kind not in ("interface", "enum"):
                    self._run_methods(cls)
            for value in self.functions:
                if value.scope.module.path in own and value.function.receiver is not None:
                    self._run_uncalled(self._on_receiver(value))
        except (Exhausted, RecursionError):
            self.exhausted()
        finally:
            sys.setrecursionlimit(limit)

    def conclude(self, step: Callable[[], None]) -> None:
        """Do what is done when everything was followed, with steps left for it."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, RECURSION))
        self._steps, self._most = min(self._steps, MAX_STEPS - MAX_PROGRAM), MAX_STEPS
        try:
            step()
        except (Exhausted, RecursionError):
            self.exhausted()
        finally:
            sys.setrecursionlimit(limit)

    def begin(self, path: str) -> None:
        """What is followed from now on begins in the file at `path`."""

    def worth_running(self, value: FunctionValue) -> bool:
        """Whether a function that nobody calls may do something that is told."""
        return True

    def makes_router(self, value: FunctionValue) -> bool:
        """Whether a function that nobody calls makes something that routes are put on, whatever it is called."""
        return False

    def exhausted(self, at: At | None = None) -> None:
        """A bound on steps or depth was reached, by what begins at a place if it is known."""

    def _run_methods(self, cls: ClassValue) -> None:
        instance = self.singleton(cls)
        ordered = sorted(cls.cls.methods, key=lambda method: method.name not in self.language.constructors and method.name != cls.cls.name)
        for method in ordered:
            if method.within:  # an extension method, which is run with its receiver
                continue
            inside = self.class_scope(cls)
            if method.receiver is not None and method.receiver.type is not None:  # a member that extends another type
                receiver = self._on_receiver(FunctionValue(method, inside)).this
                inside = Scope(inside.module, inside, receiver=receiver if isinstance(receiver, Object) else None)
            self._run_uncalled(FunctionValue(method, inside, instance, cls))

    def _on_receiver(self, value: FunctionValue) -> FunctionValue:
        receiver = value.function.receiver
        assert receiver is not None
        return value.bound(self.value_of_type(receiver.type, value.scope, receiver.line)) if receiver.type is not None else value

    def _run_uncalled(self, value: FunctionValue) -> None:
        runs = self.language.runs
        if not (self.worth_running(value) if runs is None else runs(value.function) or self.makes_router(value)):
            return
        if id(value.function) not in self.executed and id(value.function) not in self.handlers:
            self.begin(value.scope.module.path)
            self.unknown_loops = 0
            self.looping.clear()
            self._most = min(MAX_STEPS, self._steps + (MAX_MAIN if value.function.name == "main" else MAX_UNCALLED))
            try:
                self.uncalled(value, Arguments((), {}, (), value.function.line, value.scope))
            except Exhausted:
                if self._most == MAX_STEPS:
                    raise
            finally:
                self._most = MAX_STEPS

    def uncalled(self, value: FunctionValue, arguments: Arguments) -> None:
        self._apply(value, arguments)


def _switch(condition: ir.Expression | None, scope: Scope) -> bool | None:
    """Whether a parameter that is a condition by itself is on: `required` of a function that was called with `required=False`; None for what is not known."""
    known = scope.names.get(condition.name) if isinstance(condition, ir.Name) and scope.parent is not None else None
    return known if isinstance(known, bool) else None


def _element(spread: ir.Argument) -> ir.Argument:
    """What is written for one of the values that a list stands for: nothing of its own."""
    return ir.Argument(ir.Unknown(spread.value.line, (spread.value,)), spread=True)


def _with_receiver(function: FunctionValue, arguments: Arguments) -> tuple[FunctionValue, Arguments]:
    """An extension method that is called by its class: `OrderEndpoints.Map(group)`."""
    if not arguments.positional:
        return function, arguments
    rest = arguments._replace(positional=arguments.positional[1:], written=arguments.written[1:])
    return function.bound(arguments.positional[0]), rest


def takes(function: ir.Function, arguments: Arguments) -> bool:
    """Whether a function can be called with that many arguments."""
    given = len(arguments.positional) + len(arguments.keywords)
    required = sum(each.default is None and not each.variadic for each in function.parameters)
    most = MAX_ITEMS if any(each.variadic for each in function.parameters) else len(function.parameters)
    return required <= given <= most


def _is_dull(value: Value) -> bool:
    """Whether a value says nothing that a function could put to use."""
    return value is UNKNOWN or value is None or isinstance(value, (bool, int, float, External))


def _named(part: ir.Expression) -> str:
    """A name for a part of a path that is not known."""
    match part:
        case ir.Name(name) | ir.Attribute(_, name):
            return name
        case ir.Call(function):
            return _named(function)
        case ir.Item(_, key) if isinstance(key, ir.Literal) and isinstance(key.value, str):
            return key.value
        case ir.Choice(options) if options:
            return _named(options[0])
    return "part"
