"""`.env.example` and docker-compose.yml know every setting, and none that does not exist."""

import ast
import re
from pathlib import Path

import yaml

PROJECT = Path(__file__).parent.parent.parent
COMPOSE_ONLY = "docker compose only"
# Of the runner alone: compose has a real host and the image's own directory for these.
NOT_FOR_COMPOSE = {"EMBEDDED", "STATIC_ROOT", "DATABASE_OWNER_URL"}


def settings_names() -> set[str]:
    """What the settings read: the first argument of a call, in capitals. Whatever the function is called."""
    trees = [ast.parse((PROJECT / "crm_mail" / name).read_text(encoding="utf-8")) for name in ("settings.py", "env.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    # A dict's `.get` does not ask the environment.
    asking = [call for call in calls if not ast.unparse(call.func).endswith(".get")]
    firsts = [call.args[0].value for call in asking if isinstance(call.args[0], ast.Constant)]
    return {first for first in firsts if isinstance(first, str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", first)}


def documented(text: str) -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE))


def example() -> tuple[set[str], set[str]]:
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")
    settings, compose = text.split(COMPOSE_ONLY)
    return documented(settings), documented(compose)


def compose_text() -> str:
    return (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert example()[0] == settings_names()


def test_compose_passes_every_setting_on() -> None:
    settings = yaml.safe_load(compose_text())["x-settings"]
    assert set(settings) == settings_names() - NOT_FOR_COMPOSE


def test_every_variable_of_compose_is_documented() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", compose_text())) - settings_names()
    assert used <= example()[1]


def test_compose_has_no_default_password() -> None:
    secrets = re.findall(r"\$\{([A-Z_]*(?:PASSWORD|KEYS?))([^}]*)\}", compose_text())
    assert {rest for _name, rest in secrets} == {":?"}


def test_only_the_migration_knows_the_owner_of_the_tables() -> None:
    services = yaml.safe_load(compose_text())["services"]
    knowing = {name for name, service in services.items() if "DATABASE_OWNER_URL" in (service.get("environment") or {})}
    assert knowing == {"migrate"}


def test_ports_are_on_loopback_and_services_are_not_root() -> None:
    for name, service in yaml.safe_load(compose_text())["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert service["read_only"] is True, name
        assert "user" in service or service["image"] == "crm-mail", name  # the image of ours has USER
