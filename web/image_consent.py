"""The proof that a reader asked for the remote images of one letter, or a writer for those of his own words: without it
no address of ours loads any.

A link in a letter may lead anywhere, to our own pages too, but its writer cannot sign.
"""

from __future__ import annotations

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from accounts.models import Membership
from mailkit.addresses import email_key
from threads.consents import allowed_senders
from threads.models import Message


def images_token(member: Membership, message: Message) -> str:
    """The same each time, so that browsers keep the images that it opened."""
    return Signer(salt="remote images").signature(f"{member.pk}:{message.pk}")


def is_images_token(token: str, member: Membership, message: Message) -> bool:
    return constant_time_compare(token, images_token(member, message))


def own_image_token(member: Membership, url: str) -> str:
    """For one image of what this member writes."""
    return Signer(salt="images of writers").signature(f"{member.pk}:{url}")


def is_own_image_token(token: str, member: Membership, url: str) -> bool:
    return constant_time_compare(token, own_image_token(member, url))


def granted_token(given: str, member: Membership, message: Message) -> str:
    """The token when images may be shown: for it was given, or the sender's are always shown. Else ""."""
    if is_images_token(given, member, message) or email_key(message.from_address) in allowed_senders(member, [message]):
        return images_token(member, message)
    return ""
