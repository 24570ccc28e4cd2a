"""What `up` prints when everything runs."""

from pathlib import Path

from crm_mail.embedded.demo_people import COLLEAGUES, ECHO, MAIL_HOST, SPARE, Colleague
from crm_mail.embedded.environment import Ports

LANGUAGES = {"en": "English", "ru": "Russian", "es": "Spanish"}


def login_line(person: Colleague) -> str:
    return f"    {person.email:<22}{person.password:<22}{person.role:<8}{LANGUAGES[person.language]}"


def banner(at: Ports, *, seconds: float, state: Path) -> str:
    logins = "\n".join(map(login_line, COLLEAGUES))
    first = COLLEAGUES[0]
    return f"""
  CRM Mail is ready after {seconds:.1f} s:  http://localhost:{at.web}

  Sign in as          password              role    language
{logins}

  What to try
    1. Sign in as {first.email}: her mailbox is connected and its mail is coming in.
    2. Open a letter, answer it, and find your answer in Sent.
    3. Write to {ECHO.email}: this customer answers within a second, and the answer comes by itself.
    4. Connect a mailbox yourself (Settings, Mailboxes):
         {SPARE.email}, password {SPARE.mailbox_password}
         IMAP {MAIL_HOST}:{at.imap}, SMTP {MAIL_HOST}:{at.smtp}, security "none"
    5. Put one of your smart addresses (Settings, Smart addresses) into Cc of a letter: it becomes a contact or a lead.
         Other programs deliver to them by SMTP at {MAIL_HOST}:{at.smtpd}

  Data and logs: {state}
  Stop: Ctrl-C.  Commands for the running instance: ./crm-mail manage help
"""
