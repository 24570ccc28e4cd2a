"""Which programs and networks are known to look at letters without a person (tracking/machines.toml)."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

from tracking.models import Hit

TABLE = Path(__file__).with_name("machines.toml")
Verdict = Hit.Verdict


@dataclass(frozen=True, slots=True)
class Known:
    """A row of the table: its name, and what whoever fits it is."""

    name: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Table:
    agents: Sequence[tuple[re.Pattern[str], Known]]
    networks: Sequence[tuple[IPv4Network | IPv6Network, Known]]


def look_up(user_agent: str, ip: str | None) -> Known | None:
    """None when no row fits. A network says more than a name that anybody can take."""
    table = read_table()
    address = ip_address(ip) if ip else None
    by_network = (known for network, known in table.networks if address is not None and address in network)
    by_agent = (known for pattern, known in table.agents if pattern.search(user_agent))
    return next(by_network, None) or next(by_agent, None)


@functools.cache
def read_table() -> Table:
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    agents = [(re.compile(row["pattern"], re.IGNORECASE), _known(row)) for row in rows["agents"]]
    networks = [(ip_network(one), _known(row)) for row in rows["networks"] for one in row["ranges"]]
    return Table(agents, networks)


def _known(row: Mapping[str, Any]) -> Known:
    return Known(row["name"], Verdict(row["verdict"]))
