"""What dev scripts build is committed: it must be what they would build now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import build_css, build_icons
from web.icons import FIRST_SPRITE, SECOND_SPRITE

ROOT = Path(__file__).resolve().parent.parent.parent
SYMBOL = re.compile(r'<symbol id="([^"]+)"')
SPRITES = (FIRST_SPRITE, SECOND_SPRITE)


@pytest.mark.parametrize(("sheet", "folder"), build_css.SHEETS.items())
def test_the_style_sheets_are_up_to_date(sheet: Path, folder: Path) -> None:
    assert sheet.read_text(encoding="utf-8") == build_css.joined(folder), "run: python tools/build_css.py"


def test_every_icon_that_templates_name_is_in_the_sprite() -> None:
    drawn = {name for sprite in SPRITES for name in _drawn(sprite)}
    templates = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "web" / "templates").rglob("*.html"))
    named = re.findall(r'{% icon "([^"]+)"|icon_button "([^"]+)"|\bicon="([^"]+)"|{% empty "([^"]+)"', templates)
    assert {name for names in named for name in names if name} - drawn == set()


@pytest.mark.parametrize("sprite", SPRITES)
def test_the_sprites_hold_what_the_list_of_icons_says(sprite: str) -> None:
    assert _drawn(sprite) == build_icons.listed(sprite)


def _drawn(sprite: str) -> list[str]:
    return SYMBOL.findall((build_icons.STATIC / sprite).read_text(encoding="utf-8"))
