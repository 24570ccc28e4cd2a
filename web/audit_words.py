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
from automation.models import Trigger
from crm.models import CustomField, Store, Tag
from letter_templates.models import Template
from mailboxes.models import Mailbox
from pages.models import Page
from tracking.models import TriggerLink
from web.forms.account import AccountForm
from web.forms.mailbox_inbox import InboxForm
from web.forms.mailbox_settings import MailboxForm
from web.forms.mailer import MailerForm
from web.forms.smart_addresses import SmartAddressesForm

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
    "account.renamed": Words("building-2", gettext_lazy("Renamed the account, and its smart addresses with it")),
    "smart_addresses.changed": Words("at-sign", gettext_lazy("Changed how the smart addresses behave")),
    "smart_addresses.filed_again": Words("refresh-cw", gettext_lazy("Had a letter to a smart address filed again")),
    "store.created": Words("tag", gettext_lazy("Added the store %(target)s")),
    "store.renamed": Words("tag", gettext_lazy("Renamed the store %(target)s")),
    "tag.renamed": Words("tag", gettext_lazy("Renamed the tag %(target)s")),
    "tag.merged": Words("tag", gettext_lazy("Made another tag one with %(target)s")),
    "tag.deleted": Words("trash-2", gettext_lazy("Deleted a tag")),
    "store.deleted": Words("trash-2", gettext_lazy("Deleted a store")),
    "custom_field.created": Words("text-cursor-input", gettext_lazy("Added the field %(target)s")),
    "custom_field.changed": Words("text-cursor-input", gettext_lazy("Changed the field %(target)s")),
    "custom_field.deleted": Words("trash-2", gettext_lazy("Deleted a field and what was filled in on it")),
    "cards.imported": Words("upload", gettext_lazy("Imported cards from a file")),
    "cards.exported": Words("download", gettext_lazy("Exported cards into a file")),
    "contact.merged": Words("merge", gettext_lazy("Made several contacts one")),
    "contact.kept_apart": Words("users", gettext_lazy("Said that contacts are different people")),
    "contact.maybe_one": Words("undo-2", gettext_lazy("Took back that contacts are different people")),
    "contact.unmerged": Words("undo-2", gettext_lazy("Took merged contacts apart again")),
    "mailbox.connected": Words("plug", gettext_lazy("Connected %(target)s")),
    "mailbox.servers_changed": Words("server", gettext_lazy("Changed the servers or the sign-in of %(target)s")),
    "mailbox.settings_changed": Words("settings", gettext_lazy("Changed the settings of %(target)s")),
    "mailbox.kind_changed": Words("users", gettext_lazy("Changed whose mailbox %(target)s is")),
    "mailbox.paused": Words("pause", gettext_lazy("Paused %(target)s")),
    "mailbox.resumed": Words("play", gettext_lazy("Resumed %(target)s")),
    "mailbox.disconnected": Words("unlink", gettext_lazy("Disconnected %(target)s")),
    "mailbox.alias_requested": Words("at-sign", gettext_lazy("Asked for another address of %(target)s")),
    "mailbox.alias_confirmed": Words("at-sign", gettext_lazy("Another address of %(target)s was confirmed")),
    "mailbox.alias_withdrawn": Words("at-sign", gettext_lazy("Withdrew another address of %(target)s")),
    "mailbox.removed": Words("trash-2", gettext_lazy("All mail of a mailbox was deleted")),
    "messages.deleted": Words("trash-2", gettext_lazy("Deleted letters")),
    "messages.purged": Words("trash-2", gettext_lazy("Letters in Deleted of %(target)s are gone for good")),
    "messages.restored": Words("undo-2", gettext_lazy("Restored letters")),
    "mailing.started": Words("mails", gettext_lazy("Started a mailing")),
    "mailing.paused": Words("pause", gettext_lazy("Paused a mailing")),
    "mailing.resumed": Words("play", gettext_lazy("Let a mailing go on")),
    "mailing.canceled": Words("x", gettext_lazy("Canceled a mailing")),
    "suppression.unsubscribed": Words("ban", gettext_lazy("Wrote down that somebody wants no mail")),
    "suppression.subscribed": Words("mail-check", gettext_lazy("Wrote down that somebody wants mail again")),
    "note.deleted": Words("trash-2", gettext_lazy("Deleted another's note")),
    "suppression.lifted": Words("mail-check", gettext_lazy("Took an address off the list of those that take no mail")),
    "threads.merged": Words("mails", gettext_lazy("Merged conversations")),
    "threads.split": Words("mails", gettext_lazy("Split a conversation")),
    "threads.undone": Words("undo-2", gettext_lazy("Undid merging or splitting")),
    "mail.read": Words("eye", gettext_lazy("Read letters in %(target)s, the personal mailbox of somebody else")),
    "mail.resent": Words("refresh-cw", gettext_lazy("Sent a letter once more")),
    "template.created": Words("file-text", gettext_lazy("Made the template %(target)s")),
    "template.changed": Words("file-text", gettext_lazy("Changed the template %(target)s")),
    "template.deleted": Words("trash-2", gettext_lazy("Deleted the template %(target)s")),
    "page.created": Words("globe", gettext_lazy("Made the web page %(target)s")),
    "page.changed": Words("globe", gettext_lazy("Changed the web page %(target)s")),
    "page.deleted": Words("trash-2", gettext_lazy("Deleted a web page with its links")),
    "subdomain.added": Words("globe", gettext_lazy("Added a subdomain for web pages")),
    "subdomain.removed": Words("trash-2", gettext_lazy("Removed a subdomain of web pages")),
    "template.exported": Words("download", gettext_lazy("Exported templates")),
    "template.imported": Words("upload", gettext_lazy("Imported templates")),
    "contact.mail_exported": Words("download", gettext_lazy("Exported the mail of a contact")),
    "contact.erased": Words("eraser", gettext_lazy("Erased a contact everywhere")),
    "account.exported": Words("package", gettext_lazy("Exported the account")),
    "mailbox.mail_imported": Words("upload", gettext_lazy("Imported letters of a file into %(target)s")),
    "contact.deleted": Words("trash-2", gettext_lazy("Deleted a contact")),
    "company.deleted": Words("trash-2", gettext_lazy("Deleted a company")),
    "lead.deleted": Words("trash-2", gettext_lazy("Deleted a lead")),
    "customer.deleted": Words("trash-2", gettext_lazy("Deleted a customer")),
    "pipeline.deleted": Words("trash-2", gettext_lazy("Deleted a pipeline")),
    "trigger.created": Words("zap", gettext_lazy("Made the trigger %(target)s")),
    "trigger.changed": Words("zap", gettext_lazy("Changed the trigger %(target)s")),
    "trigger.deleted": Words("trash-2", gettext_lazy("Deleted a trigger")),
    "trigger_link.created": Words("link", gettext_lazy("Made the trigger link %(target)s")),
    "trigger_link.changed": Words("link", gettext_lazy("Changed the trigger link %(target)s")),
    "trigger_link.deleted": Words("trash-2", gettext_lazy("Deleted a trigger link")),
    "ready_made.offer_added": Words("zap", gettext_lazy("Added the offer scenario")),
    "automation.paused": Words("pause", gettext_lazy("Paused all triggers and letters of stages")),
    "automation.resumed": Words("play", gettext_lazy("Let triggers and letters of stages go on")),
    "stage_action.created": Words("mail-plus", gettext_lazy("Made a letter of a stage")),
    "stage_action.changed": Words("mail-plus", gettext_lazy("Changed a letter of a stage")),
    "stage_action.deleted": Words("trash-2", gettext_lazy("Deleted a letter of a stage")),
    "stage.deleted": Words("trash-2", gettext_lazy("Deleted a stage of a pipeline")),
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
        ", ".join(filter(None, [detail(event.facts) if detail else "", _token_used(event.facts)])),
    )


