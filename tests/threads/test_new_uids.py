"""When the server numbers its letters anew, they are found again, not filed again (A13)."""

from __future__ import annotations

import pytest

from mailkit.types import OutgoingAttachment
from tests.row_versions import row_versions
from tests.threads.builders import ANNA, BORIS, SALES, Mail, Post
from threads.filing import Progress
from threads.models import FolderEntry, Message


@pytest.mark.rule("A13")
@pytest.mark.parametrize("progress", [Progress.NONE, Progress.IMPORT])
def test_a_letter_at_a_new_uid_writes_no_row_but_its_place(post: Post, progress: Progress) -> None:
    file = OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF")
    first = Mail("Offer", files=(file,))
    batch = [first, Mail("Re: Offer", in_reply_to=first.message_id), Mail("Bill", sender=BORIS), Mail(cc=ANNA)]
    post.file(*batch)
    post.file_sent(Mail("Re: Offer", sender=SALES, to=ANNA))
    before = row_versions()
    again = post.file_at({100 + number: mail for number, mail in enumerate(batch)}, generation=2, progress=progress)
    assert (len(again.new_message_ids), again.known_count) == (0, 4)
    changed = {table for table, rows in row_versions().items() if rows != before[table]}
    assert changed == {"threads_folder", "threads_folderentry"}
    assert Message.objects.count() == 5
    assert FolderEntry.objects.filter(generation=2, message__isnull=False).count() == 4
