"""Build the icon sprite from the npm package `lucide-static` (ISC), after `npm install lucide-static`:

    python tools/build_icons.py node_modules/lucide-static

tools/icons.txt names the icons, one a line. The result is committed: Node is needed by nobody who runs the product.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPRITE = ROOT / "web" / "static" / "web" / "img" / "icons.svg"
NAMES = ROOT / "tools" / "icons.txt"
SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def symbol(package: Path, name: str) -> str:
    svg = (package / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    found = SHAPES.search(svg)
    if found is None:
        raise SystemExit(f"{name}.svg holds no drawing")
    shapes = re.sub(r"\s+", " ", found[1]).replace(" />", "/>").replace("> <", "><").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def sprite(package: Path) -> str:
    names = NAMES.read_text(encoding="utf-8").split()
    symbols = "\n".join(symbol(package, name) for name in names)
    note = "<!-- Lucide, ISC licence, see THIRD_PARTY.md -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">{note}\n{symbols}\n</svg>\n'


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    SPRITE.write_text(sprite(Path(sys.argv[1])), encoding="utf-8")
