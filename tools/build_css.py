"""Join web/css/*.css, by name, to the style sheet that all pages load: `python tools/build_css.py`.

What the mail screen does not need is in web/css/pages/ and becomes a sheet of its own, which the other pages load too.

The result is committed, and tests/web/test_built_files.py fails when it is out of date.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ROOT / "web" / "css"
BUILT = ROOT / "web" / "static" / "web" / "css"
SHEETS = {BUILT / "app.css": PARTS, BUILT / "pages.css": PARTS / "pages"}
SPACES = re.compile(r"(?<=[{};]) +|(?<=[:,]) +| +(?={)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def joined(folder: Path) -> str:
    """All its parts, without comments and the spaces that only people need."""
    text = "\n".join(part.read_text(encoding="utf-8") for part in sorted(folder.glob("*.css")))
    lines = (SPACES.sub("", line.strip()) for line in COMMENT.sub("", text).splitlines())
    return "/* Built by tools/build_css.py from web/css/ */\n" + "\n".join(line for line in lines if line) + "\n"


if __name__ == "__main__":
    for sheet, folder in SHEETS.items():
        sheet.write_text(joined(folder), encoding="utf-8")
