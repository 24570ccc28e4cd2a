"""A delivering process of its own, which a test may kill: python -m tests.outbox.deliver_in_process ACCOUNT MAILBOX."""

from __future__ import annotations

import sys

import django

from accounts.tenancy import tenant

if __name__ == "__main__":
    django.setup()
    from outbox.delivery import deliver  # models can be imported only now

    with tenant(int(sys.argv[1])):
        deliver(int(sys.argv[2]))
