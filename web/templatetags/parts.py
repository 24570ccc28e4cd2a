"""The parts every page is built from. They are template builtins: no `{% load %}` is needed.

How to use them (all of them, in every state, are on `/styleguide/`):

    {% icon "inbox" size=18 %}                                 names: tools/icons.txt
    {% button variant="primary" icon="send" type="submit" %}{% translate "Send" %}{% endbutton %}
    {% button href=url size="sm" %}...{% endbutton %}          variants: primary, danger, ghost; sizes: sm, lg, wide
    {% translate "Delete" as label %}{% icon_button "trash-2" label kbd="#" hx_post=url %}
    {{ form.email.as_field_group }}                            label, help, error, input; a check box becomes a switch
    {% switch "is_shared" label checked=True help=text %}      a switch outside a form class
    {% chip "green" %}Won{% endchip %}                         tones: slate blue violet amber green red
    {% avatar name seed=email size="sm" %}                     initials, with a hue that stays with the seed
    {% badge 12 label %}  {% dot "bad" %}                      a dot never stands without words beside it
    {% moment message.sent_at style="long" %}                  relative words, the absolute time in its title;
                                                               style="inline" after other words
    {% progress 312 500 label %}
    {% banner "warn" %}...{% endbanner %}                      tones: "", info, good, warn, bad
    {% empty "users" title %}text and a .cluster of buttons{% endempty %}
    {% skeleton 5 %}                                           what stands there while rows load
    {% menu label icon="ellipsis-vertical" %}{% menu_item icon="trash-2" href=url %}...{% endmenu_item %}{% endmenu %}
    {% dialog "connect" title %}<div class="dialog-body">..</div><div class="dialog-foot">..</div>{% enddialog %}
    {% drawer "filters" title %}...{% enddrawer %}
    {% tabs label %}{% tab href current=True count=3 %}...{% endtab %}{% endtabs %}
    {% timeline %}{% event when tone="good" %}...{% endevent %}{% endtimeline %}

Every tag takes further keywords as attributes, `_` for `-`: `hx_get=url`, `aria_label=text`, `data_act="close"`.
Pages extend `page.html` (blocks title, heading, lead, actions, body). A dialog is loaded by htmx into `#modal`
(`hx-target="#modal"`): the answer is a `{% dialog %}`, shell.js opens it; a 422 answer is swapped in its place; the
header `HX-Trigger: {"close-dialog": {}, "toast": {"text": "..."}}` (web.toasts) closes it and says what was done.
In markup: `data-dialog="id"` opens a dialog that is in the page, `data-close` closes the one it is in.
"""

import secrets
from datetime import date, datetime
from functools import lru_cache
from typing import TypeAlias

from django import template
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from web.icons import sprite_of
from web.moments import absolute, day_words, inline_words, long_words, short_words
from web.people import hue_of, initials_of

register = template.Library()

Attribute: TypeAlias = str | int | bool | None


def attributes(given: dict[str, Attribute], **own: Attribute) -> SafeString:
    """`hx_get` becomes `hx-get`; what is None or False is left out; `class` is added to the part's own."""
    merged = {**own, **{name: value for name, value in given.items() if name != "class"}}
    merged["class"] = " ".join(str(part) for part in (own.get("class"), given.get("class")) if part)
    kept = {name.replace("_", "-"): value for name, value in merged.items() if value not in (None, False, "")}
    return flatatt(kept)


def classes(base: str, *modifiers: str) -> str:
    """`btn`, `primary` gives `btn btn-primary`."""
    return " ".join([base, *(f"{base}-{modifier}" for modifier in modifiers if modifier)])


@register.simple_tag
@lru_cache(maxsize=1024)  # a page has fifty of them
def icon(name: str, size: int = 16) -> SafeString:
    return format_html(
        '<svg class="icon" style="--size:{}px" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><use href="{}#{}"/></svg>',
        size,
        static(sprite_of(name)),
        name,
    )


