"""Join web/css/*.css, by name, to the one style sheet that pages load: `python tools/build_css.py`.

The result is committed, and tests/web/test_built_files.py fails when it is out of date.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ROOT / "web" / "css"
SHEET = ROOT / "web" / "static" / "web" / "css" / "app.css"
SPACES = re.compile(r"(?<=[{};]) +|(?<=[:,]) +| +(?={)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def joined() -> str:
    """All parts, without comments and the spaces that only people need."""
    text = "\n".join(part.read_text(encoding="utf-8") for part in sorted(PARTS.glob("*.css")))
    lines = (SPACES.sub("", line.strip()) for line in COMMENT.sub("", text).splitlines())
    return "/* Built by tools/build_css.py from web/css/ */\n" + "\n".join(line for line in lines if line) + "\n"


if __name__ == "__main__":
    SHEET.write_text(joined(), encoding="utf-8")
