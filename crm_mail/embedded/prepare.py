"""What Django has to do before the processes start, in one process for it: Django's own start costs a second each time.

`static` needs no database and runs beside the start of PostgreSQL.
"""

import sys

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    if sys.argv[1] == "static":
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    else:
        call_command("migrate", interactive=False, verbosity=1)
        call_command("demo_data", first_start=True)


if __name__ == "__main__":
    main()
