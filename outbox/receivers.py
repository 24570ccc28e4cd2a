"""What happens elsewhere and concerns us."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts import live
from accounts.models import Membership
from accounts.signals import member_deactivated
from accounts.tenancy import on_commit, tenant
from letter_templates.signals import files_dropped
from mailboxes.signals import daily_limit_changed
from outbox.caps import bring_forward
from outbox.following import follow_letters
from outbox.forgetting import forget_letters
from outbox.models import OutgoingMail
from outbox.services import cancel_letters_of
from outbox.tasks import handle_bounces
from outbox.template_files import forget_unnamed
from threads.models import BounceReport, MessageBody
from threads.signals import (
    author_asked,
    body_shown,
    letters_moved,
    letters_purged,
    message_filed,
    replier_asked,
    written_asked,
)
from tracking.models import Hit
from tracking.originals import original_html, original_text
from tracking.signals import hits_judged

logger = logging.getLogger(__name__)


@receiver(member_deactivated, dispatch_uid="outbox.cancel_letters")
def cancel_letters(member: Membership, **_kwargs: object) -> None:
    cancel_letters_of(member)


@receiver(files_dropped, dispatch_uid="outbox.forget_template_files")
def forget_template_files(names: Sequence[str], **_kwargs: object) -> None:
    """After the commit: until then the template may keep them."""
    for name in names:
        on_commit(partial(forget_unnamed, name))


@receiver(daily_limit_changed, dispatch_uid="outbox.bring_forward")
def look_again_at_the_limit(account_id: int, mailbox_id: int, **_kwargs: object) -> None:
    """What is too much all the same is put off again."""
    with tenant(account_id):
        bring_forward(mailbox_id, timezone.now())


@receiver(message_filed, dispatch_uid="outbox.read_bounces")
def read_bounces(account_id: int, message_ids: Collection[int], **_kwargs: object) -> None:
    """Without a broker the sweep does it."""
    if BounceReport.objects.filter(message__in=message_ids, handled_at=None).exists():
        try:
            handle_bounces.delay(account_id)
        except OperationalError:
            logger.warning("bounces not handled yet", extra={"account": account_id})


@receiver(author_asked, dispatch_uid="outbox.author_of")
def author_of(message_id: int, message_id_header: str, **_kwargs: object) -> int | None:
    """It may not be noted yet as what the letter became: then its Message-ID tells."""
    sent = OutgoingMail.objects.filter(Q(message=message_id) | Q(message_id_header=message_id_header))
    return sent.values_list("author", flat=True).first()


@receiver(replier_asked, dispatch_uid="outbox.replier_of")
def replier_of(mailbox_id: int, client_key: str, since: datetime | None, **_kwargs: object) -> int | None:
    """By the addresses as they were typed, too: the message may not be noted yet."""
    to_client = Q(message__client_key=client_key) | Q(recipients__address__iexact=client_key)
    sent = OutgoingMail.objects.filter(to_client, answers_to=mailbox_id, sent_at__isnull=False)
    newer = sent.filter(sent_at__gt=since) if since else sent
    return newer.order_by("-sent_at").values_list("author", flat=True).first()


@receiver(written_asked, dispatch_uid="outbox.written_in")
def written_in(mailbox_id: int, message_ids: Collection[str], **_kwargs: object) -> set[str]:
    found = OutgoingMail.objects.filter(answers_to=mailbox_id, message_id_header__in=message_ids)
    return set(found.values_list("message_id_header", flat=True))


@receiver(body_shown, dispatch_uid="outbox.take_our_links_out")
def take_our_links_out(body: MessageBody, **_kwargs: object) -> None:
    """Reading a letter of ours is no open of it, and following its links no click."""
    body.html, body.text = original_html(body.html), original_text(body.text)


@receiver(letters_moved, dispatch_uid="outbox.follow_letters")
def stay_with_their_letters(thread_ids: Collection[int], **_kwargs: object) -> None:
    follow_letters(thread_ids)


@receiver(hits_judged, dispatch_uid="outbox.publish_hits")
def publish_hits(hit_ids: Sequence[int], **_kwargs: object) -> None:
    """In the account's scope. Open pages show opens and clicks as they come."""
    tracked = Hit.objects.filter(pk__in=hit_ids).values("tracked")
    mailboxes = OutgoingMail.objects.filter(tracked__in=tracked).order_by().values_list("mailbox", flat=True)
    for mailbox_id in mailboxes.distinct():
        live.publish("hits", mailbox_id=mailbox_id)


@receiver(letters_purged, dispatch_uid="outbox.forget_letters")
def forget_what_they_said(message_ids: Collection[int], **_kwargs: object) -> None:
    forget_letters(message_ids)
