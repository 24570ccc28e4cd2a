"""What a letter holds for the world outside: its links lead through us, a pixel tells that it is shown, words such as
{triggerlink:8} become addresses (M80-M83, M97). Done once, when its final bytes are made.

Only what our people wrote is changed. What they quote is others' words; of our own earlier letters it is what
tracking.originals has left of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape, unescape
from urllib.parse import unquote

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from letter_templates.errors import PartRefused, TemplateRefused
from outbox import states, unsubscribing, web_copies
from outbox.merging import Quote, Words
from outbox.models import OutgoingMail
from outbox.texts import quote_of_html, quote_of_text
from tracking.addresses import pixel_url
from tracking.making import BAIT, Target, add_links, links_of
from tracking.models import Tracked, TriggerLink
from tracking.targets import web_address

# nh3 escapes quotes within attributes: what looks like an address here is one.
_HREF = re.compile(r'(<a\b[^<>]*?\shref=")([^"]*)(?=")')
_TRIGGER_WORD = re.compile(r"(?:\{|%7B)triggerlink(?::|%3A)([0-9]{1,9})(?:\}|%7D)", re.IGNORECASE)
_TRIGGER_HREF = re.compile(rf"(?:https?://)?{_TRIGGER_WORD.pattern}/?", re.IGNORECASE)
_MAILER_WORD = re.compile(rf"{_TRIGGER_WORD.pattern}|(?:\{{|%7B)(?:weblink|formlink)(?:\}}|%7D)", re.IGNORECASE)
_OTHER_WORD = re.compile(r"(?:\{|%7B)(weblink|formlink|unsubscribelink)(?:\}|%7D)", re.IGNORECASE)
# Also one that the next field may go on with.
_WORD_START = re.compile(r"(?:\{|%7B)(?=triggerlink|weblink|formlink|unsubscribelink|[a-z]*$)", re.IGNORECASE)

Targets = Mapping[str, TriggerLink]  # trigger links, by their numbers as they stand in the text


def check(words: Words) -> None:
    """Whether each trigger link that is named exists. Raises PartRefused, whose `part` is the name in Words."""
    _trigger_links(_split(words)[0])


def check_plain(words: Words) -> None:
    """Whether a letter holds nothing of the Mailer: its author may not use it (M01). Raises as `check` does."""
    mine = _split(words)[0]
    for part, text in (("html", mine.html), ("text", mine.text)):
        if found := _MAILER_WORD.search(text):
            word = unquote(found[0])
            message = _("“%(word)s” is for users of the Mailer. Take it out, or ask an administrator.") % {"word": word}
            raise PartRefused(part, TemplateRefused("mailer_needed", message, field=word.strip("{}")))


def names_trigger_link(words: str) -> bool:
    return bool(_TRIGGER_WORD.search(words))


def harmless(values: Mapping[str, str]) -> dict[str, str]:
    """Merge fields hold what clients said of themselves: none of it becomes a link of ours."""
    return {name: _WORD_START.sub("{\u2060", value) for name, value in values.items()}


def prepare(mail: OutgoingMail, own: Words) -> Words:
    """The words as they go out. A letter of which nothing is to be told stays as it is. Raises PartRefused."""
    mine, quote = _split(own)
    triggers = _trigger_links(mine)
    targets = [*dict.fromkeys(_targets(mail, mine, triggers))]
    has_pixel = mail.track_opens and bool(mine.html)
    if targets or has_pixel or web_copies.needs_copy(mine):  # forms and the web version are told by that row too
        addresses = _track(mail, [*targets, *([BAIT] if targets and mine.html else [])], has_pixel=has_pixel)
        mine = replace(
            mine,
            text=_fill_text(mine.text, triggers, addresses),
            html=_fill_html(mine.html, triggers, addresses) + _hidden(mail, addresses, has_pixel=has_pixel),
        )
    mine = _fill_others(mail, mine)
    return replace(mine, text=mine.text + quote.text, html=mine.html + quote.html)


def follow_links(mail: OutgoingMail, html: str) -> str:
    """The letter's web version: the same links, told by the same rows."""
    if mail.tracked_id is None:
        return html
    addresses = links_of(mail.tracked_id)
    triggers = TriggerLink.objects.in_bulk([target.trigger_link_id for target in addresses if target.trigger_link_id])
    return _fill_html(html, {str(row.number): row for row in triggers.values()}, addresses)


