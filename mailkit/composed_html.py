"""HTML that our own members write: letters, signatures.

It goes to others as written, but for what no mail program runs and every spam filter punishes: scripts, forms, frames.
Styles and remote images stay. What we show of it is cleaned by html_cleaner again.
"""

from __future__ import annotations

import nh3

from mailkit.html_limits import cap_html

TAGS = nh3.ALLOWED_TAGS | frozenset(["font", "big", "section", "tfoot", "u"])
ATTRIBUTES = {
    "*": {"style", "class", "dir", "lang", "title", "align", "valign", "bgcolor", "width", "height"},
    "a": {"href", "name"},
    "img": {"src", "alt", "border"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    **{tag: {"colspan", "rowspan", "nowrap"} for tag in ("td", "th")},
}


def clean_letter_html(html: str) -> str:
    """HTML as a member composed it, ready to be sent. In linear time, whatever it is."""
    return nh3.clean(
        cap_html(html, max_chars=len(html)),
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative="deny",
    )
