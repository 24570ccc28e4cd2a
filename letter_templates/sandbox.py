"""What members may write between braces, and what becomes of it. Pure; runs in letter_templates.child only.

The language is a small part of Jinja2: fields, `default` and a few filters of text, `~`, `if` with comparisons. What is
not listed here is refused before anything is compiled. A field is a dotted name that is looked up as a whole: it is
replaced by a plain variable, so the compiled code asks no object for an attribute or an item (docs/adr/0014).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cached_property

from jinja2 import TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.visitor import NodeTransformer

from letter_templates.places import Places

MAX_SOURCE_CHARS = 256 * 1024
MAX_OUTPUT_CHARS = 5 * 1024 * 1024
MAX_DEPTH = 50
FILTER_NAMES = frozenset(["default", "d", "upper", "lower", "capitalize", "title", "trim"])
TEST_NAMES = frozenset(["defined", "undefined"])
_PLAIN_NODES = frozenset(
    [
        *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.If, nodes.CondExpr),
        *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat),
    ]
)
_OPERATORS = frozenset(["eq", "ne"])
# How people know what Jinja calls otherwise.
_SIGNS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "neg": "-",
    "pos": "+",
    "lt": "<",
    "gt": ">",
    "lteq": "<=",
    "gteq": ">=",
    "notin": "not in",
    "call": "()",
    "getitem": "[]",
    "list": "[]",
    "dict": "{}",
    "tuple": ",",
    "assign": "set",
    "assignblock": "set",
    "filterblock": "filter",
    "callblock": "call",
    "fromimport": "import",
    "scopedevalcontextmodifier": "autoescape",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

# What a template may hit while it runs: a filter with wrong arguments, an expression that is too deep.
_FAULTS = (TemplateError, ArithmeticError, LookupError, RecursionError, SyntaxError, TypeError, ValueError)


class Refused(Exception):
    """The source cannot be used. `name` is the field, filter or statement at fault, if there is one."""

    def __init__(self, reason: str, *, name: str = "", line: int = 1, column: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.name, self.line, self.column = reason, name, line, column


class _EmptyField(Undefined):
    """A field without a value: false in `if`, replaced by `default`, and noted when it is written out."""

    __slots__ = ("_noted",)

    def __init__(self, name: str, noted: dict[str, None]) -> None:
        super().__init__(name=name)
        self._noted = noted

    def __eq__(self, other: object) -> bool:
        return other == "" or isinstance(other, _EmptyField)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = Undefined.__hash__

    def __str__(self) -> str:
        self._noted.setdefault(str(self._undefined_name))
        return ""


def make_environment(*, is_html: bool) -> ImmutableSandboxedEnvironment:
    """Without globals: no `range`, `lipsum`, `cycler`, `joiner`, `namespace`, `dict`."""
    environment = ImmutableSandboxedEnvironment(autoescape=is_html, keep_trailing_newline=True, cache_size=0)
    environment.globals.clear()
    environment.filters = {name: FILTERS[name] for name in FILTER_NAMES}
    environment.tests = {name: TESTS[name] for name in TEST_NAMES}
    return environment


class Program:
    """A source that was checked and compiled. Raises Refused with the first fault in it."""

    def __init__(self, source: str, allowed: Collection[str], *, is_html: bool) -> None:
        if len(source) > MAX_SOURCE_CHARS:
            raise Refused("too_long")
        self._environment = make_environment(is_html=is_html)
        self._allowed = frozenset(allowed)
        self._source = source
        self._variables: dict[str, str] = {}  # field by variable
        tree = self._parse()
        self._check(tree)
        _Fields(self._variables).visit(tree)
        try:
            code = self._environment.compile(tree)
        except _FAULTS as error:
            raise Refused("failed") from error
        self._template = self._environment.template_class.from_code(self._environment, code, {})

    def run(self, values: Mapping[str, str | int]) -> tuple[str, list[str]]:
        """The text, and the fields that were written out though they are empty. Raises Refused."""
        noted: dict[str, None] = {}
        known = {variable: _value(values.get(field, ""), field, noted) for variable, field in self._variables.items()}
        pieces, size = [], 0
        try:
            for piece in self._template.generate(known):
                size += len(piece)
                if size > MAX_OUTPUT_CHARS:
                    raise Refused("too_large")
                pieces.append(piece)
        except _FAULTS as error:
            raise Refused("failed") from error
        return without_control("".join(pieces)), list(noted)

    @cached_property
    def _places(self) -> Places:
        """Read when there is a fault to show, and only then."""
        return Places(self._environment, self._source)

    def _parse(self) -> nodes.Template:
        try:
            return self._environment.parse(self._source)
        except TemplateSyntaxError as error:
            raise Refused("syntax", line=error.lineno, column=self._places.tag_in(error.lineno)) from error
        except RecursionError as error:
            raise Refused("too_deep") from error
        except _FAULTS as error:  # such as a number of ten thousand digits
            raise Refused("syntax") from error

    def _check(self, tree: nodes.Template) -> None:
        """Each node once, without recursion: the tree may be as deep as the parser let it be."""
        faults: list[Refused] = []
        waiting: list[tuple[nodes.Node, int, int]] = [(tree, 0, 1)]
        while waiting:
            node, depth, line = waiting.pop()
            line = node.lineno or line
            if depth > MAX_DEPTH:
                raise Refused("too_deep", line=line, column=self._places.tag_in(line))
            fault = self._fault_of(node, line)
            if fault:
                faults.append(fault)
            elif dotted(node) is None:
                waiting += ((child, depth + 1, line) for child in node.iter_child_nodes())
        if faults:
            raise min(faults, key=lambda fault: (fault.line, fault.column))

    def _fault_of(self, node: nodes.Node, line: int) -> Refused | None:
        field = dotted(node)
        if field is None:
            name = forbidden_name(node)
            reason = "no_filter" if isinstance(node, nodes.Filter) and node.name not in FILTERS else "not_allowed"
        else:
            reason, name = "unknown_field", "" if field in self._allowed else field
        if not name:
            return None
        place = self._places.of(name, line)
        return Refused(reason, name=name, line=place.line, column=place.column)


def render_source(source: str, values: Mapping[str, str | int], *, is_html: bool) -> tuple[str, list[str]]:
    """The text with its fields filled in, escaped for HTML, and the names of empty ones. Raises Refused."""
    return Program(source, values.keys(), is_html=is_html).run(values)


def check_source(source: str, allowed: Collection[str]) -> None:
    """Compiled and run twice: with all fields empty, and with a word in each. Raises Refused."""
    program = Program(source, allowed, is_html=True)
    program.run({})
    program.run(dict.fromkeys(allowed, "x"))


def without_control(text: str) -> str:
    """What no letter may hold."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def dotted(node: nodes.Node) -> str | None:
    """`contact.first_name` of such a field, None of anything else."""
    words: list[str] = []
    while isinstance(node, nodes.Getattr) and node.ctx == "load":
        words.append(node.attr)
        node = node.node
    if not isinstance(node, nodes.Name) or node.ctx != "load":
        return None
    return ".".join([node.name, *reversed(words)])


