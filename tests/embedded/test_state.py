"""The state directory: private, made once, held by one instance."""

import stat
from pathlib import Path

import pytest

from crm_mail.embedded.errors import EmbeddedError
from crm_mail.embedded.state import DEFAULT, RunningInstance, State, state_path


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "a state", None)
    state.prepare()
    return state


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_may_look_into_it(state: State) -> None:
    state.secrets()
    assert mode(state.path) == 0o700
    assert mode(state.directory("storage")) == 0o700
    assert mode(state.path / "secrets.json") == 0o600


def test_secrets_are_made_once(state: State) -> None:
    assert state.secrets() == State(state.path, None).secrets()


def test_two_instances_have_different_secrets(state: State, tmp_path: Path) -> None:
    other = State(tmp_path / "other", None)
    other.prepare()
    assert other.secrets().secret_key != state.secrets().secret_key
    assert other.secrets().credentials_keys != state.secrets().credentials_keys


def test_a_second_start_on_the_same_state_is_refused_with_a_way_out(state: State) -> None:
    with state.lock(), pytest.raises(EmbeddedError, match="already running") as refused:
        State(state.path, None).lock()
    assert str(state.path) in str(refused.value)
    assert "CRM_MAIL_STATE=" in str(refused.value)


def test_the_lock_is_free_after_its_holder_is_gone(state: State) -> None:
    state.lock().close()
    assert not state.is_running()
    state.lock().close()


def test_manage_says_that_nothing_runs(state: State) -> None:
    with pytest.raises(EmbeddedError, match=r"Nothing runs .*\./crm-mail up"):
        state.running_instance()


def test_a_note_of_a_killed_instance_counts_for_nothing(state: State) -> None:
    state.lock().close()
    state.note_running(RunningInstance({"PORT": "1"}, None, None))
    with pytest.raises(EmbeddedError, match="Nothing runs"):
        state.running_instance()


def test_manage_finds_the_environment_of_the_running_instance(state: State) -> None:
    instance = RunningInstance({"REDIS_URL": "redis://x"}, None, None)
    with state.lock():
        state.note_running(instance)
        assert state.running_instance() == instance


def test_a_relative_directory_is_meant_from_where_the_caller_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MAIL_CALLED_FROM", "/somewhere")
    monkeypatch.setenv("CRM_MAIL_STATE", "second")
    assert state_path() == Path("/somewhere/second")
    monkeypatch.delenv("CRM_MAIL_STATE")
    assert state_path() == DEFAULT
