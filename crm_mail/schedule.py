"""Which tasks go to which queue, and which beat starts: nothing here depends on the instance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

ROUTES: dict[str, dict[str, str]] = {
    # What computes goes to processes, what waits for servers to threads.
    "sync.tasks.import_mailbox": {"queue": "import"},
    "sync.tasks.load_older": {"queue": "import"},
    "sync.tasks.retry_quarantined": {"queue": "import"},
    "sync.tasks.fetch_left_out": {"queue": "import"},
    "sync.tasks.*": {"queue": "sync"},
    "outbox.tasks.*": {"queue": "send"},
    "outbox.mailing_tasks.*": {"queue": "maintenance"},
    "crm.csv_jobs.*": {"queue": "import"},
    "privacy.tasks.start_due": {"queue": "maintenance"},
    "privacy.tasks.*": {"queue": "import"},
    "threads.tasks.*": {"queue": "maintenance"},
    "pages.tasks.*": {"queue": "maintenance"},
    # Somebody has clicked, and something is to follow within seconds: these wait for no mail server and no import.
    "tracking.tasks.forget_visitors": {"queue": "maintenance"},
    "tracking.tasks.*": {"queue": "automation"},
    "automation.tasks.forget_old_runs": {"queue": "maintenance"},
    "automation.tasks.*": {"queue": "automation"},
    "mailboxes.tasks.*": {"queue": "interactive"},
    # Strangers choose how long their letters take: they shall hold up nothing else.
    "smart_addresses.tasks.*": {"queue": "arrivals"},
}
BEAT: dict[str, dict[str, Any]] = {
    "start what is due": {"task": "sync.tasks.start_rounds", "schedule": timedelta(seconds=30)},
    "read again after an upgrade": {"task": "sync.tasks.retry_after_upgrade", "schedule": timedelta(hours=1)},
    "regroup mailboxes": {"task": "threads.tasks.regroup_due", "schedule": timedelta(minutes=2)},
    "purge what was deleted": {"task": "threads.tasks.purge_due", "schedule": timedelta(minutes=10)},
    "make leads of answered threads": {"task": "threads.tasks.make_due_leads", "schedule": timedelta(minutes=1)},
    "remove mailboxes": {"task": "crm_mail.tasks.remove_due", "schedule": timedelta(minutes=1)},
    "forget visits to pages": {"task": "pages.tasks.forget_visits", "schedule": timedelta(hours=1)},
    "forget who visited": {"task": "tracking.tasks.forget_visitors", "schedule": timedelta(hours=1)},
    "forget old runs": {"task": "automation.tasks.forget_old_runs", "schedule": timedelta(hours=1)},
    "forget late files": {"task": "crm_mail.tasks.forget_late_files", "schedule": timedelta(hours=1)},
    "mail notices": {"task": "crm_mail.tasks.mail_notices", "schedule": timedelta(seconds=20)},
    "say that tasks are due": {"task": "crm_mail.tasks.tell_due_tasks", "schedule": timedelta(minutes=1)},
    "go on with imports of cards": {"task": "crm_mail.tasks.start_imports", "schedule": timedelta(minutes=1)},
    "forget imports of cards": {"task": "crm_mail.tasks.forget_old_imports", "schedule": timedelta(minutes=10)},
    "read bounces": {"task": "outbox.tasks.read_bounces", "schedule": timedelta(minutes=1)},
    "forget unused files": {"task": "outbox.tasks.purge_due", "schedule": timedelta(hours=1)},
    "go on with imports, exports, erasures": {"task": "privacy.tasks.start_due", "schedule": timedelta(minutes=1)},
    "file arrived letters": {"task": "smart_addresses.tasks.file_due", "schedule": timedelta(seconds=10)},
    "make letters of mailings": {"task": "outbox.mailing_tasks.feed_due", "schedule": timedelta(seconds=5)},
    "carry out due triggers": {"task": "automation.tasks.run_due", "schedule": timedelta(seconds=5)},
    "judge opens and clicks": {"task": "tracking.tasks.judge_due", "schedule": timedelta(seconds=2)},
    "claim due letters": {"task": "outbox.tasks.deliver_due", "schedule": timedelta(seconds=5)},
}
