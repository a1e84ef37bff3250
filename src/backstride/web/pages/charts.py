"""The scripts that draw charts: made once a process, kept by browsers for long."""

from __future__ import annotations

import gzip
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from backstride.reports.charts import javascript
from backstride.web.worked_out import worked_out

__all__ = ["urlpatterns"]


@require_safe
def charts(request: HttpRequest) -> HttpResponse:
    """Vega, small on the way to a phone."""
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    worked_out("javascript", javascript, None)
    content = _packed() if packed else javascript().encode()
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if packed:
        headers["Content-Encoding"] = "gzip"
    return HttpResponse(content, content_type="text/javascript; charset=utf-8", headers=headers)


@cache
def _packed() -> bytes:
    return gzip.compress(javascript().encode(), 6)


urlpatterns = [path("charts.js", charts, name="charts")]
