"""Runs what Django has to do before the first page: static files, migrations, demo data (prepare.py does the work)."""

from crm_mail.embedded.console import say
from crm_mail.embedded.errors import EmbeddedError
from crm_mail.embedded.processes import Child
from crm_mail.embedded.services import Services
from crm_mail.embedded.static_files import fingerprint, is_collected, note_collected
from crm_mail.embedded.supervisor import Supervisor


class Preparation:
    def __init__(self, services: Services, supervisor: Supervisor) -> None:
        self.services = services
        self.supervisor = supervisor
        self.collecting: Child | None = None
        self.fingerprint = ""

    def begin_static_files(self) -> None:
        """Needs no database, so it runs while PostgreSQL starts."""
        if is_collected(self.services.state):
            return
        self.fingerprint = fingerprint()
        self.collecting = self.services.collect_static()
        self.collecting.start()

    def finish_static_files(self) -> None:
        if self.collecting:
            say("Collecting static files ...")
            self.wait_for_success(self.collecting)
            note_collected(self.services.state, self.fingerprint)

    def prepare_database(self) -> None:
        say("Preparing the database ...")
        job = self.services.prepare_database()
        job.start()
        self.wait_for_success(job)

    def wait_for_success(self, job: Child) -> None:
        try:
            while job.is_alive():
                self.supervisor.pause()
        finally:
            job.stop()
        if job.process and job.process.returncode != 0:
            raise EmbeddedError(f"Preparing ({job.program.name}) failed:\n{job.last_words()}\nThe whole log: {job.log}")
