"""How a mailbox behaves: everything that can be changed without asking its servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Group, Membership
from accounts.tenancy import current_account_id, on_commit
from crm.models import Store
from mailboxes.access import lock_managed_mailbox_for
from mailboxes.account_default import check_default, give_up_others
from mailboxes.errors import SettingRefused
from mailboxes.mailbox_fields import changed_values
from mailboxes.models import Mailbox, MailboxFilter
from mailboxes.outgoing import list_outgoing_choices
from mailboxes.requests import Filter, check_filters
from mailboxes.signals import daily_limit_changed, grouping_changed, older_wanted

MIN_INTERVAL_MINUTES = 5
MAX_DAILY_LIMIT = 1_000_000
MAX_LETTERS_PER_MINUTE = 3_600


@dataclass(frozen=True, slots=True)
class Choice:
    """Another row by its id, or None for none of them: None alone leaves a setting as it is."""

    pk: int | None


@dataclass(frozen=True, slots=True)
class Switch:
    """On, off, or as the account has it (None): None alone leaves a setting as it is."""

    is_on: bool | None


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """None leaves a value as it is. `filters` are replaced as a whole, `custom_fields` one by one."""

    display_name: str | None = None
    signature: str | None = None
    interval_minutes: int | None = None
    group_messages: bool | None = None
    shared_with_admins: bool | None = None
    load_older: bool | None = None
    push: bool | None = None
    store_internal: bool | None = None
    collector: bool | None = None
    keep_attachments: bool | None = None
    delete_after_upload: bool | None = None
    sent_folder: str | None = None
    daily_limit: int | None = None  # 0: that of the instance
    letters_per_minute: int | None = None  # the same
    unmatched: str | None = None  # Mailbox.Unmatched
    create_contacts: bool | None = None
    contacts_only: bool | None = None
    notify_manager: bool | None = None
    create_lead_on_reply: bool | None = None
    track_opens: Switch | None = None  # M97; a letter may differ
    track_links: Switch | None = None
    is_account_default: bool | None = None  # takes it from the mailbox that was it
    outgoing_mailbox: Choice | None = None
    store: Choice | None = None
    manager_group: Choice | None = None
    lead_responsible: Choice | None = None  # an administrator; none: who replied
    filters: tuple[Filter, ...] | None = None
    custom_fields: Mapping[str, Any] | None = None  # changes by number, see mailboxes.mailbox_fields


NAMES = tuple(MailboxSettings.__dataclass_fields__)
CHOICES = ("outgoing_mailbox", "store", "manager_group", "lead_responsible")  # those that name another row
SWITCHES = ("track_opens", "track_links")
PLAIN = tuple(name for name in NAMES if name not in (*CHOICES, *SWITCHES, "filters", "custom_fields"))


def change_settings(member: Membership, mailbox_id: int | str, changes: MailboxSettings) -> Mailbox:
    """Raises MailboxNotFound, SettingRefused, NotAllowed."""
    with transaction.atomic():
        mailbox = lock_managed_mailbox_for(member, mailbox_id)
        check_changes(member, mailbox, changes)
        changed = _apply(mailbox, changes)
        if changed:
            record(member, "mailbox.settings_changed", target=mailbox, fields=" ".join(sorted(changed)))
    return mailbox


def check_changes(member: Membership, mailbox: Mailbox, changes: MailboxSettings) -> None:
    """Whether this member may change this mailbox so. `mailbox` need not be saved yet."""
    if changes.interval_minutes is not None:
        _check_interval(changes.interval_minutes)
    if changes.daily_limit is not None and not 0 <= changes.daily_limit <= MAX_DAILY_LIMIT:
        raise SettingRefused("daily_limit", _("Enter a number of letters, or nothing for the usual limit."))
    if changes.letters_per_minute is not None and not 0 <= changes.letters_per_minute <= MAX_LETTERS_PER_MINUTE:
        raise SettingRefused("letters_per_minute", _("Enter a number of letters, or nothing for the usual pace."))
    if changes.shared_with_admins is not None and mailbox.owner_id != member.pk:
        raise SettingRefused("shared_with_admins", _("Only the owner of a personal mailbox can share it."))
    if changes.filters is not None:
        check_filters(changes.filters)
    if changes.sent_folder and changes.sent_folder not in mailbox.sent_choices:
        raise SettingRefused("sent_folder", _("Choose one of the folders that the server has for sent letters."))
    if changes.custom_fields:
        changed_values(mailbox, changes.custom_fields)
    check_default(member, mailbox, changes.is_account_default)
    _check_choices(member, mailbox, changes)
    _check_deletion(member, mailbox, changes)


def _check_choices(member: Membership, mailbox: Mailbox, changes: MailboxSettings) -> None:
    """What is chosen already may stay, even when it could not be chosen today: a form sends what it shows."""
    if changes.unmatched is not None and changes.unmatched not in Mailbox.Unmatched.values:
        raise SettingRefused("unmatched", _("Choose whether such mail is stored or left on the mail server."))
    outgoing = _newly_chosen(changes.outgoing_mailbox, mailbox.outgoing_mailbox_id)
    if outgoing is not None:
        _check_outgoing(member, mailbox, outgoing)
    store = _newly_chosen(changes.store, mailbox.store_id)
    if store is not None and not Store.objects.filter(pk=store).exists():
        raise SettingRefused("store", _("There is no such store."))
    group = _newly_chosen(changes.manager_group, mailbox.manager_group_id)
    if group is not None and not Group.objects.filter(pk=group).exists():
        raise SettingRefused("manager_group", _("There is no such group."))
    responsible = _newly_chosen(changes.lead_responsible, mailbox.lead_responsible_id)
    if responsible is not None and not list_lead_owners().filter(pk=responsible).exists():
        raise SettingRefused("lead_responsible", _("Choose an active administrator."))


def _newly_chosen(wanted: Choice | None, now: int | None) -> int | None:
    return wanted.pk if wanted and wanted.pk != now else None


def list_lead_owners() -> QuerySet[Membership]:
    """Who may get the leads of replies instead of those who replied (E05)."""
    return Membership.objects.filter(role=Membership.Role.ADMIN, is_active=True)


def _check_outgoing(member: Membership, mailbox: Mailbox, wanted: int) -> None:
    if not list_outgoing_choices(member, mailbox).filter(pk=wanted).exists():
        raise SettingRefused(
            "outgoing_mailbox", _("Choose another mailbox, one that all who write here may send from.")
        )


def _check_interval(minutes: int) -> None:
    if not MIN_INTERVAL_MINUTES <= minutes <= settings.POLL_MAX_MINUTES:
        raise SettingRefused(
            "interval_minutes",
            _("Choose between %(least)d and %(most)d minutes.")
            % {"least": MIN_INTERVAL_MINUTES, "most": settings.POLL_MAX_MINUTES},
        )


def _check_deletion(member: Membership, mailbox: Mailbox, changes: MailboxSettings) -> None:
    """R10: what is deleted on the server must lie here as a whole, with its files."""
    wanted = changes.delete_after_upload
    if wanted is not None and wanted != mailbox.delete_after_upload and not member.is_admin:
        raise NotAllowed(_("Only administrators decide whether letters are deleted on the mail server."))
    will_delete = mailbox.delete_after_upload if wanted is None else wanted
    if will_delete and changes.keep_attachments is False:
        raise SettingRefused(
            "keep_attachments",
            _("Files must be kept here while uploaded letters are deleted on the server. Switch that off first."),
        )


def _apply(mailbox: Mailbox, changes: MailboxSettings) -> set[str]:
    """The names of what is different now."""
    wanted = {name: value for name in PLAIN if (value := getattr(changes, name)) is not None}
    wanted |= {f"{name}_id": chosen.pk for name in CHOICES if (chosen := getattr(changes, name)) is not None}
    wanted |= {name: switch.is_on for name in SWITCHES if (switch := getattr(changes, name)) is not None}
    changed = {name: value for name, value in wanted.items() if value != getattr(mailbox, name)}
    if changes.custom_fields and (values := changed_values(mailbox, changes.custom_fields)) != mailbox.custom_values:
        changed["custom_values"] = values
    if changed:
        changed |= _consequences(mailbox, changed)
        for name, value in changed.items():
            setattr(mailbox, name, value)
        mailbox.save(update_fields=list(changed))
    has_new_filters = changes.filters is not None and _replace_filters(mailbox, changes.filters)
    names = {"custom_fields" if name == "custom_values" else name.removesuffix("_id") for name in changed}
    return names | {"filters"} if has_new_filters else names


def _consequences(mailbox: Mailbox, changed: dict[str, Any]) -> dict[str, Any]:
    """What else has to be written with these changes; who carries it out is told."""
    also: dict[str, Any] = {}
    if "group_messages" in changed:
        also["needs_regrouping"] = True
        _tell(grouping_changed, mailbox)
    if "load_older" in changed:
        # During the first import nothing is due yet: it sets the time when it ends.
        is_due = changed["load_older"] and mailbox.imported_at
        also["history_due_at"] = timezone.now() if is_due else None
        if is_due:
            _tell(older_wanted, mailbox)
    if "daily_limit" in changed:
        _tell(daily_limit_changed, mailbox)
    if "shared_with_admins" in changed:
        live.publish_rights()
    if changed.get("is_account_default"):
        give_up_others()
    if changed.get("delete_after_upload"):
        also["keep_attachments"] = True
    return also


def _tell(signal: Signal, mailbox: Mailbox) -> None:
    account_id, mailbox_id = current_account_id(), mailbox.pk
    on_commit(lambda: _send(signal, account_id, mailbox_id))


def _send(signal: Signal, account_id: int, mailbox_id: int) -> None:
    signal.send(Mailbox, account_id=account_id, mailbox_id=mailbox_id)


def _replace_filters(mailbox: Mailbox, filters: Iterable[Filter]) -> bool:
    """Whether they are other ones now."""
    wanted = set(check_filters(filters))
    rows = MailboxFilter.objects.filter(mailbox=mailbox)
    if set(rows.values_list("kind", "value")) == wanted:
        return False
    rows.delete()
    MailboxFilter.objects.bulk_create(
        MailboxFilter(mailbox=mailbox, kind=kind, value=value) for kind, value in sorted(wanted)
    )
    return True
