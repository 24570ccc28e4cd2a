"""What a bounce says: samples in the manner of each server, and letters that only look like one."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from mailkit.letter_reader import read_letter
from mailkit.reading_wire import letter_to_words, words_to_letter
from mailkit.types import DeliveryReport

SAMPLES = sorted((Path(__file__).parents[1] / "mails" / "bounces").glob("*.eml"))
STATUS = b"Content-Type: message/delivery-status\r\n\r\n"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_each_server_is_understood(sample: Path) -> None:
    said = [asdict(report) for report in read_letter(sample.read_bytes()).reports]
    assert said == json.loads(sample.with_suffix(".json").read_text())


def test_there_are_samples_of_many_servers() -> None:
    assert len([path for path in SAMPLES if not path.stem.startswith("no-")]) >= 22


@pytest.mark.parametrize("sample", SAMPLES[:3], ids=lambda path: path.stem)
def test_a_report_survives_the_pipe_to_the_reading_child(sample: Path) -> None:
    letter = read_letter(sample.read_bytes())
    assert words_to_letter(json.loads(json.dumps(letter_to_words(letter))), letter.raw).reports == letter.reports


def report(status: bytes) -> tuple[DeliveryReport, ...]:
    head = b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\n'
    return read_letter(head + STATUS + status + b"\r\n--b--\r\n").reports


def test_an_unknown_action_is_judged_by_its_status() -> None:
    bad, slow = report(b"Final-Recipient: rfc822; a@b.example\r\nAction: gone\r\nStatus: 5.1.1\r\n\r\n"
                       b"Final-Recipient: rfc822; c@b.example\r\nStatus: 4.4.1")  # fmt: skip
    assert (bad.action, slow.action) == ("failed", "delayed")


@pytest.mark.parametrize(
    "status",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"Final-Recipient:\r\nAction: failed",
        b"Final-Recipient: rfc822; nobody",
        b"\r\n\r\n\r\n" * 20_000,
        b"Final-Recipient: " + b";" * 60_000,
    ],
)
def test_odd_reports_are_no_reports(status: bytes) -> None:
    assert report(status) == ()


def test_a_report_of_very_many_names_the_first_ones() -> None:
    groups = [b"Final-Recipient: rfc822; u%d@b.example\r\nAction: failed\r\nStatus: 5.1.1" % n for n in range(3000)]
    assert len(report(b"Reporting-MTA: dns; x\r\n\r\n" + b"\r\n\r\n".join(groups))) <= 100


def test_a_line_of_dashes_is_read_once() -> None:
    """It took minutes."""
    head = b"From: mailer-daemon@x.example\r\nX-Failed-Recipients: a@b.example\r\n\r\n"
    (report,) = read_letter(head + b"-" * 60_000).reports
    assert report.recipient == "a@b.example"
