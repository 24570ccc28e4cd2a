"""Stores: the brands or shops of an account that mailboxes may belong to (R09). Administrators keep the list."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership
from crm.errors import ValueRefused
from crm.models import Store

MAX_NAME = 100
MAX_STORES = 200  # they stand in one select box


@transaction.atomic
def create_store(admin: Membership, name: str) -> Store:
    """Raises NotAllowed, ValueRefused."""
    _check_admin(admin)
    if Store.objects.count() >= MAX_STORES:
        raise ValueRefused("name", _("An account has at most %(most)d stores.") % {"most": MAX_STORES})
    store = _saved(Store(name=_checked_name(name)))
    record(admin, "store.created", target=store)
    return store


@transaction.atomic
def rename_store(admin: Membership, store: Store, name: str) -> Store:
    """Raises NotAllowed, ValueRefused."""
    _check_admin(admin)
    checked = _checked_name(name)
    if checked != store.name:
        store.name = checked
        _saved(store)
        record(admin, "store.renamed", target=store)
    return store


@transaction.atomic
def delete_store(admin: Membership, store: Store) -> None:
    """Its mailboxes stay, and belong to no store then. Raises NotAllowed."""
    _check_admin(admin)
    record(admin, "store.deleted", target=store)
    store.delete()


def _check_admin(admin: Membership) -> None:
    if not admin.is_admin:
        raise NotAllowed(_("Only administrators change stores."))


def _checked_name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > MAX_NAME:
        raise ValueRefused("name", _("Enter a name of at most %(most)d characters.") % {"most": MAX_NAME})
    return name


def _saved(store: Store) -> Store:
    """The database compares the names, whatever their case: two people may have the same idea at once."""
    try:
        with transaction.atomic():
            store.save()
    except IntegrityError as error:
        raise ValueRefused("name", _("There is a store of this name already.")) from error
    return store
