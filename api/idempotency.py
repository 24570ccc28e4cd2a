"""Idempotency-Key: a POST that was sent twice acts once (draft-ietf-httpapi-idempotency-key-header).

The key's row is inserted first: its unique constraint decides who of several is the first. The action and the stored
answer are one transaction, so a crash loses both or none. Only successes are stored: after an error nothing has
happened, and the same key may be used again, also for a corrected body.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import IdempotentReply, Membership
from api.domain_errors import Refusal, field_error

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
DEAD_AFTER = timedelta(minutes=10)  # longer than any request lives: its worker died, and nothing of it was committed
MAX_LENGTH = 255
IN_FLIGHT = 0

Handler = TypeVar("Handler", bound=Callable[..., Response])


def idempotent(*, is_atomic: bool = True, hidden: tuple[str, ...] = ()) -> Callable[[Handler], Handler]:
    """For POST handlers. `hidden` fields are stored as null: secrets are shown once, also to who asks again.

    `is_atomic=False` is for actions that talk to mail servers and open their own transaction at the end.
    """

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def guarded(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
            key = request.headers.get(HEADER, "")
            if not key:
                return handler(view, request, *args, **kwargs)
            reply = _claim(view.member, key, _digest_of(request))
            if reply.status != IN_FLIGHT:
                return _replayed(reply)
            with _settled(reply):
                with transaction.atomic() if is_atomic else contextlib.nullcontext():
                    response = handler(view, request, *args, **kwargs)
                    stored_status = _store(reply, response, hidden)
                reply.status = stored_status  # only now: the commit is through
            return response

        guarded.is_idempotent = True  # type: ignore[attr-defined]  # the schema reads it
        return guarded  # type: ignore[return-value]

    return decorate


def passes_to_idempotent(handler: Handler) -> Handler:
    """For a POST handler that fetches something before any transaction begins, and leaves the rest to one that is
    idempotent."""
    handler.is_idempotent = True  # type: ignore[attr-defined]  # the schema reads it
    return handler


def _claim(member: Membership, key: str, digest: str) -> IdempotentReply:
    """A row in flight that is ours now, or the stored reply. Raises Refusal."""
    if len(key) > MAX_LENGTH or not key.isprintable():
        raise field_error(HEADER, _("At most 255 printable characters."))
    now = timezone.now()
    mine = IdempotentReply.objects.filter(membership=member)
    mine.filter(created_at__lt=now - KEPT).delete()
    mine.filter(key=key, status=IN_FLIGHT, created_at__lt=now - DEAD_AFTER).delete()
    try:
        with transaction.atomic():
            return IdempotentReply.objects.create(membership=member, key=key, request_digest=digest)
    except IntegrityError:
        reply = mine.filter(key=key).first()
    if reply is None or (reply.status == IN_FLIGHT and reply.request_digest == digest):
        raise Refusal(409, "request-in-flight", _("The first request with this key is still at work. Try again soon."))
    if reply.request_digest != digest:
        raise Refusal(422, "idempotency-key-reused", _("This key was used for another request. Choose a new one."))
    return reply


def _digest_of(request: Request) -> str:
    """Keyed: the body may hold a password, and a plain hash in a stolen database could be guessed."""
    body = request.data
    plain = {name: _plain(body[name]) for name in body} if hasattr(body, "keys") else body
    packed = json.dumps([request.method, request.get_full_path(), plain], sort_keys=True, default=str)
    return salted_hmac("idempotency", packed, algorithm="sha256").hexdigest()


def _plain(value: object) -> object:
    if not isinstance(value, UploadedFile):
        return value
    content = hashlib.sha256()
    for chunk in value.chunks():
        content.update(chunk)
    value.seek(0)
    return [value.name, content.hexdigest()]


@contextlib.contextmanager
def _settled(reply: IdempotentReply) -> Iterator[None]:
    """Whatever ends the action without a stored answer frees the key."""
    try:
        yield
    finally:
        if reply.status == IN_FLIGHT:
            IdempotentReply.objects.filter(pk=reply.pk, status=IN_FLIGHT).delete()


def _store(reply: IdempotentReply, response: Response, hidden: tuple[str, ...]) -> int:
    """The status that is stored: of a success its own."""
    if not status.is_success(response.status_code):
        return IN_FLIGHT
    data = json.loads(JSONRenderer().render(response.data) or b"null")
    if hidden and isinstance(data, dict):
        data = {**data, **dict.fromkeys(hidden)}
    body = {"data": data, "location": response.headers.get("Location", "")}
    IdempotentReply.objects.filter(pk=reply.pk).update(status=response.status_code, body=body)
    return response.status_code


def _replayed(reply: IdempotentReply) -> Response:
    body: dict[str, Any] = reply.body or {}
    headers = {"Idempotent-Replayed": "true"}
    if body.get("location"):
        headers["Location"] = body["location"]
    return Response(body.get("data"), status=reply.status, headers=headers)