def forbidden_name(node: nodes.Node) -> str:
    """What to call a node that is not part of the language; "" for one that is."""
    if isinstance(node, nodes.Filter):
        is_plain = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        return "" if node.name in FILTER_NAMES and is_plain else str(node.name)
    if isinstance(node, nodes.Test):
        is_plain = not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
        return "" if node.name in TEST_NAMES and is_plain else node.name
    if isinstance(node, nodes.Operand):
        return "" if node.op in _OPERATORS else _SIGNS.get(node.op, node.op)
    kind = type(node).__name__.lower()
    return "" if type(node) in _PLAIN_NODES else _SIGNS.get(kind, kind)


def _value(value: str | int, field: str, noted: dict[str, None]) -> str | int | _EmptyField:
    return _EmptyField(field, noted) if value == "" else value


class _Fields(NodeTransformer):
    """Puts a variable in the place of each field. The tree is checked: it is not deep."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._variables = variables
        self._names: dict[str, str] = {}

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        return self._variable(node)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        return self._variable(node)

    def _variable(self, node: nodes.Expr) -> nodes.Node:
        field = dotted(node) or ""
        name = self._names.setdefault(field, f"field{len(self._names)}")
        self._variables[name] = field
        return nodes.Name(name, "load", lineno=node.lineno, environment=node.environment)
