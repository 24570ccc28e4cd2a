"""The process in which letters are rendered: `python -m letter_templates.child`, started by letter_templates.rendering.

Whoever broke out of the sandbox would find a process without our secrets, without Django and the database's modules,
that cannot open a file, connect anywhere or start a program.
"""

from __future__ import annotations

import resource
from contextlib import suppress
from typing import Any

from letter_templates.sandbox import Refused, check_source, render_source
from mailkit.child_process import Limits, serve

LIMITS = Limits(cpu_seconds=2, wall_seconds=2.0, memory_bytes=256 * 1024 * 1024)


def answer(words: dict[str, Any], source: bytes) -> tuple[dict[str, Any], bytes]:
    """A job: `values` and `is_html` to render, or `allowed` to check. Its source is the data."""
    text = source.decode()
    try:
        if "allowed" in words:
            check_source(text, words["allowed"])
            return {"empty": []}, b""
        rendered, empty = render_source(text, words["values"], is_html=words["is_html"])
    except Refused as fault:
        return {"refused": fault.reason, "name": fault.name, "line": fault.line, "column": fault.column}, b""
    return {"empty": empty}, rendered.encode()


def warm_up() -> None:
    """What is imported with its first use is imported now: later there are no files any more."""
    for source in ("{{ name|default('x') }}{% if name %}{% endif %}", "{{ ", "{{ name|upper(1) }}"):
        with suppress(Refused):
            render_source(source, {"name": "x"}, is_html=True)


def close_doors() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    with suppress(ValueError, OSError):  # not known everywhere
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


if __name__ == "__main__":
    warm_up()
    close_doors()
    serve(LIMITS, answer)
