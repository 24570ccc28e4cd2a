"""The schema and its two readers. They come from a wheel, and bring inline styles and a worker that the product's own
pages never use: so their security policy is widened here, and here only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.http import HttpResponseBase
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

View = Callable[..., HttpResponseBase]

INLINE_STYLES: dict[str, Any] = {"style-src": ["'unsafe-inline'"]}
WORKER: dict[str, Any] = {"style-src": ["'unsafe-inline'"], "worker-src": ["blob:"]}

schema: View = SpectacularAPIView.as_view(api_version="v1")
swagger: View = csp_update(INLINE_STYLES)(SpectacularSwaggerSplitView.as_view(url_name="api-schema"))
redoc: View = csp_update(WORKER)(SpectacularRedocView.as_view(url_name="api-schema", template_name="api/redoc.html"))
