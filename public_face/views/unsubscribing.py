"""Who wants no more letters. Opening the page does nothing: scanners open all links. What acts is a POST, from the page
or from a mail program's own button (RFC 8058), which brings no cookie and waits for no page.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from accounts.models import Account
from accounts.public_tokens import read_token
from accounts.tenancy import tenant
from outbox.unsubscribing import Reader, get_reader, resubscribe
from outbox.unsubscribing import unsubscribe as note_unsubscribed
from public_face.answers import not_found, page

METHODS = ("GET", "HEAD", "POST")
MAX_BYTES = 10_000


def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    letter = read_token("unsubscribe", token)
    if letter is None or request.method not in METHODS:
        return not_found(request)
    with tenant(letter.account_id):
        reader = _reader(request, letter.row_id)
    if reader is None:
        return not_found(request)
    account = Account.objects.get(pk=letter.account_id)
    facts = {"reader": reader, "account": account, "is_done": request.method == "POST"}
    return page("public/unsubscribe.html", facts, account=account)


def _reader(request: HttpRequest, mail_id: int) -> Reader | None:
    if request.method != "POST":
        return get_reader(mail_id)
    return resubscribe(mail_id) if _wants_again(request) else note_unsubscribed(mail_id)


def _wants_again(request: HttpRequest) -> bool:
    """What is longer than any of our buttons sends is not read: a file in it would be written to the disk."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdigit() and int(length) <= MAX_BYTES and "again" in request.POST
