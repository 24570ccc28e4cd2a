"""What stands in the compose dialog when it opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from mailkit.types import Address
from outbox.services import reply_defaults
from threads.access import get_message_for
from web.senders import Sender


@dataclass(frozen=True, slots=True)
class Tool:
    """A button of the formatting bar; without an icon a line between buttons."""

    icon: str = ""
    label: str | Promise = ""
    command: str = ""
    state: str = ""  # the editor's name of the mark or node that is pressed


@dataclass(frozen=True, slots=True)
class Line:
    """To, Cc or Bcc."""

    name: str
    label: str
    values: Sequence[str]
    is_shown: bool


TOOLS = (
    Tool("bold", gettext_lazy("Bold"), "toggleBold", "bold"),
    Tool("italic", gettext_lazy("Italic"), "toggleItalic", "italic"),
    Tool("underline", gettext_lazy("Underline"), "toggleUnderline", "underline"),
    Tool("strikethrough", gettext_lazy("Strikethrough"), "toggleStrike", "strike"),
    Tool(),
    Tool("list", gettext_lazy("Bullet list"), "toggleBulletList", "bulletList"),
    Tool("list-ordered", gettext_lazy("Numbered list"), "toggleOrderedList", "orderedList"),
    Tool("text-quote", gettext_lazy("Quote"), "toggleBlockquote", "blockquote"),
    Tool("link", gettext_lazy("Link"), "link", "link"),
    Tool(),
    Tool("undo-2", gettext_lazy("Undo"), "undo"),
    Tool("redo-2", gettext_lazy("Redo"), "redo"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """`key` names the browser's own copy of what is typed: one for each letter answered, one for a new letter."""

    key: str
    title: str
    mailbox_id: int | None
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    subject: str = ""
    reply_to: int | None = None
    body_html: str = ""
    quote_html: str = ""
    quote_text: str = ""
    tools: Sequence[Tool] = TOOLS

    @property
    def has_copies(self) -> bool:
        return bool(self.cc)

    @property
    def lines(self) -> list[Line]:
        return [
            Line("to", _("To"), self.to, is_shown=True),
            Line("cc", _("Cc"), self.cc, is_shown=self.has_copies),
            Line("bcc", _("Bcc"), (), is_shown=self.has_copies),
        ]


def new_draft(senders: Sequence[Sender], *, to: str) -> Draft:
    """From the member's own mailbox, if there is one: personal ones come first."""
    own = next((sender for sender in senders if sender.is_own), None) or next(iter(senders), None)
    return Draft(
        key="new",
        title=_("New message"),
        mailbox_id=own.mailbox_id if own else None,
        to=[to] if to else [],
    )


def reply_draft(member: Membership, message_id: str, *, to_all: bool) -> Draft:
    """Raises MessageNotFound. The letter answered stands folded below; it goes out with the answer."""
    message = get_message_for(member, message_id)
    known = reply_defaults(member, message, to_all)
    return Draft(
        key=f"reply-{message.pk}",
        title=_("Reply to all") if to_all else _("Reply"),
        mailbox_id=known.mailbox.pk,
        to=[_typed(person) for person in known.to],
        cc=[_typed(person) for person in known.cc],
        subject=known.subject,
        reply_to=message.pk,
        quote_html=known.quoted_html,
        quote_text=known.quoted_text,
    )


def _typed(person: Address) -> str:
    return f"{person.name} <{person.email}>" if person.name else person.email
