"""What happened to a card, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.card_events import EventKind

Facts = Mapping[str, Any]

CREATED: dict[str, str | Promise] = {
    "by_hand": gettext_lazy("The card was created"),
    "api": gettext_lazy("The card was created by API"),
    "import": gettext_lazy("The card was created by an import"),
    "reply": gettext_lazy("The card was created because a letter was answered"),
    "smart_address": gettext_lazy("The card was created by a smart address"),
    "mailbox": gettext_lazy("The card was created because a new client wrote"),
    "trigger": gettext_lazy("The card was created by a trigger"),
    "form": gettext_lazy("The card was created because a form was filled in"),
}


def event_words(kind: str, facts: Facts) -> str:
    """A kind that is no longer known shows its code: history is not hidden."""
    words = WORDS.get(kind)
    return words(facts) if words else kind


def _responsible(facts: Facts) -> str:
    name = facts.get("name")
    return _("Responsible is now %(name)s") % {"name": name} if name else _("Nobody is responsible any more")


WORDS: dict[str, Callable[[Facts], str]] = {
    EventKind.CREATED: lambda facts: str(CREATED.get(str(facts.get("how")), CREATED["by_hand"])),
    EventKind.MOVED: lambda facts: _("Moved from “%(from)s” to “%(to)s”") % facts,
    EventKind.RESPONSIBLE: _responsible,
    EventKind.MERGED: lambda facts: _("Merged with %(names)s") % facts,
    EventKind.UNMERGED: lambda facts: _("Taken apart again from %(names)s") % facts,
    EventKind.UNSUBSCRIBED: lambda facts: _("%(address)s was unsubscribed by its owner") % facts,
    EventKind.SUBSCRIBED: lambda facts: _("%(address)s was subscribed again by its owner") % facts,
    EventKind.LEAD_MADE: lambda facts: _("The lead “%(name)s” was made") % facts,
}
