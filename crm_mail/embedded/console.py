"""What the person at the terminal sees: few lines of ours, and with --verbose the logs of the children."""

import threading
from pathlib import Path

READ_SECONDS = 0.2


def say(text: str) -> None:
    print(text, flush=True)


class LogFollower(threading.Thread):
    """Prints what is added to the log files, each line with the name of its child."""

    def __init__(self, directory: Path) -> None:
        super().__init__(daemon=True)
        self.directory = directory
        self.positions: dict[Path, int] = {}
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(READ_SECONDS):
            self.print_news()

    def print_news(self) -> None:
        for path in sorted(self.directory.glob("*.log")):
            with path.open("rb") as file:
                file.seek(self.positions.get(path, 0))
                # Half a line waits until its end is written.
                complete = file.read().rpartition(b"\n")[0]
            if complete:
                self.positions[path] = self.positions.get(path, 0) + len(complete) + 1
                for line in complete.decode(errors="replace").splitlines():
                    say(f"{path.stem:<12}| {line}")

    def stop(self) -> None:
        self.stopped.set()
        self.join()
        self.print_news()


def rotate_logs(directory: Path) -> None:
    """One older generation is kept: enough to see why the last run ended."""
    for path in directory.glob("*.log"):
        path.replace(path.with_suffix(".log.1"))
