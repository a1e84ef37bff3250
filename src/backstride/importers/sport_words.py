"""What the services call a sport, in any of their languages and spellings, into one word for each: the dictionary of all readers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from backstride.importers.table import plain

__all__ = ["Sport", "sport_of", "tags_of"]

_LONGEST = 200
_INDOORS = ("treadmill", "indoor_running")


class Sport(NamedTuple):
    """A sport as a run has it.

    Attributes
    ----------
    sport : str
        ``"running"``, ``"cycling"``, ``"swimming"``, ``"hiking"`` or ``"walking"``. Any other word stays as it is, in lower case and with
        underscores; ``"unknown"`` for none.
    sub_sport : str
        In the words of the FIT profile: ``"treadmill"``, ``"trail"``, ``"virtual_activity"`` or ``"track"``; of running also
        ``"street"``, ``"obstacle"``, ``"ultra"`` or ``"indoor_running"``. Empty where the word does not say.
    tags : tuple of str
        What `Run.tags` has of it.
    """

    sport: str
    sub_sport: str
    tags: tuple[str, ...]


@lru_cache(maxsize=1000)
def sport_of(word: str) -> Sport:
    """What a service's word for a sport means: ``"TrailRun"``, ``"trail_running"``, ``"Trail Run"`` and ``"Traillauf"`` are one."""
    text = re.sub(r"[\s_/.-]+", " ", plain(_INNER_CAPITAL.sub(" ", word[:_LONGEST]))).strip()
    sport = next((sport for sport, words in _SPORTS if words.search(text)), "")
    if not sport:
        return Sport(re.sub(r"[\W_]+", "_", text).strip("_")[:60] or "unknown", "", ())
    kinds = (*_KINDS, *_KINDS_OF_RUNNING) if sport == "running" else _KINDS
    sub_sport = next((kind for kind, words in kinds if words.search(text)), "")
    return Sport(sport, sub_sport, tags_of(sub_sport))


def tags_of(sub_sport: str) -> tuple[str, ...]:
    """The tags that a sub-sport in the words of the FIT profile brings along."""
    return ("treadmill",) if sub_sport in _INDOORS else ()


_INNER_CAPITAL = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_SPORTS = tuple(
    (sport, re.compile(words))
    for sport, words in (
        # First what only sounds like it: skiing, skating and rolling are called runs in several languages, and running is part of more.
        (
            "",
            r"\bski|ski\b|skate|langlauf|eislauf|schlittschuh|rollschuh|rulleski|langrenn|narciar|narty|łyż|lyž|hiihto|лыж|スキー|滑雪"
            r"|스키|esqu[ií]|\bsci\b|inline|patin|snow|wheelchair|rollstuhl|fauteuil|hand ?cycl"
            r"|\bmotor|(swim|bike|cycl|ride).*run|triath|duath|multi ?sport|aqua ?jog|\bwater ?(run|jog)",
        ),
        (
            "running",
            r"run(ning)?\b|\bjog|lauf|^treadmill$|course à pied|^trail$|course virtuelle|carrera|\bcorrer|corsa\b|corrida|hardlo|trailrun"
            r"|\bbieg|\bløb|løbe|\bløp|løpe|\blöp|löpning|juoks|\bb[ěe]h\b|\bběh|ランニング|ラン(\W|$)|跑|달리기|러닝|런\b|(^|\W)бег|забег|пробеж|\bбіг"
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
        ("virtual_activity", r"virtu|wirtu|バーチャル|虚拟|虛擬|가상|виртуал|sanal|sanallı"),
        ("track", r"\btrack\b|\bbahn|\bpiste\b|\bpista\b"),
    )
)
_KINDS_OF_RUNNING = tuple(
    (kind, re.compile(words))
    for kind, words in (
        ("obstacle", r"obstacle|hindernis"),
        ("ultra", r"ultra"),
        ("indoor_running", r"indoor"),
        ("street", r"street|\broad\b|strasse"),
    )
)
