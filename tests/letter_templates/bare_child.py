"""A child with the limits of ours and Jinja as it comes, without sandbox or list of what is allowed: the control."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment

from letter_templates.child import LIMITS, close_doors, warm_up
from mailkit.child_process import serve


def answer(words: dict[str, Any], source: bytes) -> tuple[dict[str, Any], bytes]:
    return {}, Environment().from_string(source.decode()).render(words).encode()  # noqa: S701  (that is the point)


if __name__ == "__main__":
    warm_up()
    close_doors()
    serve(LIMITS, answer)
