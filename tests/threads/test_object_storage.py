"""The stores on an object store: moto speaks S3 on loopback, in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from accounts.models import Account
from outbox.storage import has_final, name_final, read_bytes, store_final
from threads.attachment_store import open_file, store_file
from threads.errors import RawLetterGone, StoredFileGone
from threads.raw_store import open_raw, read_raw, store_raw, store_raw_stream, store_raws, verify_raw

MAILBOX = 7  # in whose folder the files lie

MEGABYTE = 1024 * 1024
KEYS = {"access_key": "test", "secret_key": "test", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    command = [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        found = (re.search(r"Running on (http://127\.0\.0\.1:\d+)", line) for line in process.stderr)
        yield next(match[1] for match in found if match)
        process.terminate()


@pytest.fixture
def bucket(s3_url: str, settings: Settings) -> Iterator[None]:
    client = boto3.client(
        "s3",
        endpoint_url=s3_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name=KEYS["region_name"],
    )
    client.create_bucket(Bucket="crm-mail")
    options = {"bucket_name": "crm-mail", "endpoint_url": s3_url, "max_memory_size": MEGABYTE, **KEYS}
    options["object_parameters"] = {"ContentType": "application/octet-stream"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "crm_mail.object_storage.ObjectStorage", "OPTIONS": options},
    }
    yield
    for item in client.list_objects_v2(Bucket="crm-mail").get("Contents", []):
        client.delete_object(Bucket="crm-mail", Key=item["Key"])


@pytest.mark.rule("K62")
def test_raw_letters_and_files_come_back_and_are_stored_once(in_account: Account, bucket: None) -> None:
    raw, file = b"Subject: hello\r\n\r\n" + b"words " * 1000, b"%PDF" * MEGABYTE
    assert store_raw(MAILBOX, raw) == store_raw_stream(MAILBOX, [raw[:100], raw[100:]])
    assert read_raw(store_raw(MAILBOX, raw)) == raw
    verify_raw(store_raw(MAILBOX, raw), size=len(raw))
    with open_raw(store_raw(MAILBOX, raw)) as opened:
        assert opened.read(5) == b"Subje"
    name = store_file(MAILBOX, [file[:MEGABYTE], file[MEGABYTE:]])
    assert store_file(MAILBOX, [file]) == name
    with open_file(name) as opened:
        assert opened.read() == file
    assert len(default_storage.listdir(f"{in_account.pk}/mailboxes/{MAILBOX}/files")[0]) == 1


def test_many_raw_letters_at_once(in_account: Account, bucket: None) -> None:
    letters = [b"Subject: %d\r\n\r\n" % number for number in range(30)]
    storing = store_raws(MAILBOX, letters)
    storing.wait()
    assert [read_raw(name) for name in storing.names] == letters


def test_the_outbox_keeps_its_letters_there_too(in_account: Account, bucket: None) -> None:
    name = name_final(MAILBOX, 1, None)
    store_final(name, b"From: us\r\n\r\n")
    assert has_final(name)
    assert read_bytes(name) == b"From: us\r\n\r\n"


def test_what_is_missing_is_said_as_with_a_folder(in_account: Account, bucket: None) -> None:
    digest = "a" * 64
    with pytest.raises(StoredFileGone):
        open_file(f"{in_account.pk}/files/aa/{digest}")
    with pytest.raises(RawLetterGone):
        read_raw(f"{in_account.pk}/raw/aa/{digest}.gz")


def test_a_store_that_cannot_be_asked_is_an_os_error(in_account: Account, bucket: None, settings: Settings) -> None:
    options = {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": "nobody-made-it"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    with pytest.raises(OSError, match="object storage"):
        store_raw(MAILBOX, b"x")
