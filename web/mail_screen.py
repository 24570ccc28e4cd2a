"""The mail screen around what moves in it, drawn once for each Frame: most of a page's time went into what stays.

The frame, the scripts, the menu of the member are the same from page to page. They are kept by all that they show, so
nothing ever has to be thrown away; letters are not among it. Only what stands in MOVING is drawn for each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape

from web.context import Frame, frame_of
from web.mail_address import Place
from web.members import MemberRequest

KEPT_FRAMES = 512  # of a process, some 20 kB each
SEAM = "\0"  # in no text of the database, and in no template
MOVING = ("csrf_token", "heading", "side", "list")


def mail_screen(request: MemberRequest, place: Place, facts: Mapping[str, Any]) -> HttpResponse:
    """`facts` are those of the side and the list, and of the open conversation when there is one."""
    if "reader" in facts or place.text or get_messages(request):
        return render(request, "mail/mail.html", dict(facts))
    drawn = {
        "csrf_token": get_token(request),
        "heading": escape(facts["heading"]),
        "side": render_to_string("mail/side.html", dict(facts), request),
        "list": render_to_string("mail/list.html", dict(facts), request),
    }
    pieces = _around(frame_of(request), place)
    return HttpResponse("".join(drawn[piece] if at % 2 else piece for at, piece in enumerate(pieces)))


@lru_cache(maxsize=KEPT_FRAMES)
def _around(frame: Frame, place: Place) -> tuple[str, ...]:
    """The screen in pieces: every second is a name of MOVING, for what stands there."""
    seams = {name: f"{SEAM}{name}{SEAM}" for name in MOVING}
    return tuple(render_to_string("mail/around.html", {"shell": frame, "place": place, **seams}).split(SEAM))
