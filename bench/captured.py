"""`python -m bench.captured --session KEY ADDRESS`: the SQL of one request, as it is sent, a JSON list."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

import django
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--session", required=True)
    parser.add_argument("address")
    options = parser.parse_args()
    django.setup()
    import_module("accounts.prepared").ask_plainly()  # or they would be names that only this connection knows
    client = Client(headers={"Host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = options.session
    client.get(options.address)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(options.address)
    if response.status_code != 200:
        sys.exit(f"{options.address}: {response.status_code}")
    print(json.dumps([query["sql"] for query in captured]))


if __name__ == "__main__":
    main()
