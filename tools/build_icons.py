"""Build the icon sprites from the npm package `lucide-static` (ISC), after `npm install lucide-static`:

    python tools/build_icons.py node_modules/lucide-static

tools/icons.txt names the icons, one a line; web/icons.py says which of them are in the first sprite. The
result is committed: Node is needed by nobody who runs the product.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from web.icons import FIRST_SPRITE, SECOND_SPRITE, sprite_of  # noqa: E402  (the product's root comes first)

STATIC = ROOT / "web" / "static"
NAMES = ROOT / "tools" / "icons.txt"
SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def symbol(package: Path, name: str) -> str:
    svg = (package / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    found = SHAPES.search(svg)
    if found is None:
        raise SystemExit(f"{name}.svg holds no drawing")
    shapes = re.sub(r"\s+", " ", found[1]).replace(" />", "/>").replace("> <", "><").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def listed(sprite: str) -> list[str]:
    """The names of the icons that are in this file."""
    return [name for name in NAMES.read_text(encoding="utf-8").split() if sprite_of(name) == sprite]


def drawn(package: Path, names: list[str]) -> str:
    symbols = "\n".join(symbol(package, name) for name in names)
    note = "<!-- Lucide, ISC licence, see THIRD_PARTY.md -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">{note}\n{symbols}\n</svg>\n'


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    for sprite in (FIRST_SPRITE, SECOND_SPRITE):
        (STATIC / sprite).write_text(drawn(Path(sys.argv[1]), listed(sprite)), encoding="utf-8")
