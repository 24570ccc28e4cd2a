"""Alice and Bob are in one account, Charlie in another. The tests run as the application's login, behind the walls."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.core.management.color import Style
from django.core.management.commands import flush
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from psycopg2.errors import DeadlockDetected
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import Account, Membership, User
from accounts.roles import database_owner
from accounts.services import create_account
from accounts.tenancy import every_account, tenant
from accounts.tokens import allowed_scopes, create_token
from mailboxes.models import Mailbox
from mailkit.addresses import email_key

pytest_plugins = ["tests.servers.fixtures"]

PASSWORD = "correct horse battery"
FLUSHES = 4  # that a deadlock may spoil


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running in the thread that the others want theirs in.
    Among either kind the long ones go first, so that no process waits for them at the end."""
    items.sort(key=lambda item: (needs_browser(item), not item.get_closest_marker("flow")))
    for item in filter(needs_browser, items):
        item.add_marker(pytest.mark.flaky(reruns=1))  # and is named in the summary (docs/adr/0045)


def needs_browser(item: pytest.Item) -> bool:
    return "browser" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_blocker: DjangoDbBlocker, django_db_modify_db_settings: None, django_db_keepdb: bool
) -> Iterator[None]:
    """The owner creates, migrates and drops the test database; the tests run as the application's login."""
    with django_db_blocker.unblock(), database_owner():
        config = setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb, serialized_aliases=())
    yield
    with django_db_blocker.unblock(), database_owner():
        if not django_db_keepdb:
            teardown_databases(config, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """Emptying the database after a test that committed: a tenth of the work of TRUNCATE, which makes new files.

    It may meet a worker at its work, and be the one whom PostgreSQL picks.
    """
    flush_once = flush.Command.handle
    execute_once = DatabaseOperations.execute_sql_flush

    def flush_again(command: flush.Command, **options: Any) -> None:
        for _ in range(FLUSHES):
            try:
                return flush_once(command, **options)
            except CommandError as error:
                if not isinstance(error.__cause__ and error.__cause__.__cause__, DeadlockDetected):
                    raise
        return flush_once(command, **options)

    def execute(operations: DatabaseOperations, statements: list[str]) -> None:
        with every_account("the database is emptied after a test"):
            execute_once(operations, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", flush_again)
        patch.setattr(DatabaseOperations, "sql_flush", statements_to_empty)
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute)
        yield


def statements_to_empty(
    operations: DatabaseOperations, _style: Style, tables: Sequence[str], **_options: bool
) -> list[str]:
    """The lock of TRUNCATE, which waits for whoever writes; foreign keys are checked at the end, when all is gone."""
    names = [operations.quote_name(table) for table in tables]
    lock = f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"
    return ["; ".join([lock, *(f"DELETE FROM {name}" for name in names)])]  # noqa: S608  (names of our own tables)


@pytest.fixture(autouse=True)
def own_storage(tmp_path: Path, settings: Settings) -> None:
    """Raw letters and uploads of a test lie in its own directory."""
    settings.STORAGES = {
        "default": {
            "BACKEND": "crm_mail.storage.FolderStorage",
            "OPTIONS": {"location": str(tmp_path / "storage")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def own_cache(settings: Settings) -> None:
    """What is counted for rate limits is counted for this test."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4()}"}}


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Argon2 is slow by design; most tests make three people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def make_user(email: str, name: str) -> User:
    return User.objects.create_user(email, PASSWORD, name=name)


@pytest.fixture
def alice(db: None) -> Membership:
    """Administrator of Acme."""
    make_user("alice@acme.example", "Alice Archer")
    return create_account("Acme", admin_email="alice@acme.example")


@pytest.fixture
def account(alice: Membership) -> Account:
    return alice.account


@pytest.fixture
def bob(alice: Membership) -> Membership:
    """Alice's colleague, no administrator, with the "Mail" tick."""
    with tenant(alice.account_id):
        return Membership.objects.create(user=make_user("bob@acme.example", "Bob Baker"), mail_access_all=True)


@pytest.fixture
def charlie(db: None) -> Membership:
    """Administrator of Globex. He should see nothing of Acme."""
    make_user("charlie@globex.example", "Charlie Clark")
    return create_account("Globex", admin_email="charlie@globex.example")


@pytest.fixture
def in_account(account: Account) -> Iterator[Account]:
    """The test's own statements are in the scope of Acme."""
    with tenant(account):
        yield account


MakeMailbox = Callable[..., Mailbox]


@pytest.fixture
def make_mailbox() -> MakeMailbox:
    """A mailbox row without servers behind it, in the account of its owner (or of `account_of` for a shared one)."""

    def make(address: str, *, owner: Membership | None = None, account_of: Membership | None = None) -> Mailbox:
        member = owner or account_of
        assert member is not None
        with tenant(member.account_id):
            return Mailbox.objects.create(
                address=address,
                address_key=email_key(address),
                kind=Mailbox.Kind.PERSONAL if owner else Mailbox.Kind.SHARED,
                owner=owner,
                imap_host="localhost",
                imap_username=address,
                smtp_host="localhost",
                smtp_username=address,
                state=Mailbox.State.SYNCED,
            )

    return make


@pytest.fixture
def signed_in(client: Client) -> Callable[[Membership], Client]:
    """A browser's client, signed in as this member."""

    def sign_in(member: Membership) -> Client:
        client.force_login(member.user)
        return client

    return sign_in


@pytest.fixture
def with_token() -> Callable[[Membership], Client]:
    """A REST client of this member with all scopes."""

    def make(member: Membership, scopes: list[str] | None = None) -> Client:
        with tenant(member.account_id):
            _row, secret = create_token(member, name="test", scopes=scopes or allowed_scopes(member))
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return make
