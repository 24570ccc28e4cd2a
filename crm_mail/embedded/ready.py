"""Asks the web process whether it can serve, as a load balancer would."""

import http.client
import time

from crm_mail.embedded import ports
from crm_mail.embedded.errors import EmbeddedError
from crm_mail.embedded.supervisor import Supervisor

TIMEOUT_SECONDS = 300  # a slow machine with other work; a dead web process is told at once


def is_ready(port: int) -> bool:
    """Straight to the port: urllib would ask a proxy that the environment names."""
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=30)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until_ready(port: int, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not is_ready(port):
        if time.monotonic() > deadline:
            raise EmbeddedError("The web process did not get ready in time. See logs/web.log in the state directory.")
        supervisor.look_after_all()
        supervisor.pause()
