"""A page of Acme, and visits to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from pages.models import Page
from pages.pages import create_page
from pages.requests import PageFields

PUBLIC_HOST = urlsplit(settings.PUBLIC_URL).netloc
MakePage = Callable[..., Page]


class Visit(Protocol):
    """What a client of Django's tests answers."""

    def __call__(self, url: str, **headers: str) -> HttpResponse: ...


@pytest.fixture
def ana(in_account: None) -> Contact:
    return create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))


@pytest.fixture
def make_page(alice: Membership, in_account: None) -> MakePage:
    def make(body: str = "<p>Dear {{ contact.first_name }}</p>", **fields: Any) -> Page:
        number = fields.pop("number", None)
        return create_page(alice, PageFields(**{"name": "Offer", "body": body, **fields}), number=number)

    return make


@pytest.fixture
def visit() -> Visit:
    """What a stranger gets there. Nothing of ours is in scope but what the address names."""

    def ask(url: str, **headers: str) -> HttpResponse:
        address = urlsplit(url)
        answer: HttpResponse = Client(headers={"host": address.netloc, **headers}).get(address.path)  # type: ignore[assignment]
        return answer

    return ask
