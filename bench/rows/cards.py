"""Cards among many: the list of contacts, a card with the first page of its timeline, and the board of leads.

Each for the largest account of much data against the largest of little, one client: what a page costs must not grow
with what it does not show.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from bench.big_place import BigPlace
from bench.measuring import Samples
from bench.rows.lists import FEW_LETTERS, latency, of_account
from bench.stage import Stage
from crm_mail.embedded.state import PROJECT

REQUESTS = 30  # a repetition: these pages take longer than a list of the API
LETTERS_A_CONTACT = 10  # of the database; all the contacts are the largest account's
LIST, BOARD, CARD = "/contacts/", "/leads/board/", "/contacts/{}/"


def cards(stage: Stage) -> Iterator[Samples]:
    much, few = stage.big_place(), stage.big_place(FEW_LETTERS)
    sizes = ((much, stage.size), (few, FEW_LETTERS))
    first = {id(place): _add_cards(stage, place, letters // LETTERS_A_CONTACT) for place, letters in sizes}
    for goal, address in (("contact_list", LIST), ("card_page", CARD), ("lead_board", BOARD)):
        yield latency(
            stage,
            Samples(goal, (), (), {"letters": stage.size, "few_letters": FEW_LETTERS}),
            (much, of_account(much, much.largest, address.format(first[id(much)]))),
            (few, of_account(few, few.largest, address.format(first[id(few)]))),
            REQUESTS,
        )


def _add_cards(stage: Stage, place: BigPlace, contacts: int) -> int:
    """The contact whose card is opened: the first one of the largest account."""
    result = stage.directory / f"cards-{place.port}.json"
    command = [sys.executable, "-m", "bench.big_cards", "--contacts", str(contacts), "--result", str(result)]
    subprocess.run(command, cwd=PROJECT, env=place.environment, check=True)
    first: dict[str, int] = json.loads(result.read_text())
    return first[str(place.largest.id)]
