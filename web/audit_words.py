"""The audit log in words: made when it is shown, in the reader's language (accounts.audit stores action and ids)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.availability import label_of
from accounts.models import AuditEvent, Group, Invitation, Membership
from crm.models import Store
from mailboxes.models import Mailbox
from web.forms.account import AccountForm
from web.forms.mailbox_settings import MailboxForm

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """`text` says what was done; `%(target)s` is to whom or what."""

    icon: str
    text: str | Promise


@dataclass(frozen=True)
class AuditLine:
    """`who` is "" for the system."""

    event: AuditEvent
    icon: str
    who: str
    text: str
    detail: str


BY_ACTION = {
    "user.invited": Words("user-plus", gettext_lazy("Invited %(target)s")),
    "user.invitation_withdrawn": Words("user-minus", gettext_lazy("Withdrew an invitation")),
    "user.joined": Words("user-check", gettext_lazy("Joined the account")),
    "user.rights_changed": Words("user-cog", gettext_lazy("Changed the rights of %(target)s")),
    "user.mail_access_changed": Words("mails", gettext_lazy("Changed which mailboxes %(target)s uses")),
    "user.groups_changed": Words("users", gettext_lazy("Changed the groups of %(target)s")),
    "user.availability_set": Words("clock", gettext_lazy("Set the availability of %(target)s")),
    "group.created": Words("users", gettext_lazy("Made the group %(target)s")),
    "group.changed": Words("users", gettext_lazy("Changed the group %(target)s")),
    "group.deleted": Words("trash-2", gettext_lazy("Deleted the group %(target)s")),
    "token.created": Words("key-round", gettext_lazy("Made an API token")),
    "token.revoked": Words("key-round", gettext_lazy("Revoked an API token")),
    "account.changed": Words("building-2", gettext_lazy("Changed the settings of the account")),
    "store.created": Words("tag", gettext_lazy("Added the store %(target)s")),
    "store.renamed": Words("tag", gettext_lazy("Renamed the store %(target)s")),
    "store.deleted": Words("trash-2", gettext_lazy("Deleted a store")),
    "mailbox.connected": Words("plug", gettext_lazy("Connected %(target)s")),
    "mailbox.servers_changed": Words("server", gettext_lazy("Changed the servers or the sign-in of %(target)s")),
    "mailbox.settings_changed": Words("settings", gettext_lazy("Changed the settings of %(target)s")),
    "mailbox.kind_changed": Words("users", gettext_lazy("Changed whose mailbox %(target)s is")),
    "mailbox.paused": Words("pause", gettext_lazy("Paused %(target)s")),
    "mailbox.resumed": Words("play", gettext_lazy("Resumed %(target)s")),
    "mailbox.disconnected": Words("unlink", gettext_lazy("Disconnected %(target)s")),
    "mailbox.removed": Words("trash-2", gettext_lazy("All mail of a mailbox was deleted")),
    "messages.deleted": Words("trash-2", gettext_lazy("Deleted letters")),
    "messages.restored": Words("undo-2", gettext_lazy("Restored letters")),
    "mail.read": Words("eye", gettext_lazy("Read letters in %(target)s, the personal mailbox of somebody else")),
    "mail.resent": Words("refresh-cw", gettext_lazy("Sent a letter once more")),
    "contact.deleted": Words("trash-2", gettext_lazy("Deleted a contact")),
    "company.deleted": Words("trash-2", gettext_lazy("Deleted a company")),
    "lead.deleted": Words("trash-2", gettext_lazy("Deleted a lead")),
}


def lines_of(events: Iterable[AuditEvent]) -> list[AuditLine]:
    """Names come in one query a kind of target, as they are now."""
    rows = list(events)
    names = _names_of(rows)
    return [_line(row, names) for row in rows]


def _line(event: AuditEvent, names: Mapping[tuple[str, int], str]) -> AuditLine:
    target = names.get((event.target_type, event.target_id or 0)) or event.facts.get("name") or f"#{event.target_id}"
    words = BY_ACTION.get(event.action) or Words("info", event.action.replace("%", "%%"))
    detail = DETAILS.get(event.action)
    return AuditLine(
        event,
        words.icon,
        event.actor.name if event.actor else "",
        str(words.text) % {"target": _("“%(name)s”") % {"name": target} if event.target_type in QUOTED else target},
        detail(event.facts) if detail else "",
    )


QUOTED = ("group", "store")
LOOK_UP: dict[str, Callable[[set[int]], dict[int, str]]] = {
    "membership": lambda ids: {
        member.pk: member.name for member in Membership.objects.select_related("user").filter(pk__in=ids)
    },
    "mailbox": lambda ids: dict(Mailbox.objects.filter(pk__in=ids).values_list("pk", "address")),
    "group": lambda ids: dict(Group.objects.filter(pk__in=ids).values_list("pk", "name")),
    "store": lambda ids: dict(Store.objects.filter(pk__in=ids).values_list("pk", "name")),
    "invitation": lambda ids: dict(Invitation.objects.filter(pk__in=ids).values_list("pk", "email")),
}


def _names_of(events: Iterable[AuditEvent]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for event in events:
        if event.target_id and event.target_type in LOOK_UP:
            wanted[event.target_type].add(event.target_id)
    return {(kind, pk): name for kind, ids in wanted.items() for pk, name in LOOK_UP[kind](ids).items()}


def _rights(facts: Facts) -> str:
    said = []
    if "role" in facts:
        said.append(_("role: %(role)s") % {"role": _label(Membership.Role, facts["role"])})
    if "is_active" in facts:
        said.append(_("may sign in") if facts["is_active"] else _("may not sign in"))
    return ", ".join(said)


def _mail_access(facts: Facts) -> str:
    if facts.get("all"):
        return _("every shared mailbox")
    count = len(str(facts.get("mailboxes", "")).split())
    return ngettext("%(count)s chosen mailbox", "%(count)s chosen mailboxes", count) % {"count": count}


def _kind(facts: Facts) -> str:
    return f"{_label(Mailbox.Kind, facts.get('was'))} → {_label(Mailbox.Kind, facts.get('kind'))}"


def _emails(facts: Facts) -> str:
    return _("its mail is deleted") if facts.get("emails") == "delete" else _("its mail stays")


def _count(facts: Facts) -> str:
    count = facts.get("count", 0)
    return ngettext("%(count)s letter", "%(count)s letters", count) % {"count": count}


def _settings(form: type[forms.Form]) -> Callable[[Facts], str]:
    """Which settings were changed, by the names that stand in their form."""

    def words(facts: Facts) -> str:
        names = str(facts.get("fields", "")).split()
        return ", ".join(str(form.base_fields[name].label) if name in form.base_fields else name for name in names)

    return words


def _label(choices: Any, value: Any) -> str:  # noqa: ANN401  (a class of choices; what an older version wrote)
    return str(choices(value).label) if value in choices.values else str(value)


DETAILS: dict[str, Callable[[Facts], str]] = {
    "user.invited": _rights,
    "user.rights_changed": _rights,
    "user.mail_access_changed": _mail_access,
    "user.availability_set": lambda facts: label_of(facts["availability"]),
    "token.created": lambda facts: str(facts.get("scopes", "")),
    "account.changed": _settings(AccountForm),
    "mailbox.settings_changed": _settings(MailboxForm),
    "mailbox.connected": lambda facts: _label(Mailbox.Kind, facts.get("kind")),
    "mailbox.kind_changed": _kind,
    "mailbox.disconnected": _emails,
    "messages.deleted": _count,
    "messages.restored": _count,
}
