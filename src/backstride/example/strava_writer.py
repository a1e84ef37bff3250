"""Writes archives in the layout of Strava's export, in several languages, one run at a time."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backstride.example.fit_writer import RunPlan, fit_bytes

__all__ = ["LANGUAGES", "StravaActivity", "StravaLanguage", "activities_csv", "daily_runs", "write_strava_zip"]

_ENGLISH = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,Max Heart Rate,Relative Effort,"
    "Commute,Activity Private Note,Activity Gear,Filename,Athlete Weight,Bike Weight,Elapsed Time,Moving Time,Distance,Max Speed,"
    "Average Speed,Elevation Gain,Elevation Loss,Elevation Low,Elevation High,Max Grade,Average Grade,Average Positive Grade,"
    "Average Negative Grade,Max Cadence,Average Cadence,Max Heart Rate,Average Heart Rate,Max Watts,Average Watts,Calories,"
    "Max Temperature,Average Temperature,Relative Effort,Total Work,Number of Runs,Uphill Time,Downhill Time,Other Time,"
    "Perceived Exertion,Type,Start Time,Weighted Average Power,Power Count,Prefer Perceived Exertion,Perceived Relative Effort,"
    "Commute,Total Weight Lifted,From Upload,Grade Adjusted Distance,Weather Observation Time,Weather Condition,Weather Temperature,"
    "Apparent Temperature,Dewpoint,Humidity,Weather Pressure,Wind Speed,Wind Gust,Wind Bearing,Precipitation Intensity,Sunrise Time,"
    "Sunset Time,Moon Phase,Bike,Gear,Precipitation Probability,Precipitation Type,Cloud Cover,Weather Visibility,UV Index,"
    "Weather Ozone,Jump Count,Total Grit,Average Flow,Flagged,Average Elapsed Speed,Dirt Distance,Newly Explored Distance,"
    "Newly Explored Dirt Distance,Activity Count,Total Steps,Carbon Saved,Pool Length,Training Load,Intensity,"
    "Average Grade Adjusted Pace,Timer Time,Total Cycles,Recovery,With Pet,Competition,Long Run,For a Cause,Media"
)
_GERMAN = (
    "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Aktivitätsbeschreibung,Verstrichene Zeit,Distanz,"
    "Max. Herzfrequenz,Relative Leistung,Pendeln,Hinweis zur Privatsphäre für Aktivitäten,Aktivitätsausrüstung,Dateiname,"
    "Sportlergewicht,Fahrradgewicht,Verstrichene Zeit,Bewegungszeit,Distanz,Höchstgeschw.,Durchschnittliche Geschwindigkeit,"
    "Höhenzunahme,Höhenunterschied,Min. Höhe,Max. Höhe,Max. Steigung,Durchschnittliche Steigung,Durchschnittliche positive Steigung,"
    "Durchschnittliche negative Steigung,Max. Tritt-/Schrittfrequenz,Durchschnittliche Trittfrequenz,Max. Herzfrequenz,"
    "Durchschnittliche Herzfrequenz,Max. Watt,Durchschnittliche Watt,Kalorien,Max. Temperatur,Durchschnittliche Temperatur,"
    "Relative Leistung,Gesamtarbeit,Anzahl Läufe,Bergaufzeit,Bergabzeit,Andere Zeit,Gefühlte Anstrengung,Art,Startzeit,"
    "Gewichtete durchschnittliche Leistung,Leistungszahl,Gefühlte Anstrengung verwenden,Gefühlte relative Leistung,Pendeln,"
    "Insgesamt gestemmtes Gewicht,Von Upload,Auf Steigung angepasste Distanz,Wetterbeobachtungszeit,Wetterlage,Wetter: Temperatur,"
    "Scheinbare Temperatur,Taupunkt,Luftfeuchtigkeit,Wetter: Druck,Windgeschwindigkeit,Windböe,Windrichtung,Niederschlagsintensität,"
    "Sonnenaufgangszeit,Sonnenuntergangszeit,Mondphase,Fahrrad,Ausrüstung,Niederschlagswahrscheinlichkeit,Niederschlagsart,"
    "Wolkendecke,Wetter: Sichtbarkeit,UV-Index,Wetter: Ozon,Sprunganzahl,Schwierigkeit insgesamt,Durchschnittlicher Flow,Markiert,"
    "Durchschnittsgeschwindigkeit im Aufzeichnungszeitraum,Auf Schotter zurückgelegte Distanz,Neu getestete Distanz,"
    "Neu getestete Schotterdistanz,Aktivitätsanzahl,Schritte insgesamt,Eingesparte CO₂-Emissionen,Pool-Länge,Trainingsbelastung,"
    "Intensität,Durchschnittliches auf Steigung angepasstes Tempo,Medien"
)
_CZECH = (
    "ID aktivity,Datum aktivity,Název aktivity,Typ aktivity,Popis aktivity,Uplynulý čas,Vzdálenost,Maximální tepová frekvence,"
    "Relativní úsilí,Dojíždění,Soukromá poznámka k aktivitě,Vybavení na aktivitu,Název souboru,Hmotnost sportovce,Hmotnost kola,"
    "Uplynulý čas,Aktivní čas,Vzdálenost,Maximální rychlost,Průměrná rychlost,Nastoupaná výška,Naklesaná výška,"
    "Nejnižší nadmořská výška,Nejvyšší nadmořská výška,Maximální sklon,Průměrný sklon,Průměrný pozitivní sklon,"
    "Průměrný záporný sklon,Maximální kadence,Průměrná kadence,Maximální tepová frekvence,Průměrná tepová frekvence,"
    "Maximální výkon ve wattech,Průměrný výkon ve wattech,Kalorie"
)
_FRENCH = (
    "ID de l'activité,Date de l'activité,Nom de l'activité,Type d'activité,Description de l'activité,Temps écoulé,Distance,"
    "Fréquence cardiaque max.,Effort relatif,Déplacement-transport,Note privée sur les activités,Matériel utilisé pour l'activité,"
    "Nom du fichier,Poids de l'athlète,Poids du vélo,Temps écoulé,Durée de déplacement,Distance,Vitesse max.,Vitesse moyenne,"
    "Dénivelé positif"
)
_EARLY = "id,date,name,type,description,elapsed_time,distance,commute,gear,filename"
_EARLY_PLACES = (0, 1, 2, 3, 4, 5, 17, 9, 11, 12)
"""Of the lists before July 2019: where their columns stand in later ones. Their distance is in metres."""

_FRENCH_MONTHS = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."
_ENGLISH_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_EARTH_RADIUS_M = 6_371_008.8
_AT = (2024, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class StravaLanguage:
    """How one language writes the list.

    Attributes
    ----------
    header : sequence of str
    run_word : str
        Its word for a run.
    decimal_mark : str
        Of the distance for people; all other numbers have a point in every language.
    date : callable
        Writes a moment in UTC.
    places : sequence of int
        Which English column each of its columns is.
    """

    header: Sequence[str]
    run_word: str
    decimal_mark: str
    date: Callable[[datetime], str]
    places: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class StravaActivity:
    """One row, and the file it names.

    Attributes
    ----------
    plan : RunPlan
    id : int
    ending : str
        ``"fit"``, ``"gpx"``, ``"tcx"``, each also with ``".gz"``; empty for a run typed in by hand.
    title, description, private_note, gear, sport : str
        `sport` is the language's word for a run where it is empty.
    cells : mapping of str to str
        Further cells by English column; of a name that stands twice the second.
    """

    plan: RunPlan
    id: int
    ending: str = "fit.gz"
    title: str = "Morning Run"
    description: str = ""
    private_note: str = ""
    gear: str = ""
    sport: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)

    @property
    def filename(self) -> str:
        """Path in the archive; its number is another than the activity's, as with recorded runs."""
        return f"activities/{self.id + 77}.{self.ending}" if self.ending else ""


