"""Units, language, colours, and where the runner lives."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods

from backstride.web.errors import wrong
from backstride.web.here import here

__all__ = ["urlpatterns"]

SEE_OTHER = 303
_THEMES = (("", gettext_noop("As the device")), ("light", gettext_noop("Light")), ("dark", gettext_noop("Dark")))
_UNITS = (("km", gettext_noop("Kilometres")), ("mi", gettext_noop("Miles")))


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Show them, or keep them; what isn't sent stays as it is."""
    at = here(request)
    if request.method != "POST":
        person = at.person()
        return render(
            request,
            "settings.html",
            {
                "themes": [(value, gettext(words)) for value, words in _THEMES],
                "units_known": [(value, gettext(words)) for value, words in _UNITS],
                "languages": django_settings.LANGUAGES,
                "language": request.session.get("language", ""),
                "units": request.session.get("units", "km"),
                "zone": person.zone if person else "",
                "zones": sorted(available_timezones()),
                "person": person,
                "told": gettext("Kept.") if "kept" in request.GET else "",
            },
        )
    for name, allowed in (("theme", dict(_THEMES)), ("units", dict(_UNITS)), ("language", {"": "", **dict(django_settings.LANGUAGES)})):
        if name in request.POST:
            if request.POST[name] not in allowed:
                return wrong(request, gettext("That can't be chosen."), gettext("Go back and choose one of the list."))
            request.session[name] = request.POST[name]
    zone = request.POST.get("zone", "")
    if zone:
        if zone not in available_timezones():
            return wrong(request, gettext("There is no such time zone."), gettext("Choose one of the list, as Europe/Berlin."))
        at.store.set_zone(at.person_or_new(), zone)
    return HttpResponseRedirect("/settings?kept", status=SEE_OTHER)


urlpatterns = [path("settings", settings, name="settings")]
