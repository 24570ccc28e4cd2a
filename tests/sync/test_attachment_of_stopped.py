"""Files of a mailbox that is disconnected: our copy opens, what is on the server only says why it does not."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.disconnecting import disconnect
from mailboxes.errors import WrongState
from mailboxes.models import Mailbox
from mailkit.types import OutgoingAttachment as File
from sync.attachments import open_attachment
from tests.threads.builders import Mail, Post
from tests.threads.conftest import post
from threads.attachment_store import store_file
from threads.models import Attachment

__all__ = ["post"]  # a fixture


@pytest.mark.rule("K62", "K65")
def test_a_file_on_the_server_only_says_that_the_mailbox_is_disconnected(alice: Membership, post: Post) -> None:
    post.file(Mail(files=(File("offer.txt", "text/plain", b"bytes"),)))
    disconnect(alice, post.mailbox.pk, emails="keep")
    attachment = Attachment.objects.select_related("message__mailbox").get()
    assert attachment.message.mailbox.state == Mailbox.State.DISCONNECTED
    with pytest.raises(WrongState, match="Reconnect"):
        open_attachment(attachment)
    Attachment.objects.update(stored_name=store_file(post.mailbox.pk, [b"bytes"]))
    attachment.refresh_from_db()
    assert open_attachment(attachment).content == b"bytes"
