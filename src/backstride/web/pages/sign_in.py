"""Sign in from another device at home, with the code that stands in the terminal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from backstride.web import devices, sign_in_code

__all__ = ["urlpatterns"]

SEE_OTHER = 303


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one opens this device until it signs out or thirty days pass."""
    if request.method != "POST":
        return render(request, "sign_in.html", {"code": request.GET.get("code", "")[:8]})
    if sign_in_code.is_code(request.POST.get("code", "").replace(" ", "")):
        devices.sign_in(request.session)
        return HttpResponseRedirect("/", status=SEE_OTHER)
    if sign_in_code.must_wait():
        words = gettext("Too many tries. Wait a minute, then use the code that stands in the terminal now.")
    elif sign_in_code.tries_left():
        words = gettext("That isn't the code.")
    else:
        words = gettext("Too many tries. A new code stands in the terminal now.")
    return render(request, "sign_in.html", {"wrong": words}, status=403)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget this device."""
    devices.sign_out(request.session)
    return HttpResponseRedirect("/", status=SEE_OTHER)


urlpatterns = [path("sign-in", sign_in, name="sign_in"), path("sign-out", sign_out, name="sign_out")]
