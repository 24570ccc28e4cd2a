"""Is the web or events process of this container alive? Asked by Docker; the other roles listen on nothing."""

import http.client
import os
import sys
from urllib.parse import urlsplit

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
# Django answers to the host names of its settings only.
connection.request("GET", "/healthz", headers={"Host": urlsplit(os.environ["BASE_URL"]).netloc})
sys.exit(connection.getresponse().status != http.HTTPStatus.OK)
