"""`./crm-mail up`: everything on this machine, until Ctrl-C."""

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from crm_mail.embedded.account import application_account, service_account
from crm_mail.embedded.banner import banner
from crm_mail.embedded.console import LogFollower, rotate_logs, say
from crm_mail.embedded.environment import application_environment
from crm_mail.embedded.leftovers import end_leftovers
from crm_mail.embedded.listeners import Listeners, open_listeners
from crm_mail.embedded.postgres import Postgres
from crm_mail.embedded.preparing import Preparation
from crm_mail.embedded.ready import wait_until_ready
from crm_mail.embedded.services import Services
from crm_mail.embedded.state import RunningInstance, State, state_path
from crm_mail.embedded.supervisor import Stopping, Supervisor
from crm_mail.embedded.valkey import Valkey


def up(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="crm-mail up", description="Start everything on this machine.")
    parser.add_argument("--verbose", action="store_true", help="print the logs of all processes too")
    options = parser.parse_args(arguments)
    state = State(state_path(), service_account())
    state.prepare()
    with state.lock():
        run(state, is_verbose=options.verbose)
    return 0


def run(state: State, *, is_verbose: bool) -> None:
    started_at = time.monotonic()
    supervisor = Supervisor(state.path / "children.json")
    supervisor.listen_to_signals()
    if end_leftovers(supervisor.pid_file):
        say("Ended what an earlier start had left behind.")
    with ExitStack() as cleaning:
        follow_logs(state.directory("logs"), cleaning, is_verbose=is_verbose)
        listeners = open_listeners(state)
        cleaning.callback(listeners.close)
        cleaning.callback(state.forget_running)
        cleaning.callback(supervisor.stop)
        try:
            start(state, supervisor, listeners)
            say(banner(listeners.ports, seconds=time.monotonic() - started_at, state=state.path))
            supervisor.watch()
        except Stopping:
            pass  # asked to while still starting
        say("Stopping ...")
    say("Stopped. Everything is kept for the next start.")


def follow_logs(logs: Path, cleaning: ExitStack, *, is_verbose: bool) -> None:
    rotate_logs(logs)
    if is_verbose:
        follower = LogFollower(logs)
        follower.start()
        cleaning.callback(follower.stop)


def start(state: State, supervisor: Supervisor, listeners: Listeners) -> None:
    """In the order of need; what can is done beside it, for there are seconds to win at every start."""
    say("Starting PostgreSQL and Valkey ...")
    postgres, valkey = Postgres(state), Valkey(state)
    environment = application_environment(state, postgres, valkey, listeners.ports)
    account = application_account(state.account)
    services = Services(state, environment, account, listeners)
    preparation = Preparation(services, supervisor)
    preparation.begin_static_files()
    supervisor.add(postgres.start())
    supervisor.add(valkey.start())
    demo_mail = services.demo_mail()
    demo_mail.start()
    supervisor.add(demo_mail)
    preparation.prepare_database()
    preparation.finish_static_files()
    state.note_running(RunningInstance(environment, account.uid if account else None, account.gid if account else None))
    web, *others = services.all()
    web.start()
    supervisor.add(web)
    wait_until_ready(listeners.ports.web, supervisor)
    # Only now: on two cores they would halve the speed at which the first page gets ready.
    for child in others:
        child.start()
    supervisor.add(*others)