def _token_used(facts: Facts) -> str:
    return _("with the API token “%(name)s”") % {"name": facts["token_name"]} if "token_name" in facts else ""


QUOTED = ("group", "store", "tag", "customfield", "template", "page", "trigger", "triggerlink")
LOOK_UP: dict[str, Callable[[set[int]], dict[int, str]]] = {
    "membership": lambda ids: {
        member.pk: member.name for member in Membership.objects.select_related("user").filter(pk__in=ids)
    },
    "mailbox": lambda ids: dict(Mailbox.objects.filter(pk__in=ids).values_list("pk", "address")),
    "group": lambda ids: dict(Group.objects.filter(pk__in=ids).values_list("pk", "name")),
    "customfield": lambda ids: dict(CustomField.objects.filter(pk__in=ids).values_list("pk", "name")),
    "template": lambda ids: dict(Template.objects.filter(pk__in=ids).values_list("pk", "name")),
    "trigger": lambda ids: dict(Trigger.objects.filter(pk__in=ids).values_list("pk", "name")),
    "triggerlink": lambda ids: dict(TriggerLink.objects.filter(pk__in=ids).values_list("pk", "name")),
    "page": lambda ids: dict(Page.objects.filter(pk__in=ids).values_list("pk", "name")),
    "tag": lambda ids: dict(Tag.objects.filter(pk__in=ids).values_list("pk", "name")),
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
    if "mailer_access" in facts:
        said.append(_("may use the Mailer") if facts["mailer_access"] else _("may not use the Mailer"))
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


def _count_of_threads(facts: Facts) -> str:
    count = facts.get("count", 0)
    return ngettext("%(count)s conversation", "%(count)s conversations", count) % {"count": count}


def _settings(*pages: type[forms.Form]) -> Callable[[Facts], str]:
    """Which settings were changed, by the names that stand in their forms."""
    fields = {name: field for page in pages for name, field in page.base_fields.items()}

    def words(facts: Facts) -> str:
        names = str(facts.get("fields", "")).split()
        return ", ".join(str(fields[name].label) if name in fields else name for name in names)

    return words


def _label(choices: Any, value: Any) -> str:  # noqa: ANN401  (a class of choices; what an older version wrote)
    return str(choices(value).label) if value in choices.values else str(value)


DETAILS: dict[str, Callable[[Facts], str]] = {
    "user.invited": _rights,
    "user.rights_changed": _rights,
    "user.mail_access_changed": _mail_access,
    "user.availability_set": lambda facts: label_of(facts["availability"]),
    "token.created": lambda facts: str(facts.get("scopes", "")),
    "account.changed": _settings(AccountForm, MailerForm),
    "account.renamed": lambda facts: f"{facts.get('was', '')} → {facts.get('slug', '')}",
    "smart_addresses.changed": _settings(SmartAddressesForm),
    "subdomain.added": lambda facts: str(facts.get("label", "")),
    "subdomain.removed": lambda facts: str(facts.get("label", "")),
    "mailbox.settings_changed": _settings(MailboxForm, InboxForm),
    "mailbox.connected": lambda facts: _label(Mailbox.Kind, facts.get("kind")),
    "mailbox.kind_changed": _kind,
    "mailbox.disconnected": _emails,
    "threads.merged": _count_of_threads,
    "threads.split": _count,
    "threads.undone": _count,
    "contact.mail_exported": _count,
    "messages.deleted": _count,
    "messages.purged": _count,
    "messages.restored": _count,
}