@register.simple_block_tag
def button(content: str, variant: str = "", size: str = "", icon: str = "", **attrs: Attribute) -> SafeString:
    """A `<button type="button">`, or an `<a>` when `href` is given."""
    tag = "a" if attrs.get("href") else "button"
    if tag == "button":
        attrs.setdefault("type", "button")
    own = attributes(attrs, **{"class": classes("btn", variant, size)})
    return format_html("<{}{}>{}{}</{}>", tag, own, _shown_icon(icon), content, tag)


@register.simple_tag
def icon_button(name: str, label: str, size: int = 18, kbd: str = "", **attrs: Attribute) -> SafeString:
    """`label` is what it does, for people who hear or hover; `kbd` is the shortcut named in the tool tip."""
    tag = "a" if attrs.get("href") else "button"
    if tag == "button":
        attrs.setdefault("type", "button")
    title = f"{label} ({kbd})" if kbd else label
    own = attributes(attrs, title=title, aria_label=label, **{"class": "iconbtn"})
    return format_html("<{}{}>{}</{}>", tag, own, icon(name, size), tag)


@register.simple_tag
def switch(name: str, label: str, checked: bool = False, help: str = "", **attrs: Attribute) -> SafeString:
    box = attributes(attrs, type="checkbox", role="switch", name=name, checked=checked)
    note = format_html('<span class="field-help">{}</span>', help) if help else ""
    return format_html('<label class="switch"><input{}><span class="switch-text">{}</span>{}</label>', box, label, note)


@register.simple_block_tag
def chip(content: str, tone: str = "slate", **attrs: Attribute) -> SafeString:
    return format_html("<span{}>{}</span>", attributes(attrs, **{"class": classes("tag", tone)}), content)


@register.simple_tag
def avatar(name: str, seed: str = "", size: str = "") -> SafeString:
    """Decoration: the name stands beside it, so nobody hears it twice."""
    return format_html(
        '<span class="{}" style="--hue:{}" aria-hidden="true">{}</span>',
        classes("avatar", size),
        hue_of(seed or name),
        initials_of(name),
    )


@register.simple_tag
def badge(count: int, label: str = "") -> SafeString:
    """Nothing at all when there is nothing to count. `label` says what the number counts."""
    if not count:
        return SafeString("")
    shown = count if count < 1000 else _("999+")
    said = format_html('<span class="sr"> {}</span>', label) if label else ""
    return format_html('<span class="badge">{}{}</span>', shown, said)


@register.simple_tag
def dot(tone: str = "") -> SafeString:
    return format_html('<span class="{}" aria-hidden="true"></span>', classes("dot", tone))


@register.simple_tag
def moment(value: datetime | None, style: str = "short") -> SafeString:
    if value is None:
        return SafeString("")
    words = {"long": long_words, "inline": inline_words}.get(style, short_words)(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), absolute(value), words)


@register.simple_tag
def progress(value: int, most: int, label: str) -> SafeString:
    """`most` 0 means that nobody knows yet: the bar then moves without an end."""
    known = format_html(' value="{}" max="{}"', min(value, most), most) if most else ""
    said = _("%(done)s of %(all)s") % {"done": value, "all": most} if most else ""
    return format_html('<progress{} aria-label="{}">{}</progress>', known, label, said)


@register.simple_block_tag
def banner(content: str, tone: str = "", icon: str = "", **attrs: Attribute) -> SafeString:
    shown = icon or {"good": "circle-check", "warn": "triangle-alert", "bad": "circle-alert"}.get(tone, "info")
    role = "alert" if tone == "bad" else None
    own = attributes(attrs, role=role, **{"class": classes("banner", tone)})
    return format_html('<div{}>{}<div class="banner-body">{}</div></div>', own, _shown_icon(shown), content)


@register.simple_block_tag
def empty(content: str, icon: str, title: str) -> SafeString:
    return format_html(
        '<div class="empty"><span class="empty-icon">{}</span><p class="empty-title">{}</p>{}</div>',
        _shown_icon(icon, 24),
        title,
        content,
    )


