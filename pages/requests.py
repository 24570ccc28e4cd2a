"""A page as a person or a program gives it, checked before anything is stored (M110-M117)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_unicode_slug
from django.utils.translation import gettext as _

from letter_templates.errors import PartRefused, TemplateRefused, ValueRefused
from letter_templates.fields import names
from letter_templates.models import Template
from letter_templates.rendering import check, has_fields
from letter_templates.requests import checked_body, one_line
from letter_templates.trigger_choice import MOST_TRIGGERS
from mailkit.composed_html import clean_template_html
from pages.models import Page
from pages.pictures import put_aside

MAX_NAME_CHARS = 150
MAX_HEADER_CHARS = 200
MAX_TITLE_CHARS = 100
MOST_DAYS = 3660
MOST_CACHE_SECONDS = 30 * 24 * 3600
_METRICA = re.compile(r"[0-9]{1,15}", re.ASCII)
_GTM = re.compile(r"GTM-[A-Z0-9]{4,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PageFields:
    """A page, whole. `lifetime_days` None: its links live for ever. `on_open`: ids of triggers."""

    name: str
    header: str = ""
    title: str = ""
    format: str = Template.Format.VISUAL
    body: str = ""
    lifetime_days: int | None = None
    cache_seconds: int = 0
    subdomain: str = ""
    on_open: tuple[int, ...] = ()
    metrica_id: str = ""
    gtm_id: str = ""


def fields_of(page: Page) -> PageFields:
    """As it is stored: what is changed in part is replaced in this."""
    return PageFields(
        name=page.name,
        header=page.header,
        title=page.title,
        format=page.format,
        body=page.body,
        lifetime_days=page.lifetime_days,
        cache_seconds=page.cache_seconds,
        subdomain=page.subdomain,
        on_open=tuple(page.on_open),
        metrica_id=page.metrica_id,
        gtm_id=page.gtm_id,
    )


def checked_fields(fields: PageFields) -> PageFields:
    """As they are stored. Merge fields are compiled and run, which may take seconds: never in a transaction.

    Raises ValueRefused, PartRefused.
    """
    checked = replace(
        fields,
        name=one_line("name", fields.name, MAX_NAME_CHARS),
        header=one_line("header", fields.header, MAX_HEADER_CHARS),
        title=_checked_title(fields.title),
        body=checked_body(fields.body),
        subdomain=fields.subdomain.strip().lower(),
        on_open=tuple(dict.fromkeys(fields.on_open)),
        metrica_id=_checked_id("metrica_id", fields.metrica_id, _METRICA, "12345678"),
        gtm_id=_checked_id("gtm_id", fields.gtm_id.upper(), _GTM, "GTM-AB12CDE"),
    )
    if not checked.name:
        raise ValueRefused("name", _("Enter a name for the page."))
    if checked.format not in Template.Format.values:
        raise ValueRefused("format", _("Choose visual, HTML or plain text."))
    if len(checked.on_open) > MOST_TRIGGERS:
        raise ValueRefused("on_open", _("Choose at most %(most)d triggers.") % {"most": MOST_TRIGGERS})
    _check_times(checked)
    _check_merge_fields(checked)
    return checked


def _checked_title(typed: str) -> str:
    plain = one_line("title", typed, MAX_TITLE_CHARS)
    try:
        if plain:
            validate_unicode_slug(plain)
    except ValidationError as error:
        words = _("The end of the address may hold letters, digits, hyphens and underscores, such as spring-offer.")
        raise ValueRefused("title", words) from error
    return plain


def _checked_id(field: str, typed: str, pattern: re.Pattern[str], example: str) -> str:
    """It is written into a script: nothing but what it looks like may stand there."""
    plain = typed.strip()
    if plain and not pattern.fullmatch(plain):
        raise ValueRefused(field, _("Enter only the number or ID itself, such as %(example)s.") % {"example": example})
    return plain


def _check_times(fields: PageFields) -> None:
    if fields.lifetime_days is not None and not 0 < fields.lifetime_days <= MOST_DAYS:
        raise ValueRefused("lifetime_days", _("Enter 1 to %(most)d days, or nothing.") % {"most": MOST_DAYS})
    if not 0 <= fields.cache_seconds <= MOST_CACHE_SECONDS:
        words = _("Enter 0 to %(most)d seconds (30 days).") % {"most": MOST_CACHE_SECONDS}
        raise ValueRefused("cache_seconds", words)


def _check_merge_fields(fields: PageFields) -> None:
    known, body = names(), put_aside(fields.body)[0]
    sources = [("header", fields.header), ("body", body)]
    if fields.format != Template.Format.TEXT and has_fields(body):  # as it is shown: cleaning may tear one apart
        sources.append(("body", clean_template_html(body)))
    for part, source in sources:
        try:
            check(source, known)
        except TemplateRefused as error:
            raise PartRefused(part, error) from error
