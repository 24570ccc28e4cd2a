"""A pytest plugin: every pytest-xdist process gets a Redis database of its own, as it has its own PostgreSQL one.

Loaded with `-p`, so that it runs before Django's settings are read.
"""

import os

_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker:
    _server = os.environ["REDIS_URL"].rpartition("/")[0]
    os.environ["REDIS_URL"] = f"{_server}/{int(_worker.removeprefix('gw')) + 1}"