def _split(words: Words) -> tuple[Words, Quote]:
    """Our own words, and what they quote at their end."""
    text, html = quote_of_text(words.text), quote_of_html(words.html)
    mine = replace(words, text=words.text[:text], html=words.html[:html])
    return mine, Quote(words.text[text:], words.html[html:])


def _trigger_links(words: Words) -> Targets:
    """By one statement, or by none."""
    parts = {"text": words.text, "html": words.html}
    named = {part: {found[1] for found in _TRIGGER_WORD.finditer(text)} for part, text in parts.items()}
    numbers = {int(number) for spelled in named.values() for number in spelled}
    known = {row.number: row for row in TriggerLink.objects.filter(number__in=numbers)} if numbers else {}
    for part, spelled in named.items():
        for number in spelled:
            if int(number) not in known:
                words_of_error = _("There is no trigger link %(number)s any more.") % {"number": number}
                raise PartRefused(part, TemplateRefused("unknown_link", words_of_error, field=f"triggerlink:{number}"))
    return {number: known[int(number)] for spelled in named.values() for number in spelled}


def _targets(mail: OutgoingMail, words: Words, triggers: Targets) -> Iterator[Target]:
    """In the order of the letter: trigger links always, others if it is to be seen who follows them."""
    for found in _HREF.finditer(words.html):
        target = _target_of(found[2], triggers)
        if target and (mail.track_links or target.trigger_link_id):
            yield target
    for text in (words.html, words.text):
        yield from (Target(trigger_link_id=triggers[found[1]].pk) for found in _TRIGGER_WORD.finditer(text))


def _target_of(href: str, triggers: Targets) -> Target | None:
    """None for what is none of our business: mail addresses, pictures of the letter, pages on our own host."""
    plain = unescape(href).strip()
    word = _TRIGGER_HREF.fullmatch(plain)
    if word:
        return Target(trigger_link_id=triggers[word[1]].pk) if word[1] in triggers else None
    url = web_address(plain)
    return Target(url) if url and not url.startswith(f"{settings.PUBLIC_URL}/") else None


@transaction.atomic
def _track(mail: OutgoingMail, targets: list[Target], *, has_pixel: bool) -> Mapping[Target, str]:
    """One row for each letter, however often it is made: the letter remembers it before anybody connects."""
    tracked = Tracked.objects.filter(pk=mail.tracked_id).first() if mail.tracked_id else None
    if tracked is None:
        kind = Tracked.Kind.TEST if mail.is_test else Tracked.Kind.LETTER
        tracked = Tracked.objects.create(kind=kind, has_pixel=has_pixel)
        states.note(mail, tracked_id=tracked.pk)
    return add_links(tracked, targets) if targets else {}


def _fill_html(html: str, triggers: Targets, addresses: Mapping[Target, str]) -> str:
    def fill(found: re.Match[str]) -> str:
        target = _target_of(found[2], triggers)
        return found[1] + (addresses.get(target, found[2]) if target else found[2])

    return _fill_text(_HREF.sub(fill, html), triggers, addresses)


def _fill_text(text: str, triggers: Targets, addresses: Mapping[Target, str]) -> str:
    def fill(found: re.Match[str]) -> str:
        row = triggers.get(found[1])
        return addresses.get(Target(trigger_link_id=row.pk), found[0]) if row else found[0]

    return _TRIGGER_WORD.sub(fill, text)


def _hidden(mail: OutgoingMail, addresses: Mapping[Target, str], *, has_pixel: bool) -> str:
    """For machines: a link that no person sees, and the pixel."""
    bait = f'<a href="{addresses[BAIT]}" style="display:none"></a>' if BAIT in addresses else ""
    if not has_pixel or mail.tracked_id is None:
        return bait
    return f'{bait}<img src="{pixel_url(mail.tracked_id)}" width="1" height="1" alt="">'


def _fill_others(mail: OutgoingMail, words: Words) -> Words:
    """{weblink}, {formlink} and {unsubscribelink}, each made when it is asked for."""
    made: dict[str, str] = {}
    links = {
        "weblink": web_copies.link_of,
        "formlink": web_copies.form_link_of,
        "unsubscribelink": unsubscribing.link_of,
    }

    def address(found: re.Match[str]) -> str:
        name = found[1].lower()
        if name not in made:
            made[name] = links[name](mail)
        return made[name]

    html = _OTHER_WORD.sub(lambda found: escape(address(found)), words.html)
    return replace(words, text=_OTHER_WORD.sub(address, words.text), html=html)
