"""The language of what is written once for everybody in an account, whoever or whatever causes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import translation

from accounts.models import Account
from accounts.tenancy import current_account_id


@contextmanager
def account_language() -> Iterator[None]:
    """That of the account whose scope is open: workers have none of their own."""
    language = Account.objects.values_list("language", flat=True).get(pk=current_account_id())
    with translation.override(language):
        yield
