"""What a letter holds, as documents: its HTML with images, its files in one archive, its events, and consents."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from PIL import Image

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from mailkit.safe_fetch import Fetched
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.api.conftest import MakeLetter
from threads import remote_images
from threads.models import CalendarEvent, Message

pytestmark = pytest.mark.django_db

HTML = '<p>Hi<img src="https://cdn.example/1.png"><img src="https://cdn.example/2.png"></p>'


@pytest.fixture
def letter(sales: Mailbox, make_letter: MakeLetter, monkeypatch: pytest.MonkeyPatch) -> Message:
    def fetch(url: str, **_limits: float) -> Fetched:
        if "2.png" in url:
            raise ConnectionFailed("The server does not answer", step="connect")
        out = io.BytesIO()
        Image.new("RGB", (3, 2)).save(out, "PNG")
        return Fetched(url, "image/png", out.getvalue())

    monkeypatch.setattr(remote_images, "fetch_file", fetch)
    return make_letter(sales, html=HTML)


def test_images_come_through_this_server_when_asked_for(alice_api: ApiClient, letter: Message) -> None:
    path = f"messages/{letter.pk}/"
    assert json_of(alice_api.get(path))["has_remote_images"] is True
    assert ' src="' not in alice_api.get(f"{path}html/").content.decode()
    html = alice_api.get(f"{path}html/", images="true")
    assert f'src="/api/v1/{path}images/0/"' in html.content.decode()
    assert "img-src 'self' data:" in html["Content-Security-Policy"]
    image = alice_api.get(f"{path}images/0/")
    assert (image.status_code, image["Content-Type"]) == (200, "image/png")
    assert problem_of(alice_api.get(f"{path}images/1/"), 424)["type"].endswith("image-unavailable")
    assert problem_of(alice_api.get(f"{path}images/7/"), 404)


def test_events_stand_in_the_letter(alice_api: ApiClient, letter: Message) -> None:
    when = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    with tenant(letter.account_id):
        CalendarEvent.objects.create(
            message=letter, position=0, method="REQUEST", uid="1@x", summary="Demo", starts_at=when,
            organizer_address="anna@client.example",
        )  # fmt: skip
    (event,) = json_of(alice_api.get(f"messages/{letter.pk}/"))["events"]
    assert (event["method"], event["summary"], event["starts_at"]) == ("REQUEST", "Demo", "2026-06-01T08:00:00Z")
    assert event["organizer"] == {"address": "anna@client.example", "name": ""}
    assert event["ends_at"] is None


@pytest.mark.rule("K62")
def test_files_come_in_one_archive(alice_api: ApiClient, letter: Message) -> None:
    with tenant(letter.account_id):
        letter.places.update(is_on_server=False)
    answer = alice_api.get(f"messages/{letter.pk}/files/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as packed:
        assert packed.namelist() == ["NOT-IN-THIS-ARCHIVE.txt"]
        assert b"offer.pdf" in packed.read("NOT-IN-THIS-ARCHIVE.txt")


def test_consents_are_the_members_own(alice_api: ApiClient, bob_api: ApiClient) -> None:
    made = json_of(alice_api.post("image-consents/", {"address": "Anna@Client.example"}), 201)
    assert made["address"] == "anna@client.example"
    assert json_of(alice_api.post("image-consents/", {"address": "anna@client.example"}), 201) == made
    path = f"image-consents/{made['id']}/"
    assert json_of(alice_api.get("image-consents/"))["results"] == [json_of(alice_api.get(path))]
    assert json_of(bob_api.get("image-consents/"))["results"] == []
    assert problem_of(bob_api.get(path), 404)
    assert problem_of(bob_api.delete(path), 404)
    assert alice_api.delete(path).status_code == 204
    assert json_of(alice_api.get("image-consents/"))["results"] == []
    assert problem_of(alice_api.post("image-consents/", {"address": "nobody"}), 400)


def test_others_are_refused(charlie: Membership, alice_api: ApiClient, letter: Message) -> None:
    for part in ("html/", "files/", "raw/", "images/0/"):
        assert_closed("GET", f"messages/{letter.pk}/{part}", stranger=charlie, without=["contacts:read"])
    made = json_of(alice_api.post("image-consents/", {"address": "anna@client.example"}), 201)
    path = f"image-consents/{made['id']}/"
    assert_closed("GET", path, stranger=charlie, without=["contacts:read"])
    assert_closed("DELETE", path, stranger=charlie, without=["mail:read"])
