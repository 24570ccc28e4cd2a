"""What the elements of pages wait for (live-mail and the like) is what the browser listens to in the event stream."""

from __future__ import annotations

import json
import re

from django.conf import settings

WEB = settings.BASE_DIR / "web"


def test_every_kind_of_news_that_a_page_waits_for_is_listened_to() -> None:
    shell = (WEB / "static/web/js/shell.js").read_text(encoding="utf-8")
    listed = re.search(r"^const KINDS = (\[.*\]);$", shell, re.MULTILINE)
    assert listed
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (WEB / "templates").rglob("*.html"))
    assert set(re.findall(r"\blive-(\w+) from:body", pages)) == set(json.loads(listed[1]))
