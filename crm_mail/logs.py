"""Logs: JSON lines on standard output, with ids; never addresses, subjects, bodies or secrets."""

from __future__ import annotations

import logging
import logging.config
import sys

import structlog

from crm_mail.log_scrubbing import scrub

SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
QUIET = {  # chatty libraries, and those whose debug output holds mail or SQL with values
    "imapclient": logging.WARNING,
    "httpx": logging.WARNING,  # it tells whole addresses, with what is asked for in them
    "httpcore": logging.WARNING,
    "aiosmtplib": logging.WARNING,
    "mail.log": logging.WARNING,
    "django.db.backends": logging.INFO,
    "django.request": logging.ERROR,  # its warnings hold paths, and some paths are secrets (invitations)
    "django.security.csrf": logging.ERROR,  # as above
    "uvicorn.access": logging.WARNING,
    "celery.worker.strategy": logging.WARNING,
    "celery.app.trace": logging.WARNING,
}
# Servers that have set up handlers of their own before they load us.
SERVERS = ("gunicorn.error", "gunicorn.access", "uvicorn", "uvicorn.error", "uvicorn.access")


def configure(settings: dict[str, str]) -> None:
    """LOGGING_CONFIG of the settings: structlog renders what the standard library's loggers get."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            scrub,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings["level"])
    for name in SERVERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a line that cannot be written would be shown unscrubbed, with its arguments
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
