"""Every address of the product, by asking Django's resolver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

NAMED_GROUP = re.compile(r"\(\?P<(\w+)>")
REGEX_MARKS = re.compile(r"\\Z|[\^$]|\\(?=[./-])")


@dataclass(frozen=True)
class Route:
    """`template` has `{name}` where an argument stands: `api/v1/contacts/{pk}/`."""

    template: str
    arguments: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.template.startswith("api/")


def all_routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, arguments: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        template, names = _template(pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, prefix + template, arguments + names)
        else:
            yield Route(prefix + template, arguments + names)


def _template(pattern: URLPattern | URLResolver) -> tuple[str, tuple[str, ...]]:
    text = str(pattern.pattern)
    names = tuple(re.findall(r"<(?:\w+:)?(\w+)>", text))
    if NAMED_GROUP.search(text):
        text = _without_groups(text)
    text = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text)
    return REGEX_MARKS.sub("", text), names


def _without_groups(regex: str) -> str:
    """`(?P<pk>[^/.]+)` becomes `<pk>`; parentheses inside a group are counted."""
    while found := NAMED_GROUP.search(regex):
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(regex[end], 0)
            end += 1
        regex = f"{regex[: found.start()]}<{found[1]}>{regex[end:]}"
    return regex
