"""Sent is found by SPECIAL-USE, else by its name in many languages (rule K13)."""

from __future__ import annotations

import pytest

from mailkit.folders import find_sent_folder, list_sent_folders
from mailkit.types import RemoteFolder


def folders(*names: str, sent: str = "") -> list[RemoteFolder]:
    return [RemoteFolder(name, frozenset({"\\Sent"} if name == sent else ()), "/") for name in names]


@pytest.mark.rule("K13")
def test_special_use_wins_over_names() -> None:
    assert find_sent_folder(folders("INBOX", "Sent", "Odd name", sent="Odd name")) == "Odd name"


@pytest.mark.rule("K13")
@pytest.mark.parametrize(
    "name",
    [
        "Sent",
        "SENT ITEMS",
        "INBOX/Sent",
        "[Gmail]/Отправленные",
        "Отправленные",
        "Enviados",
        "Gesendet",
        "已发送",
        "Éléments envoyés",
    ],
)
def test_names_of_many_languages_are_known(name: str) -> None:
    assert find_sent_folder(folders("INBOX", "Archive/Sent", name)) == name


@pytest.mark.rule("K13")
def test_when_several_qualify_the_person_can_pick() -> None:
    assert list_sent_folders(folders("Отправленные", "INBOX", "Sent")) == ["Sent", "Отправленные"]
    assert find_sent_folder(folders("INBOX", "Sent offers", "Archive/Sent")) is None


def test_what_cannot_be_opened_is_no_folder() -> None:
    assert find_sent_folder([RemoteFolder("Sent", frozenset({"\\NoSelect"}), "/")]) is None
