"""Documents in frames that show what a member writes: the sheet beside the HTML field, and the preview of a letter.

Whatever a member wrote is cleaned here like a stranger's letter, and lies behind the same policy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from selectolax.lexbor import LexborHTMLParser

from accounts.models import Membership
from letter_templates.fields import picker_groups
from mailkit.composed_html import clean_letter_html
from mailkit.form_sketch import sketch_forms
from mailkit.html_cleaner import clean_html, text_to_html
from mailkit.remote_images import list_sources, place_known
from outbox.previewing import Preview
from pages.form_checks import check_forms
from web.image_consent import own_image_token
from web.letter_page import OWN_COLORS, POLICY, page_of

__all__ = ["POLICY", "preview_page", "refused_page", "sheet_page"]

MAX_IMAGE_URL = 2_000  # characters: it goes along in an address of ours
_CID_PICTURE = re.compile(r'data-cid="([^"]{1,200})"')


def sheet_page(member: Membership, html: str, pictures: str, theme: str) -> str:
    """`pictures`: JSON, addresses of uploads by Content-ID. Only those of our own are shown."""
    shown = _body(html, _own_pictures(pictures), _own_images(member, html))
    return page_of(_("The letter as it will look"), shown, theme or "system")


def preview_page(
    member: Membership,
    shown: Preview,
    theme: str,
    *,
    pictures: Mapping[str, str] | None = None,
    problem: str = "",
    above: str = "",
) -> str:
    """The letter; and in a <template>, for the dialog around the frame, what stands above it. Images from elsewhere are
    shown as far as the writer named them: those of a quote would tell its sender.

    `pictures`: addresses by Content-ID of those that are no uploads; `problem`: why it cannot be sent as it is;
    `above`: markup that comes first in the dialog.
    """
    urls = {cid: reverse("upload_picture", args=[upload_id]) for cid, upload_id in shown.images.items()}
    urls |= pictures or {}
    own = _own_images(member, shown.html.removesuffix(shown.quote_html))
    body = _body(shown.html, urls, own) if shown.html else mark_safe(text_to_html(shown.text))  # noqa: S308  (escaped there)
    return page_of(shown.subject, format_html("{}{}", _facts(shown, problem, above), body), theme or "system")


def refused_page(words: str) -> str:
    """Instead of a preview: the reason."""
    return format_html('<template id="facts" data-refused><p role="alert">{}</p></template>', words)


def _facts(shown: Preview, problem: str, above: str) -> SafeString:
    labels = {field.name: field.label for group in picker_groups() for field in group.fields}
    facts = {
        "shown": shown,
        "problem": problem,
        "form": check_forms(shown.html),
        "empty_fields": [(labels.get(name, name), name) for name in shown.empty_fields],
        "files": [(file.filename, filesizeformat(file.size)) for file in shown.attachments],
    }
    drawn = above + render_to_string("mail/preview_facts.html", facts)
    return format_html('<template id="facts">{}</template>', mark_safe(drawn))  # noqa: S308  (both are templates)


def _body(html: str, pictures: dict[str, str], images: Mapping[str, str]) -> SafeString:
    cleaned = _with_images(_cleaned(html), images)
    shown = _CID_PICTURE.sub(lambda found: _with_address(found, pictures), cleaned)
    own = mark_safe(shown)  # noqa: S308  (cleaned, and see POLICY)
    return format_html('<div class="{}">{}</div>', "paper" if OWN_COLORS.search(cleaned) else "plain", own)


def _cleaned(html: str) -> str:
    return clean_html(sketch_forms(clean_letter_html(html))).html


def _own_images(member: Membership, html: str) -> dict[str, str]:
    """Addresses at ours, by those of what is written."""
    sources = (source for source in list_sources(LexborHTMLParser(_cleaned(html))) if len(source) <= MAX_IMAGE_URL)
    head = reverse("own_image")
    return {url: f"{head}?{urlencode({'url': url, 'token': own_image_token(member, url)})}" for url in sources}


def _with_images(cleaned: str, images: Mapping[str, str]) -> str:
    if not images:
        return cleaned
    tree = LexborHTMLParser(cleaned)
    place_known(tree, images)
    return (tree.body.inner_html or "") if tree.body else ""


def _with_address(found: re.Match[str], pictures: dict[str, str]) -> str:
    address = pictures.get(found[1])
    return f'{found[0]} src="{address}"' if address else found[0]


def _own_pictures(pictures: str) -> dict[str, str]:
    """What the script names, as far as it is an address of an upload: nothing else gets into the page."""
    try:
        given = json.loads(pictures or "{}")
    except ValueError:
        return {}
    known = re.compile(re.escape(reverse("upload_picture", args=[0])).replace("0", r"\d{1,18}"))
    named = given.items() if isinstance(given, dict) else ()
    return {cid: url for cid, url in named if isinstance(url, str) and known.fullmatch(url)}
