"""An address is found in a text as a whole."""

from __future__ import annotations

import pytest

from mailkit.named_addresses import names_one_of

ANA = "ana@client.example"


@pytest.mark.parametrize(
    "text",
    [
        ANA,
        "Ana <ANA@client.example>, joana@client.example",
        "joana@client.example,ana@client.example",
        "Write to ana@client.example.",
        "...ana@client.example; more",
        "'ana@client.example' <ana@client.example>",
        "mailto:ana@client.example?subject=Hi",
        "q=ana@client.example&tag=vip",
        "line\nana@client.example\nline",
        '"ana@client.example";"Ana"',
    ],
)
def test_it_is_there(text: str) -> None:
    assert names_one_of(text, ["other@client.example", ANA])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ana",
        "joana@client.example",
        "jo.ana@client.example",
        "jo-ana@client.example",
        "news+ana@client.example",
        "o'ana@client.example",
        "ana@client.example.org",
        "ana@client.example-shop.example",
        "ana@client.examples",
    ],
)
def test_another_address_that_holds_it_is_another(text: str) -> None:
    assert not names_one_of(text, [ANA])
