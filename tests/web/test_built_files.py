"""What dev scripts build is committed: it must be what they would build now."""

from __future__ import annotations

import re
from pathlib import Path

from tools import build_css

ROOT = Path(__file__).resolve().parent.parent.parent
SPRITE = (ROOT / "web" / "static" / "web" / "img" / "icons.svg").read_text(encoding="utf-8")


def test_the_style_sheet_is_up_to_date() -> None:
    assert build_css.SHEET.read_text(encoding="utf-8") == build_css.joined(), "run: python tools/build_css.py"


def test_every_icon_that_templates_name_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))
    templates = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "web" / "templates").rglob("*.html"))
    named = re.findall(r'{% icon "([^"]+)"|icon_button "([^"]+)"|\bicon="([^"]+)"|{% empty "([^"]+)"', templates)
    assert {name for names in named for name in names if name} - drawn == set()


def test_the_sprite_holds_what_the_list_of_icons_says() -> None:
    listed = (ROOT / "tools" / "icons.txt").read_text(encoding="utf-8").split()
    assert re.findall(r'<symbol id="([^"]+)"', SPRITE) == listed
