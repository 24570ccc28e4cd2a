"""Cut the fonts of the pages from Inter (OFL), after `npm install inter-ui` and `pip install fonttools brotli`:

    python tools/build_fonts.py node_modules/inter-ui

Three files by script, weights 400 to 700, the optical size of small text, and only the features that web/css uses
(single-storey a: cv11, round quotes: ss03, tabular figures). That is 30 KB for Latin instead of 350 KB for everything.
The ranges are those of web/css/20-tokens.css. The result is committed.
"""

import io
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).resolve().parent.parent / "web" / "static" / "web" / "fonts"
FEATURES = ["kern", "ccmp", "locl", "mark", "mkmk", "calt", "tnum", "cv11", "ss03"]
RANGES = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2190-2193,"
    "U+21B5,U+2212,U+2215,U+FEFF,U+FFFD",
    "cyrillic": "U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116",
    "latin-ext": "U+0100-0130,U+0132-0151,U+0154-024F,U+0259,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,"
    "U+1E00-1E9F,U+1EF2-1EFF,U+20A0-20AB,U+20AD-20C0,U+2113",
}


def limited(package: Path) -> TTFont:
    """The variable font with fewer weights, reloaded: the subsetter stumbles over what the limiter left half empty."""
    font = TTFont(package / "variable" / "InterVariable.woff2")
    narrow = instancer.instantiateVariableFont(font, {"opsz": 14, "wght": (400, 700)})
    narrow.flavor = None
    kept = io.BytesIO()
    narrow.save(kept)
    kept.seek(0)
    return TTFont(kept)


def cut(package: Path, script: str, ranges: str) -> None:
    options = subset.Options(layout_features=FEATURES, flavor="woff2", hinting=False)
    font = limited(package)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(ranges))
    cutter.subset(font)
    subset.save_font(font, str(FONTS / f"inter-{script}.woff2"), options)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    for name, characters in RANGES.items():
        cut(Path(sys.argv[1]), name, characters)
