"""Icons are symbols of two files: those that the mail screen shows at once, so that it loads no others, and all others.

tools/icons.txt names them all, tools/build_icons.py makes the files.
"""

from __future__ import annotations

FIRST_SPRITE, SECOND_SPRITE = "web/img/icons.svg", "web/img/icons-more.svg"
FIRST = frozenset(
    {
        "bell", "building-2", "calendar-clock", "check", "circle-check", "circle-help", "clock", "download", "inbox",
        "kanban", "keyboard", "lock", "log-out", "mail", "mail-check", "mail-open", "mail-plus", "mails", "menu",
        "monitor", "moon", "paperclip", "pen-line", "plus", "rotate-ccw", "search", "send", "settings", "shopping-bag",
        "sun", "trash-2", "user-cog", "user-round", "users", "wifi-off", "x",
    }
)  # fmt: skip


def sprite_of(name: str) -> str:
    """The static file that has this icon."""
    return FIRST_SPRITE if name in FIRST else SECOND_SPRITE
