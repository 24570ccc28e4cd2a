"""What stands in the formatting bar of letters and of signatures (parts/editor.html)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.mailer import may_use_mailer
from letter_templates.models import Template
from tracking.models import TriggerLink

register = template.Library()


@dataclass(frozen=True, slots=True)
class Tool:
    """A button of the formatting bar; without an icon a line between buttons."""

    icon: str = ""
    label: str | Promise = ""
    command: str = ""  # of the editor (static/web/js/prose.js)
    state: str = ""  # the editor's name of the mark or node that is pressed


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of a menu of the bar; "" takes back what was chosen before."""

    value: str
    label: str | Promise
    icon: str = ""


MARKS = (
    Tool("bold", _("Bold"), "toggleBold", "bold"),
    Tool("italic", _("Italic"), "toggleItalic", "italic"),
    Tool("underline", _("Underline"), "toggleUnderline", "underline"),
    Tool("strikethrough", _("Strikethrough"), "toggleStrike", "strike"),
)
BLOCKS = (
    Tool("list", _("Bullet list"), "toggleBulletList", "bulletList"),
    Tool("list-ordered", _("Numbered list"), "toggleOrderedList", "orderedList"),
    Tool("text-quote", _("Quote"), "toggleBlockquote", "blockquote"),
)
SIGNATURE_TOOLS = (
    *MARKS,
    Tool(),
    *BLOCKS,
    Tool("link", _("Link"), "link", "link"),
    Tool(),
    Tool("undo-2", _("Undo"), "undo"),
    Tool("redo-2", _("Redo"), "redo"),
)


@dataclass(frozen=True, slots=True)
class LetterTools:
    """Fonts are those that every mail program has; sizes and colors stay readable on white."""

    marks: tuple[Tool, ...] = MARKS
    blocks: tuple[Tool, ...] = BLOCKS
    fonts: tuple[Choice, ...] = (
        Choice("", _("Standard")),
        Choice("Arial, Helvetica, sans-serif", "Arial"),
        Choice("Verdana, Geneva, sans-serif", "Verdana"),
        Choice("Tahoma, Geneva, sans-serif", "Tahoma"),
        Choice("Georgia, serif", "Georgia"),
        Choice("Times New Roman, Times, serif", "Times New Roman"),
        Choice("Courier New, Courier, monospace", "Courier New"),
    )
    sizes: tuple[Choice, ...] = (
        Choice("12px", _("Small")),
        Choice("", _("Normal")),
        Choice("18px", _("Large")),
        Choice("24px", _("Huge")),
    )
    colors: tuple[Choice, ...] = (
        Choice("", _("Standard")),
        Choice("#5b6472", _("Gray")),
        Choice("#c02626", _("Red")),
        Choice("#b45309", _("Orange")),
        Choice("#15803d", _("Green")),
        Choice("#0e7490", _("Turquoise")),
        Choice("#1d4ed8", _("Blue")),
        Choice("#7e22ce", _("Violet")),
    )
    backgrounds: tuple[Choice, ...] = (
        Choice("", pgettext_lazy("background", "None")),
        Choice("#e5e7eb", _("Gray")),
        Choice("#fee2e2", _("Red")),
        Choice("#ffedd5", _("Orange")),
        Choice("#dcfce7", _("Green")),
        Choice("#cffafe", _("Turquoise")),
        Choice("#dbeafe", _("Blue")),
        Choice("#fef9c3", _("Yellow")),
    )
    alignments: tuple[Choice, ...] = (
        Choice("left", _("Left"), "align-left"),
        Choice("center", _("Centered"), "align-center"),
        Choice("right", _("Right"), "align-right"),
    )
    tables: tuple[Choice, ...] = (
        Choice("insertTable", _("Insert a table")),
        Choice("addRowAfter", _("Add a row below")),
        Choice("addColumnAfter", _("Add a column to the right")),
        Choice("deleteRow", _("Delete the row")),
        Choice("deleteColumn", _("Delete the column")),
        Choice("deleteTable", _("Delete the table")),
    )


@register.simple_tag
def letter_tools() -> LetterTools:
    return LetterTools()


@register.simple_tag
def letter_formats() -> Sequence[tuple[str, str | Promise]]:
    return Template.Format.choices


MOST_PLACES = 100


@register.simple_tag(takes_context=True)
def letter_places(context: template.Context) -> list[Choice]:
    """What an address of a link or button may be beside one that is typed: the account's trigger links (M81)."""
    if not may_use_mailer(context["request"].member):
        return []
    rows = TriggerLink.objects.order_by("name", "pk").values_list("number", "name")[:MOST_PLACES]
    return [Choice(f"{{triggerlink:{number}}}", name) for number, name in rows]
