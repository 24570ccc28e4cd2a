"""Cards from a file and into one, by the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.csv_work import work
from crm.models import CardImport, Contact

SignIn = Callable[[Membership], Client]
FILE = b"First name;E-mail;Note\nAna;ana@client.example;x\nTom;nobody;\n"


def upload(client: Client, content: bytes = FILE) -> str:
    """The address of the import."""
    file = SimpleUploadedFile("people.csv", content)
    answer = client.post(reverse("cards_import", args=["contact"]), {"file": file})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_file_is_uploaded_mapped_tried_and_imported(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    client = signed_in(bob)
    url = upload(client)
    page = client.get(url).content.decode()
    assert "read as UTF-8" in page
    assert '<option value="emails" selected>' in page
    columns = {"column-0": "first_name", "column-1": "emails", "column-2": "", "matching": "update"}
    assert client.post(f"{url}?columns", columns).status_code == 302
    row = CardImport.objects.get()
    assert "Checking" in client.get(url).content.decode()
    work(row.pk)
    page = client.get(url).content.decode()
    assert "Import without 1 bad row" in page
    assert "is not an email address" in page
    bad = client.get(reverse("card_import_bad_rows", args=[row.pk]))
    assert b"Tom,nobody" in b"".join(bad.streaming_content)  # type: ignore[attr-defined]
    client.post(reverse("card_import_start", args=[row.pk]), {"skip_bad_rows": "1"})
    work(row.pk)
    assert "Imported" in client.get(url).content.decode()
    assert Contact.objects.get().name == "Ana"


def test_a_fragment_of_progress_ends_with_the_report(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    client = signed_in(bob)
    url = upload(client, b"Email\na@client.example\n")
    client.post(f"{url}?columns", {"column-0": "emails", "matching": "update"})
    fragment = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "progress" in fragment
    work(CardImport.objects.get().pk)
    assert client.get(url, headers={"HX-Request": "true"})["HX-Redirect"] == url


def test_the_report_says_which_rows_became_one_card(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    client = signed_in(bob)
    url = upload(client, b"Email,Phone\na@client.example,1\na@client.example,2\n")
    client.post(f"{url}?columns", {"column-0": "emails", "column-1": "phones", "matching": "update"})
    work(CardImport.objects.get().pk)
    page = client.get(url).content.decode()
    assert "<dt>Rows joined with a row above</dt><dd>1</dd>" in page
    assert "<dt>Rows that change nothing</dt><dd>0</dd>" in page


@pytest.mark.parametrize("content", [b"", b"Name\n", b"PK\x03\x04\0\0\n\0"])
def test_what_is_no_table_is_refused_beside_the_field(
    signed_in: SignIn, bob: Membership, in_account: Account, content: bytes
) -> None:
    file = SimpleUploadedFile("people.csv", content)
    answer = signed_in(bob).post(reverse("cards_import", args=["contact"]), {"file": file})
    assert answer.status_code == 422
    assert 'class="errorlist' in answer.content.decode()


def test_columns_that_mean_the_same_are_refused(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    client = signed_in(bob)
    url = upload(client)
    answer = client.post(f"{url}?columns", {"column-0": "first_name", "column-1": "first_name", "matching": "update"})
    assert answer.status_code == 422
    assert "Two columns cannot mean the same field." in answer.content.decode()
    assert "Choose at least one column." in client.post(f"{url}?columns", {"matching": "update"}).content.decode()


def test_an_import_is_its_members_alone(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership, in_account: Account
) -> None:
    url = upload(signed_in(bob))
    for other in (alice, charlie):
        client = signed_in(other)
        assert client.get(url).status_code == 404
        assert client.post(f"{url}start/").status_code == 404
        assert client.post(f"{url}delete/").status_code == 404
    assert signed_in(bob).post(f"{url}delete/").status_code == 302
    assert not CardImport.objects.exists()


def test_a_list_is_exported_as_it_is_narrowed(
    signed_in: SignIn, bob: Membership, charlie: Membership, in_account: Account
) -> None:
    create_contact(ContactValues("Ana", "", ["ana@client.example"]))
    create_contact(ContactValues("Tom"))
    url = reverse("cards_export", args=["contact"])
    answer = signed_in(bob).get(url, {"q": "ana"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "ana@client.example" in text
    assert "Tom" not in text
    assert b"Ana" not in b"".join(signed_in(charlie).get(url).streaming_content)  # type: ignore[attr-defined]
    assert signed_in(bob).get(url, headers={"HX-Request": "true"})["HX-Redirect"] == url
    assert signed_in(bob).get(reverse("cards_export", args=["nonsense"])).status_code == 404
