"""Where a column stands in Strava's list of activities, what it is called, and what the sports are called.

Two things do not depend on the language. New columns were only ever added before the last one, so a column keeps its place. And
five names stand twice at fixed places: where they do, the places hold whatever the names mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backstride.importers.table import plain

__all__ = ["columns_of", "sport_of"]

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


def sport_of(word: str) -> tuple[str, str]:
    """Sport and sub-sport in our words, from the service's word in any of its languages.

    Returns
    -------
    sport, sub_sport
        A word that says none of the sports we know stays as it is, with underscores; ``"unknown"`` for none. The sub-sport is
        ``"trail"``, ``"virtual"``, ``"treadmill"``, ``"track"`` or empty.
    """
    text = plain(word)
    if not text:
        return "unknown", ""
    sport = next((sport for sport, words in _SPORTS if words.search(text)), None)
    if sport is None:
        return re.sub(r"[\W_]+", "_", text).strip("_")[:60] or "unknown", ""
    if not sport:
        return re.sub(r"[\W_]+", "_", text).strip("_")[:60], ""
    return sport, next((kind for kind, words in _KINDS if words.search(text)), "")


_SPORTS = tuple(
    (sport, re.compile(words))
    for sport, words in (
        # First what only sounds like running: skiing, skating and rolling are called runs in several languages.
        (
            "",
            r"\bski|ski\b|skate|langlauf|eislauf|schlittschuh|rollschuh|rulleski|langrenn|narciar|narty|łyż|lyž|hiihto|лыж|スキー|滑雪"
            r"|스키|esqu[ií]|\bsci\b|inline|patin|snow|wheelchair|rollstuhl|fauteuil|hand ?cycle",
        ),
        (
            "running",
            r"run(ning)?\b|\bjog|lauf|course à pied|^trail$|course virtuelle|carrera|\bcorrer|corsa\b|corrida|hardlo|trailrun|\bbieg"
            r"|\bløb|løbe|\bløp|løpe|\blöp|löpning|juoks|\bb[ěe]h\b|\bběh|ランニング|ラン(\W|$)|跑|달리기|러닝|런\b|(^|\W)бег|забег|пробеж|\bбіг"
            r"|koşu|\blari\b|futás|alergare|\bcursa\b|τρέξιμο|trčanje|วิ่ง|chạy",
        ),
        (
            "cycling",
            r"\bride|ride\b|bik(e|ing)\b|mountainbik|cycl|zykl|radfahr|fahrrad|radtour|vélo|velo|vtt\b|cicl|bici|pedala|fiets|wielren|rower|jazda|kolar"
            r"|cykel|cykl|sykl|sykkel|jízda|pyöräil|ライド|サイクリング|自転車|骑|騎|单车|單車|自行[车車]|라이딩|자전거|사이클|вело|заезд|bisiklet|sepeda"
            r"|kerékpár",
        ),
        (
            "swimming",
            r"swim|schwimm|natation|\bnage|natación|natação|nuoto|nuotat|zwem|pływ|svøm|\bsim(ning|tur)?\b|plav|uinti|スイム|水泳|游泳|수영"
            r"|плава|заплыв|yüz|renang|úszás",
        ),
        (
            "hiking",
            r"\bhik|wander(n|ung)|randonn|senderis|excursi|escursion|trilha|trekking|wędrówka|turystyka|turistika|vaellus|vandr|fottur"
            r"|fjelltur|ハイキング|登山|徒步|健行|하이킹|등산|поход|doğa yürüyüşü|mendaki|túra",
        ),
        (
            "walking",
            r"\bwalk|spazier|\bgehen|\bmarche|caminata|caminhada|camminata|passeggiata|andar\b|wandel|spacer|chód|gåtur|\bgang\b|promenad"
            r"|chůze|procházka|kävely|ウォーキング|散歩|步行|健走|走路|걷기|ходьба|прогулка|yürüyüş|jalan|séta",
        ),
    )
)
_KINDS = tuple(
    (kind, re.compile(words))
    for kind, words in (
        (
            "treadmill",
            r"treadmill|laufband|tapis|cinta|esteira|loopband|bieżni|løbebånd|tredemølle|löpband|juoksumat|トレッドミル|跑步机|跑步機|러닝머신",
        ),
        ("trail", r"trail|montañ|trilha|sentier|terr[äe]n|gelände|bosque|トレイル|越野|트레일|трейл|przełaj"),
        ("virtual", r"virtu|wirtu|バーチャル|虚拟|虛擬|가상|виртуал|sanal|sanallı"),
        ("track", r"\btrack\b|\bbahn|\bpiste\b|\bpista\b"),
    )
)
