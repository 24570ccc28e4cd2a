"""All smart addresses of these tests end in in.example."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.smart_addresses.arrivals import DOMAIN


@pytest.fixture(autouse=True)
def mail_domain(settings: Settings) -> None:
    settings.MAIL_DOMAIN = DOMAIN
