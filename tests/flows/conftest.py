"""Real processes for whole stories: a Celery worker and beat on the test database, started once for all flow tests.

A flow test takes `real_worker` and commits for real (the database is emptied after it). What it wants of the worker it
waits for with `eventually`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import Celery
from django.conf import settings as django_settings
from django.db import connection
from kombu import Queue
from pytest_django import Settings

from crm_mail.celery import app
from crm_mail.embedded.processes import die_with_parent
from tests.servers.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer

QUEUES = ("interactive", "sync", "import", "arrivals", "send", "automation", "maintenance")
PROJECT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 20


@pytest.fixture(scope="package")
def process_environment(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, oauth_process: OAuthServer
) -> Mapping[str, str]:
    """What a process needs to work on the database of the tests."""
    return {
        **os.environ,
        "DATABASE_URL": _with_database(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"])),
        "REDIS_URL": django_settings.REDIS_URL,
        "STORAGE_DIR": str(tmp_path_factory.mktemp("storage")),
        "LOG_LEVEL": "WARNING",
        "OAUTH_GOOGLE_CLIENT_ID": CLIENT_ID,
        "OAUTH_GOOGLE_CLIENT_SECRET": CLIENT_SECRET,
        "OAUTH_OVERRIDES": json.dumps({"google": {"token_url": f"{oauth_process.url}/token"}}),
    }


@pytest.fixture(scope="package")
def celery_processes(
    process_environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Worker and beat; their log."""
    directory = tmp_path_factory.mktemp("celery")
    log = directory / "log"
    worker = ["worker", "--concurrency", "2", "--queues", ",".join(QUEUES), "--without-gossip", "--without-mingle"]
    beat = ["beat", "--schedule", str(directory / "beat"), "--pidfile", "", "--max-interval", "1"]
    quick = {**process_environment, "DJANGO_SETTINGS_MODULE": "tests.flows.beat_settings"}
    _purge(app)
    with _running(worker, process_environment, log), _running(beat, quick, log):
        yield log


@pytest.fixture
def real_worker(
    celery_processes: Path, transactional_db: None, process_environment: Mapping[str, str]
) -> Iterator[Path]:
    """For tests that need the processes: their log, which is shown when the test fails."""
    yield celery_processes
    sys.stdout.write(celery_processes.read_text(errors="replace"))  # pytest shows it with a failure only


@pytest.fixture(autouse=True)
def own_storage(process_environment: Mapping[str, str], settings: Settings) -> None:
    """The test and the processes share one storage."""
    settings.STORAGES = {
        "default": {
            "BACKEND": "crm_mail.storage.FolderStorage",
            "OPTIONS": {"location": process_environment["STORAGE_DIR"]},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _purge(celery: Celery) -> None:
    """Tests before us committed work that nobody fetched: it names rows that are gone."""
    with celery.connection_for_write() as broker:
        for queue in QUEUES:
            Queue(queue)(broker.default_channel).purge()


@contextmanager
def _running(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "crm_mail.celery", *arguments],
            env=dict(environment),
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  (the only place to set it)
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
