"""The processes of the application on one machine, in the order in which they start."""

import sys
from dataclasses import dataclass

from crm_mail.embedded.account import Account
from crm_mail.embedded.listeners import Listeners
from crm_mail.embedded.processes import Child, Program
from crm_mail.embedded.state import PROJECT, State


@dataclass(frozen=True)
class Services:
    state: State
    environment: dict[str, str]
    account: Account | None
    listeners: Listeners

    def all(self) -> list[Child]:
        rest = [self.watcher(), self.smtpd(), self.background(), self.triggers(), self.beat()]
        return [self.web(), self.events(), self.worker(), *rest]

    def web(self) -> Child:
        number = self.listeners.web.fileno()
        # One process with threads: a single machine has few visitors, and a second process costs 100 MB.
        options = ["--workers", "1", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
        bind = ["--bind", f"fd://{number}", "--graceful-timeout", "10", "--worker-tmp-dir", str(self.state.path)]
        return self.python("web", "gunicorn", *options, *bind, "crm_mail.wsgi:application", inherit=(number,))

    def events(self) -> Child:
        number = self.listeners.events.fileno()
        options = ["--fd", str(number), "--no-access-log", "--timeout-graceful-shutdown", "3"]
        return self.python("events", "uvicorn", *options, "crm_mail.events:application", inherit=(number,))

    def worker(self) -> Child:
        """Waits for mail servers most of the time: threads. A stuck server cannot be cut off by Celery's time limits
        here (they need processes); the time-outs of the mail connections do that."""
        return self.celery("worker", "-P", "threads", "-c", "8", "-Q", "interactive,sync,send")

    def watcher(self) -> Child:
        """Hears of new mail within a second (IDLE); `worker` fetches it."""
        return self.python("watcher", "manage", "watch")

    def smtpd(self) -> Child:
        """Takes mail to the smart addresses; `worker` files it."""
        number = self.listeners.smtpd.fileno()
        return self.python("smtpd", "manage", "smtpd", "--fd", str(number), inherit=(number,))

    def background(self) -> Child:
        """Computes: processes, so that it delays nobody and Celery's time limits hold."""
        return self.celery("background", "-P", "prefork", "-c", "2", "-Q", "import,arrivals,maintenance")

    def triggers(self) -> Child:
        """What follows from opens and clicks. On its own: imports and exports take minutes, and people have clicked."""
        return self.celery("triggers", "-P", "prefork", "-c", "1", "-Q", "automation")

    def celery(self, name: str, *options: str) -> Child:
        quick = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return self.python(name, "celery", "-A", "crm_mail", "worker", "-n", f"{name}@%h", *quick, *options)

    def beat(self) -> Child:
        schedule = str(self.state.directory("beat") / "schedule")
        return self.python("beat", "celery", "-A", "crm_mail", "beat", "-s", schedule, "--pidfile=")

    def demo_mail(self) -> Child:
        numbers = (self.listeners.imap.fileno(), self.listeners.smtp.fileno())
        place, relay_port = str(self.state.directory("demo-mail")), self.listeners.smtpd.getsockname()[1]
        arguments = (place, *map(str, numbers), str(relay_port))
        return self.python("demo-mail", "crm_mail.embedded.demo_mail", *arguments, inherit=numbers)

    def collect_static(self) -> Child:
        return self.python("static", "crm_mail.embedded.prepare", "static")

    def prepare_database(self) -> Child:
        return self.python("database", "crm_mail.embedded.prepare", "database")

    def python(self, name: str, module: str, *arguments: str, inherit: tuple[int, ...] = ()) -> Child:
        command = [sys.executable, "-m", module, *arguments]
        program = Program(name, command, self.environment, PROJECT, self.account, inherit)
        return Child(program, self.state.directory("logs") / f"{name}.log")
