"""What happens in a mailbox that a member may not see changes no answer to him: no count, order, page or badge."""

from __future__ import annotations

import re
from difflib import unified_diff

import pytest

from accounts.models import AuditEvent
from accounts.notices import notify
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.conftest import MakeMailbox
from tests.matrix.doors import Door, list_doors
from tests.matrix.knocking import Visitor, body_of, forms_of
from tests.matrix.world import BOXES, CLIENT, COMMON, World, build_world
from tests.threads.builders import Mail
from tests.threads.ledgers import set_aside
from threads.models import Message
from threads.services import mark_read

pytestmark = [pytest.mark.django_db, pytest.mark.rule("K23", "K21", "G10")]
# What is new in every answer: tokens against forgery, nonces, numbers of requests and of menus, and time that went by.
NOISE = re.compile(
    r"""\b[0-9A-Za-z]{32,64}\b|nonce="[^"]*"|menu-[0-9a-f]{8}|'Expires': '[^']*'| min="[^"]*T[^"]*"|"""
    r""""last_used_at":(?:null|"[^"]*")|\b\d+\sminutes?\b|'Content-Length': '\d+'"""
)


@pytest.fixture
def world(db: None, make_mailbox: MakeMailbox) -> World:
    return build_world(make_mailbox)


def more_mail(world: World, box: str) -> None:
    """An unread letter of the common client, one that could not be sent, one set aside, a notice of it."""
    mailbox, owner = world.boxes[box], world.members["W" if box != "shared" else "M"]
    mail = Mail("News", f"Dana <{CLIENT}>", mailbox.address, text=COMMON)
    world.posts[box].file(mail)
    mark_read(owner, [world.rows[box]["thread"]], is_read=False)
    set_aside(mailbox, uid=901, subject="News", message_id="news@broken.example")
    letter = queue_letter(owner, LetterRequest(mailbox.pk, [CLIENT], subject="News", text=COMMON))
    OutgoingMail.objects.filter(pk=letter.pk).update(state=OutgoingMail.State.FAILED)
    notify([owner], "mail.failed", mail=letter.pk, mailbox=mailbox.pk)


def doors_to_read(world: World, visible: list[str]) -> list[tuple[Door, str]]:
    """Each with the mailbox whose rows are asked for: every one that this member sees, and for lists any."""
    doors = [door for door in list_doors(world.rows_of("shared")) if door.method == "GET"]
    return [(door, box) for door in doors for box in (visible if door.is_of_a_mailbox else ["shared"])]


def forget_looks(world: World, visitor: Visitor) -> None:
    """What the visitor himself did, exports among it, stands in the audit log that he may read."""
    with tenant(world.account.pk):
        AuditEvent.objects.filter(actor=visitor.member).delete()


def answers(visitor: Visitor, world: World, doors: list[tuple[Door, str]]) -> dict[str, str]:
    found = {}
    for door, box in doors:
        forget_looks(world, visitor)
        answer = visitor.knock(door, door.path(world.rows_of(box)), forms_of(door, world, box)[0])
        found[f"{door} {box}"] = f"{answer.status_code} {NOISE.sub('#', body_of(answer))}"
    return found


def differences(door: str, before: str, after: str) -> list[str]:
    lines = unified_diff(before.splitlines(), after.splitlines(), f"{door} before", f"{door} after", n=0, lineterm="")
    return list(lines)


@pytest.mark.parametrize("letter", ["U", "H", "T", "W", "M"])
def test_mail_in_hidden_mailboxes_leaves_no_trace(letter: str, world: World) -> None:
    visitor = Visitor(letter, world.members[letter])
    with tenant(world.account.pk):
        seen = set(Mailbox.objects.visible_to(world.members[letter]))
        visible = [box for box in BOXES if world.boxes[box] in seen]
        Message.objects.update(is_read=True)  # so that looking at threads changes nothing
    hidden = [box for box in BOXES if box not in visible]
    assert hidden
    doors = doors_to_read(world, visible)
    answers(visitor, world, doors)  # the first look of all: opening may mark as read
    before = answers(visitor, world, doors)
    with tenant(world.account.pk):
        for box in hidden:
            more_mail(world, box)
    after = answers(visitor, world, doors)
    told = [line for door in before for line in differences(door, before[door], after[door])]
    assert not told, "\n".join(told)
