"""The browser of tests/e2e before a whole instance: nothing is stubbed here, the event stream included."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import (  # noqa: F401  (fixtures)
    base_url,
    browser_context_args,
    browser_type_launch_args,
    chromium,
    no_errors,
)
from tests.servers.instance import Instance, running_instance


@pytest.fixture(scope="package")
def instance() -> Iterator[Instance]:
    with running_instance() as started:
        started.wait(lambda: "CRM Mail is ready" in started.printed(), "ready")
        yield started
