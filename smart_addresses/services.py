"""Filing a letter again that could not be read."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership
from accounts.tenancy import current_account_id
from smart_addresses.access import get_arrived_for
from smart_addresses.models import ArrivedLetter
from smart_addresses.tasks import start_filing


@transaction.atomic
def file_again(admin: Membership, letter_id: int | str) -> None:
    """In the background. Nothing happens to one that is filed. Raises NotAllowed, ArrivedLetterNotFound."""
    if not admin.is_admin:
        raise NotAllowed
    letter = get_arrived_for(admin, letter_id)
    aside = ArrivedLetter.objects.filter(pk=letter.pk, state=ArrivedLetter.State.UNREADABLE)
    if aside.update(state=ArrivedLetter.State.RECEIVED, outcome="", attempts=0, done_at=None):
        record(admin, "smart_addresses.filed_again", target=letter)
        transaction.on_commit(partial(start_filing, current_account_id(), letter.pk))
