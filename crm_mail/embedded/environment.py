"""The environment of the children: everything that crm_mail/settings.py reads, for one machine on loopback."""

import os
from dataclasses import dataclass
from pathlib import Path

from crm_mail.embedded.postgres import Postgres
from crm_mail.embedded.state import State
from crm_mail.embedded.valkey import Valkey


@dataclass(frozen=True)
class Ports:
    web: int
    events: int
    imap: int
    smtp: int
    smtpd: int


def application_environment(state: State, postgres: Postgres, valkey: Valkey, at: Ports) -> dict[str, str]:
    """Ours go over the caller's, whose other settings (POLL_MIN_MINUTES, LOG_LEVEL ...) pass through."""
    secrets = state.secrets()
    return {
        **os.environ,
        "EMBEDDED": "true",
        "DJANGO_SETTINGS_MODULE": "crm_mail.settings",
        "SECRET_KEY": secrets.secret_key,
        "CREDENTIALS_KEYS": secrets.credentials_keys,
        # Two hosts for one machine: pages of strangers must not share an origin with ours (docs/architecture.md).
        "BASE_URL": f"http://localhost:{at.web}",
        "PUBLIC_URL": f"http://127.0.0.1:{at.web}",
        "PAGES_DOMAIN": "localhost",  # browsers take every name under it for this machine
        "EVENTS_URL": f"http://localhost:{at.events}",
        "DATABASE_URL": postgres.url("crm_app", secrets.app),
        "DATABASE_OWNER_URL": postgres.url("crm_owner", secrets.owner),
        "REDIS_URL": valkey.url,
        "STORAGE_DIR": str(state.directory("storage")),
        "STATIC_ROOT": str(state.directory("static")),
        "DEMO_IMAP_PORT": str(at.imap),
        "DEMO_SMTP_PORT": str(at.smtp),
        "SMTPD_PORT": str(at.smtpd),
        "PYTHONUNBUFFERED": "1",
        "HOME": str(home_of_children(state)),
    }


def home_of_children(state: State) -> Path:
    """`nobody` has no home; some libraries look there for their configuration."""
    return state.path if state.account else Path.home()
