"""Notices by mail, through the installation's own way out (EMAIL_URL): one mail for all that came together."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.members import get_colleague
from accounts.models import Membership
from accounts.notice_mail import claim_notices, forget_mailed, give_back
from accounts.notices import can_mail
from web.notice_words import NoticeLine, lines_of

logger = logging.getLogger(__name__)
# RFC 3834: nobody's program answers it, and where such a mail comes into a mailbox of ours, nothing is made of it.
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
MOST_SUBJECT = 150


def mail_notices_of(member_id: int) -> bool:
    """Whether a mail went out. Their words are made now: what the member may not see by now is not told."""
    member, now = get_colleague(member_id), timezone.now()
    notices = claim_notices(member, now)
    with translation.override(member.user.language):
        lines = [line for line in lines_of(member, notices) if not line.is_empty]
        letter = _letter(member, lines) if lines and can_mail() else None
    if letter is None:
        return False
    try:
        letter.send()
    except OSError:  # all that smtplib raises is one
        logger.warning("notices were not mailed", extra={"member": member.pk}, exc_info=True)
        give_back(notices, now)
        return False
    forget_mailed(member, notices)
    return True


def _letter(member: Membership, lines: Sequence[NoticeLine]) -> EmailMessage:
    text = "\n\n".join(_paragraphs(member, lines))
    return EmailMessage(_subject(lines), text, to=[member.user.email], headers=HEADERS)


def _subject(lines: Sequence[NoticeLine]) -> str:
    """In one line, whatever the letters it names are called."""
    if len(lines) == 1:
        return " ".join(lines[0].title.split())[:MOST_SUBJECT]
    return ngettext("%(count)s notice", "%(count)s notices", len(lines)) % {"count": len(lines)}


def _paragraphs(member: Membership, lines: Sequence[NoticeLine]) -> Iterator[str]:
    for line in lines:
        yield "\n".join(filter(None, [line.title, line.text, f"{settings.BASE_URL}{line.href}" if line.href else ""]))
    facts = {"account": member.account.name, "link": f"{settings.BASE_URL}{reverse('profile')}#notices"}
    yield "-- \n" + _("%(account)s. Choose which notices come by mail: %(link)s") % facts
