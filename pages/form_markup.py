"""Forms in pages, and in letters that are read in a browser: made ready to be sent to us (M120)."""

from __future__ import annotations

from html import escape

from mailkit.form_reader import prepare_forms
from outbox.web_copies import FORM_LINK, form_address
from pages.models import PageLink


def for_page(html: str, link: PageLink) -> str:
    """`html` is cleaned already, its other words between braces are filled in."""
    return fill_forms(html, link.tracked_id)


def fill_forms(html: str, tracked_id: int) -> str:
    """Forms, and links to them."""
    address = form_address(tracked_id)
    return prepare_forms(html, address).replace(FORM_LINK, escape(address)) if FORM_LINK in html else html
