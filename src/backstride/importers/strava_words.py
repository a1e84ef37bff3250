"""Where a column stands in Strava's list of activities, and what it is called.

Two things do not depend on the language. New columns were only ever added before the last one, so a column keeps its place. And
five names stand twice at fixed places: where they do, the places hold whatever the names mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backstride.importers.table import plain

__all__ = ["columns_of"]

_PLACES = {
    "id": 0,
    "date": 1,
    "title": 2,
    "sport": 3,
    "description": 4,
    "elapsed_shown": 5,
    "distance_shown": 6,
    "commute": 9,
    "private_note": 10,
    "gear": 11,
    "filename": 12,
    "elapsed": 15,
    "moving": 16,
    "distance": 17,
    "ascent": 20,
    "descent": 21,
    "cadence": 29,
    "max_heart_rate": 30,
    "heart_rate": 31,
    "power": 33,
    "temperature": 36,
    "exertion": 43,
    "from_upload": 52,
    "weather_temperature": 56,
    "apparent_temperature": 57,
    "dew_point": 58,
    "humidity": 59,
    "wind": 61,
    "steps": 85,
    "timer": 91,
    "competition": 95,
    "long_run": 96,
}
_PREFIX = 13
"""Columns before those that came with the second block; the oldest lists have only some of them."""
_BEFORE_GROWTH = 84
"""Up to here every list since 2020 has the same columns; in a shorter one the last column stands where a later one would."""
_TWICE = ((5, 15), (6, 17))

_NAMES = {
    "id": "activity id|id|aktivitäts-id|id de l'activité|id aktivity|activiteits-id|id da atividade|id attività|id de actividad"
    "|id de la actividad|identyfikator aktywności|活动 id|活動 id",
    "date": "activity date|date|aktivitätsdatum|date de l'activité|datum aktivity|datum van activiteit|data da atividade"
    "|data dell'attività|fecha de la actividad|data aktywności|活动日期|活動日期",
    "title": "activity name|name|name der aktivität|nom de l'activité|název aktivity|naam activiteit|nome da atividade"
    "|nome attività|nombre de la actividad|nazwa aktywności|活动名称|活動名稱",
    "sport": "activity type|type|aktivitätsart|type d'activité|typ aktivity|activiteitstype|tipo de atividade|tipo attività"
    "|tipo de actividad|rodzaj aktywności|活动类型|活動類型",
    "description": "activity description|description|aktivitätsbeschreibung|description de l'activité|popis aktivity"
    "|descrizione dell'attività|descrição da atividade|descripción de la actividad|活动描述",
    "elapsed": "elapsed time|elapsed_time|verstrichene zeit|temps écoulé|uplynulý čas|verstreken tijd|tempo decorrido"
    "|tempo trascorso|tiempo transcurrido|czas całkowity|全程耗时",
    "distance": "distance|distanz|vzdálenost|afstand|distância|distanza|distancia|dystans|距离|距離",
    "commute": "commute|pendeln|déplacement-transport|dojíždění",
    "private_note": "activity private note|hinweis zur privatsphäre für aktivitäten|note privée sur les activités"
    "|soukromá poznámka k aktivitě",
    "gear": "activity gear|gear|aktivitätsausrüstung|matériel utilisé pour l'activité|vybavení na aktivitu"
    "|equipamento da atividade|attrezzatura attività",
    "filename": "filename|dateiname|nom du fichier|název souboru|bestandsnaam|nome do arquivo|nome del file"
    "|nombre de archivo|nombre del archivo|文件名|檔案名稱",
    "moving": "moving time|bewegungszeit|durée de déplacement|aktivní čas|beweegtijd|tempo de movimentação|tempo in movimento"
    "|tiempo en movimiento|czas ruchu",
    "ascent": "elevation gain|höhenzunahme|dénivelé positif|nastoupaná výška|totale stijging|ganho de elevação|dislivello positivo",
    "descent": "elevation loss|höhenunterschied|naklesaná výška|totale daling",
    "cadence": "average cadence|durchschnittliche trittfrequenz|průměrná kadence|gemiddelde cadans|cadência média",
    "heart_rate": "average heart rate|durchschnittliche herzfrequenz|průměrná tepová frekvence|gemiddelde hartslag"
    "|frequência cardíaca média|frequenza cardiaca media",
    "power": "average watts|durchschnittliche watt|průměrný výkon ve wattech|watt medi",
    "temperature": "average temperature|durchschnittliche temperatur|temperatura média",
    "exertion": "perceived exertion|gefühlte anstrengung|ervaren inspanning",
    "from_upload": "from upload|von upload",
    "weather_temperature": "weather temperature|wetter: temperatur",
    "apparent_temperature": "apparent temperature|scheinbare temperatur",
    "dew_point": "dewpoint|taupunkt",
    "humidity": "humidity|luftfeuchtigkeit",
    "wind": "wind speed|windgeschwindigkeit",
    "steps": "total steps|schritte insgesamt",
    "timer": "timer time",
    "competition": "competition",
    "long_run": "long run",
}
"""Names that were seen in real lists. A language that is missing here is read by places."""
_KEY_OF = {plain(name): key for key, names in _NAMES.items() for name in names.split("|")}

_SHOWN_FIRST = ("elapsed", "distance")
"""Of these the first column is for reading by people and the second for programs."""


def columns_of(header: Sequence[str]) -> tuple[dict[str, int], int]:
    """Where each thing stands.

    Returns
    -------
    columns, known
        Place by key; ``elapsed_shown`` and ``distance_shown`` are the columns for people (distance in km, miles or metres),
        ``elapsed`` and ``distance`` those in s and m. `known` counts what its name or the repeated names told: below 3 this is hardly a
        list of activities.
    """
    names = [_name(name) for name in header]
    columns: dict[str, int] = {}
    for at, name in enumerate(names):
        if key := _KEY_OF.get(name):
            first = f"{key}_shown" if key in _SHOWN_FIRST else key
            if first not in columns:
                columns[first] = at
            elif key in _SHOWN_FIRST:
                columns.setdefault(key, at)
    by_place = all(second < len(names) and names[first] and names[first] == names[second] for first, second in _TWICE)
    known = len(columns) + (3 if by_place else 0)
    taken = set(columns.values())
    for key, at in _PLACES.items():
        if at >= len(names) - (at > _BEFORE_GROWTH):
            continue
        if by_place and at <= _BEFORE_GROWTH:
            columns[key] = at
        elif at not in taken and (by_place or (at < _PREFIX and known < 3)):
            columns.setdefault(key, at)
    return columns, known


def _name(text: str) -> str:
    # Programs that want every name once write "Distance.1" or "Distance_2".
    return re.sub(r"[._]\d\Z", "", plain(text.replace("\u2019", "'")))
