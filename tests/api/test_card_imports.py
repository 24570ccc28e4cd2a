"""`imports/` and `cards/{kind}/export.csv`: cards from a file and into one."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.csv_work import work
from tests.api.client import API, ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db
FILE = b"\xef\xbb\xbfFirst name,Email\nAna,ana@client.example\nTom,nobody\n"


def upload(api: ApiClient, content: bytes = FILE, entity: str = "contact") -> Any:  # noqa: ANN401
    file = SimpleUploadedFile("people.csv", content)
    return api.client.post(f"{API}imports/", {"entity": entity, "file": file})


def run(member: Membership, made: dict[str, Any]) -> None:
    """What a worker does."""
    with tenant(member.account_id):
        work(int(made["id"]))


def test_a_file_becomes_cards(alice_api: ApiClient, alice: Membership) -> None:
    made = json_of(upload(alice_api), 201)
    assert (made["columns"], made["mapping"]) == (["First name", "Email"], {"0": "first_name", "1": "emails"})
    path = f"imports/{made['id']}/"
    problem_of(alice_api.post(f"{path}start/"), 409, "wrong-state")  # not tried yet
    assert json_of(alice_api.post(f"{path}try/"), 202)["state"] == "trying"
    run(alice, made)
    tried = json_of(alice_api.get(path))
    assert (tried["state"], tried["created_count"], tried["bad_count"]) == ("tried", 1, 1)
    (bad,) = tried["bad_rows"]
    assert (bad["line"], bad["problems"][0]["column"]) == (3, "Email")
    problem_of(alice_api.post(f"{path}start/"), 409, "wrong-state")  # a row is bad
    assert json_of(alice_api.patch(path, {"skip_bad_rows": True}))["state"] == "tried"
    json_of(alice_api.post(f"{path}start/"), 202)
    run(alice, made)
    assert json_of(alice_api.get(path))["state"] == "done"
    assert [row["name"] for row in json_of(alice_api.get("contacts/"))["results"]] == ["Ana"]
    rows = b"".join(alice_api.get(f"{path}bad-rows/").streaming_content)  # type: ignore[attr-defined]
    assert b"Tom,nobody" in rows
    assert alice_api.delete(path).status_code == 204


def test_rows_of_one_card_are_counted_and_leads_are_made_anew(alice_api: ApiClient, alice: Membership) -> None:
    made = json_of(upload(alice_api, b"Email\na@client.example\nA@client.example\n"), 201)
    assert made["matching"] == "update"
    json_of(alice_api.post(f"imports/{made['id']}/try/"), 202)
    run(alice, made)
    tried = json_of(alice_api.get(f"imports/{made['id']}/"))
    assert (tried["created_count"], tried["merged_count"], tried["skipped_count"]) == (1, 1, 0)
    assert json_of(upload(alice_api, b"Lead name\nEnquiry\n", "lead"), 201)["matching"] == "create"


def test_the_mapping_is_checked_and_a_change_has_to_be_tried_again(alice_api: ApiClient, alice: Membership) -> None:
    made = json_of(upload(alice_api), 201)
    path = f"imports/{made['id']}/"
    for mapping in ({"9": "emails"}, {"0": "nonsense"}, {"0": "first_name", "1": "first_name"}, {}, {"x": "emails"}):
        assert problem_of(alice_api.patch(path, {"mapping": mapping}), 400)["errors"][0]["pointer"] == "#/mapping"
    alice_api.post(f"{path}try/")
    problem_of(alice_api.patch(path, {"matching": "create"}), 409, "wrong-state")  # a worker has it
    run(alice, made)
    assert json_of(alice_api.patch(path, {"mapping": {"0": "last_name"}}))["state"] == "uploaded"


def test_wrong_files_are_refused(alice_api: ApiClient) -> None:
    for content in (b"", b"Name\n", b"\0\1\2\n\0"):
        assert problem_of(upload(alice_api, content), 400)["errors"][0]["pointer"] == "#/file"
    assert problem_of(upload(alice_api, entity="store"), 400)["errors"][0]["pointer"] == "#/entity"


def test_others_are_refused(
    alice_api: ApiClient, bob_api: ApiClient, charlie_api: ApiClient, alice: Membership
) -> None:
    made = json_of(upload(alice_api), 201)
    path = f"imports/{made['id']}/"
    for other in (bob_api, charlie_api):
        problem_of(other.get(path), 404)
        problem_of(other.post(f"{path}try/"), 404)
        assert json_of(other.get("imports/"))["results"] == []
    problem_of(ApiClient().get(path), 401)
    problem_of(upload(ApiClient(alice, ["contacts:read"])), 403)
    problem_of(ApiClient(alice, ["mail:read"]).get("cards/contact/export.csv"), 403)


def test_a_list_is_exported(alice_api: ApiClient, charlie_api: ApiClient) -> None:
    for name in ("Ana", "Tom"):
        json_of(alice_api.post("contacts/", {"first_name": name}), 201)
    answer = alice_api.get("cards/contact/export.csv", q="ana")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Ana" in text
    assert "Tom" not in text
    assert b"Ana" not in b"".join(charlie_api.get("cards/contact/export.csv").streaming_content)  # type: ignore[attr-defined]
    problem_of(alice_api.get("cards/nonsense/export.csv"), 404)
