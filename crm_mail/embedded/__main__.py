"""`python -m crm_mail.embedded COMMAND ARGS`: what the launcher calls."""

import sys
from collections.abc import Callable, Sequence

from crm_mail.embedded.benching import run_benchmarks
from crm_mail.embedded.checking import check
from crm_mail.embedded.errors import EmbeddedError
from crm_mail.embedded.manage import manage
from crm_mail.embedded.testing import run_tests
from crm_mail.embedded.up import up

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "up": up,
    "manage": manage,
    "test": run_tests,
    "check": check,
    "bench": run_benchmarks,
}


def main() -> int:
    name, *arguments = sys.argv[1:]
    try:
        return COMMANDS[name](arguments)
    except EmbeddedError as error:
        print(f"crm-mail: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