def _english_date(at: datetime) -> str:
    return f"{_ENGLISH_MONTHS.split()[at.month - 1]} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S} {'PM' if at.hour >= 12 else 'AM'}"


LANGUAGES: Mapping[str, StravaLanguage] = {
    "en": StravaLanguage(_ENGLISH.split(","), "Run", ".", _english_date),
    "de": StravaLanguage(_GERMAN.split(","), "Lauf", ",", lambda at: f"{at:%d.%m.%Y, %H:%M:%S}"),
    "fr": StravaLanguage(
        _FRENCH.split(","), "Course à pied", ",", lambda at: f"{at.day} {_FRENCH_MONTHS.split()[at.month - 1]} {at.year} à {at:%H:%M:%S}"
    ),
    "cs": StravaLanguage(_CZECH.split(","), "Běh", ",", lambda at: f"{at.day}. {at.month}. {at.year} {at.hour}:{at:%M:%S}"),
    "2018": StravaLanguage(_EARLY.split(","), "Run", ".", lambda at: f"{at:%Y-%m-%d %H:%M:%S}", _EARLY_PLACES),
}
"""Headers as seen in real lists: English of 2026, German of 2025, Czech and French as far as known, and the list of before 2019."""


def activities_csv(activities: Iterable[StravaActivity], language: StravaLanguage) -> Iterator[str]:
    """The list of activities, header first, one line or more at a time."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(language.header)
    yield line.getvalue()
    for activity in activities:
        line.seek(0)
        line.truncate()
        cells = _cells(activity, language)
        places = language.places or range(len(language.header))
        writer.writerow([cells[at] if at < len(cells) else "" for at in places])
        yield line.getvalue()


def write_strava_zip(
    path: Path, activities: Iterable[StravaActivity], language: str = "en", shoes: Sequence[tuple[str, str, str]] = ()
) -> None:
    """Write a whole archive to disk: recorded files, ``activities.csv``, ``shoes.csv``, ``profile.csv``.

    Parameters
    ----------
    path : Path
    activities : iterable of StravaActivity
        Taken one at a time; memory does not grow with their number, but for a short entry a file that any zip archive needs.
    language : str
        Key of `LANGUAGES`.
    shoes : sequence of (name, brand, model)
    """
    with zipfile.ZipFile(path, "w") as archive, tempfile.TemporaryFile() as rows:

        def written() -> Iterator[StravaActivity]:
            for activity in activities:
                if activity.ending:
                    archive.writestr(zipfile.ZipInfo(activity.filename, _AT), _file(activity))
                yield activity

        rows.writelines(line.encode() for line in activities_csv(written(), LANGUAGES[language]))
        rows.seek(0)
        info = zipfile.ZipInfo("activities.csv", _AT)
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w") as member:
            shutil.copyfileobj(rows, member)
        pairs = "".join(f"{name},{brand},{model},Run\n" for name, brand, model in shoes)
        archive.writestr(zipfile.ZipInfo("shoes.csv", _AT), f"Shoe Name,Shoe Brand,Shoe Model,Shoe Default Sport Types\n{pairs}")
        archive.writestr(zipfile.ZipInfo("profile.csv", _AT), "Athlete ID,Email Address,First Name\n1,runner@example.org,Made-up\n")


def daily_runs(
    count: int, duration_s: int = 3600, every_s: int = 1, endings: Sequence[str] = ("fit.gz",), first: datetime | None = None
) -> Iterator[StravaActivity]:
    """Runs on `count` days in a row, of changing length, with these kinds of file in turn."""
    first = first or datetime(2012, 1, 1, 6, 30, tzinfo=UTC)
    for day in range(count):
        speed_mps = 2.6 + (day * 7 % 13) / 10
        plan = RunPlan(
            start=first + timedelta(days=day),
            distance_m=round(duration_s * speed_mps, 2),
            duration_s=duration_s,
            every_s=every_s,
            heart_rate_bpm=140 + day % 17,
            cadence_spm=160 + day % 7 * 2,
        )
        yield StravaActivity(plan, 9_100_000_001 + 1013 * day, endings[day % len(endings)])


def _cells(activity: StravaActivity, language: StravaLanguage) -> list[str]:
    plan = activity.plan
    last = {name: at for at, name in enumerate(_ENGLISH.split(","))}
    cells = [""] * (_ENGLISH.count(",") + 1)
    km = f"{plan.distance_m / 1000:.2f}".replace(".", language.decimal_mark)
    cells[:7] = [
        str(activity.id),
        language.date(plan.start.astimezone(UTC)),
        activity.title,
        activity.sport or language.run_word,
        activity.description,
        str(plan.duration_s),
        km,
    ]
    cells[9:13] = ["false", activity.private_note, activity.gear, activity.filename]
    cells[15:18] = [f"{plan.duration_s:.1f}", f"{plan.duration_s:.1f}", f"{plan.distance_m}"]
    if activity.ending:
        cells[last["Average Cadence"]] = f"{plan.cadence_spm / 2:.6f}"
        cells[last["Average Heart Rate"]] = f"{plan.heart_rate_bpm:.6f}"
        cells[last["From Upload"]] = "1.0"
    for name, cell in activity.cells.items():
        cells[last[name]] = cell
    return cells


def _file(activity: StravaActivity) -> bytes:
    kind, _, packed = activity.ending.partition(".")
    data = {"fit": fit_bytes, "gpx": _gpx, "tcx": _tcx}[kind](activity.plan)
    return gzip.compress(data, 6, mtime=0) if packed else data


def _seconds(plan: RunPlan) -> Iterator[tuple[str, float]]:
    """Time and distance of every record."""
    for second in range(0, plan.duration_s + 1, plan.every_s):
        at = plan.start.astimezone(UTC) + timedelta(seconds=second)
        yield f"{at:%Y-%m-%dT%H:%M:%SZ}", plan.distance_m * second / plan.duration_s


def _gpx(plan: RunPlan) -> bytes:
    """Due north over the open sea, so that the length is the distance."""
    points = "".join(
        f'<trkpt lat="{distance_m / _EARTH_RADIUS_M * 57.29577951308232 - 40:.9f}" lon="-120"><time>{time}</time></trkpt>\n'
        for time, distance_m in _seconds(plan)
    )
    return f'<?xml version="1.0"?>\n<gpx creator="StravaGPX"><trk><type>running</type><trkseg>\n{points}</trkseg></trk></gpx>\n'.encode()


def _tcx(plan: RunPlan) -> bytes:
    points = "".join(
        f"<Trackpoint><Time>{time}</Time><DistanceMeters>{distance_m:.2f}</DistanceMeters></Trackpoint>\n"
        for time, distance_m in _seconds(plan)
    )
    start = f"{plan.start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return (
        f'<?xml version="1.0"?>\n<TrainingCenterDatabase><Activities><Activity Sport="Running"><Id>{start}</Id><Lap StartTime="{start}">'
        f"<TotalTimeSeconds>{plan.duration_s}</TotalTimeSeconds><DistanceMeters>{plan.distance_m}</DistanceMeters><Track>\n{points}"
        "</Track></Lap></Activity></Activities></TrainingCenterDatabase>\n"
    ).encode()