@register.simple_tag
def skeleton(rows: int = 4) -> SafeString:
    row = mark_safe('<div class="skeleton-row"><i></i><div class="skeleton-lines"><i></i><i></i></div></div>')
    bones = format_html_join("", "{}", ((row,) for _row in range(rows)))
    return format_html('<div class="skeleton" role="status"><span class="sr">{}</span>{}</div>', _("Loading"), bones)


@register.simple_block_tag
def menu(content: str, label: str, icon: str = "ellipsis-vertical", text: str = "", **attrs: Attribute) -> SafeString:
    """A button with a popover of `{% menu_item %}`s. With `text` the button shows it, else only the icon."""
    key = _new_id("menu")
    own = attributes(
        attrs, type="button", popovertarget=key, aria_haspopup="true", aria_label=label, title=None if text else label,
        **{"class": "btn" if text else "iconbtn"},
    )  # fmt: skip
    return format_html(
        '<button{}>{}{}</button><div class="pop" id="{}" popover role="group" aria-label="{}">{}</div>',
        own,
        _shown_icon(icon, 18),
        text,
        key,
        label,
        content,
    )


@register.simple_block_tag
def menu_item(content: str, icon: str = "", tone: str = "", **attrs: Attribute) -> SafeString:
    tag = "a" if attrs.get("href") else "button"
    if tag == "button":
        attrs.setdefault("type", "button")
    own = attributes(attrs, **{"class": classes("pop-item", tone)})
    return format_html("<{}{}>{}<span>{}</span></{}>", tag, own, _shown_icon(icon), content, tag)


@register.simple_block_tag
def dialog(content: str, name: str, title: str, variant: str = "", **attrs: Attribute) -> SafeString:
    """`name` is the id. Content: `.dialog-body`, `.dialog-foot`, or a form that holds them."""
    own = attributes(attrs, id=name, aria_labelledby=f"{name}-title", **{"class": classes("dialog", variant)})
    close = icon_button("x", _("Close"), data_close="true")
    return format_html(
        '<dialog{}><header class="dialog-head"><h2 id="{}-title">{}</h2>{}</header>{}</dialog>',
        own,
        name,
        title,
        close,
        content,
    )


@register.simple_block_tag
def drawer(content: str, name: str, title: str, side: str = "", **attrs: Attribute) -> SafeString:
    own = attributes(attrs, id=name, aria_label=title, **{"class": classes("drawer", side)})
    return format_html("<dialog{}>{}</dialog>", own, content)


@register.simple_block_tag
def tabs(content: str, label: str) -> SafeString:
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, content)


@register.simple_block_tag
def tab(content: str, href: str, current: bool = False, count: int = 0, **attrs: Attribute) -> SafeString:
    own = attributes(attrs, href=href, aria_current="page" if current else None, **{"class": "tab"})
    number = format_html('<span class="count">{}</span>', count) if count else ""
    return format_html("<a{}>{}{}</a>", own, content, number)


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    return format_html('<ol class="timeline">{}</ol>', content)


@register.simple_block_tag
def event(content: str, when: datetime | None = None, tone: str = "") -> SafeString:
    return format_html('<li class="{}"><span class="cut">{}</span>{}</li>', tone, content, moment(when))


@register.filter
def short_day(day: date) -> str:
    return day_words(day)


@register.filter
def times(count: int) -> str:
    """`{{ 3|times }}`: "3 times", for tool tips."""
    return ngettext("%(count)s time", "%(count)s times", count) % {"count": count}


@register.filter
def extension(filename: str) -> str:
    """“Order form.pdf” gives PDF: what stands on the mark of a file."""
    ending = filename.rpartition(".")[2] if "." in filename else ""
    return ending.upper() if 0 < len(ending) <= 4 else "···"


def _shown_icon(name: str, size: int = 16) -> SafeString:
    """For tags that have an argument called `icon` themselves. None without a name."""
    return icon(name, size) if name else SafeString("")


def _new_id(kind: str) -> str:
    """Random: a counter would begin anew in every included template, and in every fragment that joins a page."""
    return f"{kind}-{secrets.token_hex(4)}"
