"""Writes Apple Health exports: what a watch and a phone record side by side, as iOS writes it out.

Everything is given piece by piece, so that an export of any size can be written in little memory.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

from backstride.example.fit_writer import RunPlan

__all__ = ["PHONE", "WATCH", "AppleExport", "apple_route", "apple_xml", "write_apple_export"]

WATCH = "Runner\N{RIGHT SINGLE QUOTATION MARK}s Apple\N{NO-BREAK SPACE}Watch"
PHONE = "Runner\N{RIGHT SINGLE QUOTATION MARK}s iPhone"
_DEVICES = {
    WATCH: "&lt;&lt;HKDevice: 0x283d8c0a0&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,1, software:9.4&gt;",
    PHONE: "&lt;&lt;HKDevice: 0x283d8c0f0&gt;, name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone14,2, software:16.4&gt;",
}
_DTD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 13 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord|Audiogram|VisionPrescription)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record
  type          CDATA #REQUIRED
  unit          CDATA #IMPLIED
  value         CDATA #IMPLIED
  sourceName    CDATA #REQUIRED
  sourceVersion CDATA #IMPLIED
  device        CDATA #IMPLIED
  creationDate  CDATA #IMPLIED
  startDate     CDATA #REQUIRED
  endDate       CDATA #REQUIRED
>
<!-- Note: Any Records that appear as children of a correlation also appear as top-level records in this document. -->
<!ELEMENT Workout ((MetadataEntry|WorkoutEvent|WorkoutRoute|WorkoutStatistics)*)>
"""
_BROKEN_DTD = """<!ATTLIST Workout
  workoutActivityType CDATA #REQUIRED
>
  duration CDATA #IMPLIED
<!ELEMENT WorkoutEvent EMPTY>
<!ATTLIST WorkoutEvent
  device CDATA #IMPLIED
<!ATTLIST WorkoutEvent
"""
"""As iOS 16.0 wrote it: attributes outside of a list, and a list that does not end."""
_BACKGROUND = (
    ("HeartRate", "count/min", WATCH, 6),
    ("ActiveEnergyBurned", "kcal", WATCH, 60),
    ("BasalEnergyBurned", "kcal", WATCH, 60),
    ("StepCount", "count", WATCH, 30),
    ("StepCount", "count", PHONE, 240),
    ("PhysicalEffort", "kcal/hr·kg", WATCH, 60),
)


@dataclass(frozen=True, slots=True)
class AppleExport:
    """What an export holds.

    Attributes
    ----------
    runs : sequence of RunPlan
        What is None in a plan is not in the export.
    zone : str
        Of the runner, told in metadata; empty: not told.
    written_offset_s : int or None
        Offset in which all times are written; None: each run's own.
    miles : bool
        Units of a phone set to miles.
    statistics : bool
        Totals as statistics (iOS 16 and later), else as attributes of the workout.
    background : int
        Records outside of runs for each run.
    nights : bool
        A night told by two sources, water drunk and a weight for each run's day.
    cycling : bool
        One workout of another sport.
    broken_type : bool
        The malformed document type of iOS 16.0.
    """

    runs: Sequence[RunPlan]
    zone: str = "Europe/Berlin"
    written_offset_s: int | None = None
    miles: bool = False
    statistics: bool = True
    background: int = 0
    nights: bool = True
    cycling: bool = True
    broken_type: bool = False


def apple_xml(export: AppleExport) -> Iterator[bytes]:
    """The ``export.xml``, in pieces: records before workouts, as iOS writes them."""
    yield (_DTD + (_BROKEN_DTD if export.broken_type else "") + "]>\n").encode()
    yield b'<HealthData locale="en_US">\n <ExportDate value="2026-09-01 10:00:00 +0200"/>\n'
    yield b' <Me HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexNotSet"/>\n'
    for plan in export.runs:
        yield "".join(_of_run(plan, export)).encode()
        yield from (piece.encode() for piece in _background(plan, export))
        if export.nights:
            yield "".join(_of_day(plan, export)).encode()
    for plan in export.runs:
        yield _workout(plan, export).encode()
    if export.cycling:
        start, end = (_written(export.runs[0].start + timedelta(hours=hours), export.runs[0], export) for hours in (5, 6))
        yield (
            f' <Workout workoutActivityType="HKWorkoutActivityTypeCycling" duration="60" durationUnit="min"'
            f' sourceName="{WATCH}" creationDate="{end}" startDate="{start}" endDate="{end}"/>\n'
        ).encode()
    yield b"</HealthData>\n"


def apple_route(plan: RunPlan) -> bytes:
    """The GPX file of a run's route."""
    steps = max(plan.duration_s // plan.every_s, 1)
    points = "".join(
        f'<trkpt lon="8.0" lat="{50 + plan.distance_m * step / steps / 111_195:.6f}"><ele>100</ele>'
        f"<time>{plan.start.astimezone(UTC) + timedelta(seconds=step * plan.every_s):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for step in range(steps + 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Apple Health Export"'
        f' xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Route</name><trkseg>{points}</trkseg></trk></gpx>\n'
    ).encode()


def write_apple_export(path: Path, export: AppleExport) -> None:
    """Write the ``.xml`` alone, or a ``.zip`` of it with its routes and the clinical document that comes with it."""
    if path.suffix.lower() != ".zip":
        with open(path, "wb") as file:
            file.writelines(apple_xml(export))
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for plan in export.runs:
            if not plan.treadmill:
                archive.writestr(f"apple_health_export/workout-routes/{_route_name(plan)}", apple_route(plan))
        with archive.open("apple_health_export/export.xml", "w", force_zip64=True) as member:
            for piece in apple_xml(export):
                member.write(piece)
        archive.writestr("apple_health_export/export_cda.xml", '<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"/>\n')


def _written(moment: datetime, plan: RunPlan, export: AppleExport) -> str:
    offset = plan.utc_offset_s if export.written_offset_s is None else export.written_offset_s
    return f"{moment.astimezone(timezone(timedelta(seconds=offset))):%Y-%m-%d %H:%M:%S %z}"


def _record(kind: str, unit: str, value: object, start: str, end: str, source: str = WATCH) -> str:
    return (
        f' <Record type="HKQuantityTypeIdentifier{kind}" sourceName="{source}" sourceVersion="9.4" device="{_DEVICES[source]}"'
        f' unit="{unit}" creationDate="{end}" startDate="{start}" endDate="{end}" value="{value}"'
    )


def _quantities(plan: RunPlan, export: AppleExport) -> Iterator[tuple[str, str, float]]:
    """Type, unit and mean of what is recorded all through a run and told as an average."""
    speed = plan.distance_m / plan.duration_s
    yield "RunningSpeed", *(("mi/hr", speed * 3600 / 1609.344) if export.miles else ("km/hr", speed * 3.6))
    if plan.step_length_mm is not None:
        yield "RunningStrideLength", *(("ft", plan.step_length_mm / 304.8) if export.miles else ("m", plan.step_length_mm / 1000))
    if plan.contact_time_ms is not None:
        yield "RunningGroundContactTime", "ms", plan.contact_time_ms
    if plan.vertical_oscillation_mm is not None:
        oscillation = plan.vertical_oscillation_mm
        yield "RunningVerticalOscillation", *(("in", oscillation / 25.4) if export.miles else ("cm", oscillation / 10))
    if plan.power_w is not None:
        yield "RunningPower", "W", plan.power_w


def _distance(metres: float, export: AppleExport) -> tuple[str, float]:
    return ("mi", metres / 1609.344) if export.miles else ("km", metres / 1000)


def _of_run(plan: RunPlan, export: AppleExport) -> Iterator[str]:
    times = [_written(plan.start + timedelta(seconds=second), plan, export) for second in range(0, plan.duration_s + 1, plan.every_s)]
    quantities = list(_quantities(plan, export))
    unit, distance = _distance(plan.distance_m / plan.duration_s * plan.every_s, export)
    steps = plan.cadence_spm / 60 * plan.every_s
    for at in times:
        heart_rate = _record("HeartRate", "count/min", plan.heart_rate_bpm, at, at)
        yield f'{heart_rate}>\n  <MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="2"/>\n </Record>\n'
    for start, end in pairwise(times):
        for kind, its_unit, value in quantities:
            yield f"{_record(kind, its_unit, f'{value:.9g}', start, end)}/>\n"
        yield f"{_record('DistanceWalkingRunning', unit, f'{distance:.9g}', start, end)}/>\n"
        yield f"{_record('StepCount', 'count', f'{steps:.9g}', start, end)}/>\n"
        # The phone in the pocket counts the same steps, a little differently.
        yield f"{_record('StepCount', 'count', f'{steps * 1.05:.9g}', start, end, PHONE)}/>\n"


def _background(plan: RunPlan, export: AppleExport) -> Iterator[str]:
    """Records of the rest of the day, none of them in a run."""
    after = plan.start + timedelta(seconds=plan.duration_s, hours=4)
    for count in range(0, export.background, len(_BACKGROUND)):
        lines = []
        for kind, unit, source, lasts in _BACKGROUND[: export.background - count]:
            start = after + timedelta(seconds=count)
            written = [_written(moment, plan, export) for moment in (start, start + timedelta(seconds=0 if kind == "HeartRate" else lasts))]
            lines.append(f"{_record(kind, unit, count % 90 + 1, written[0], written[1], source)}/>\n")
        yield "".join(lines)


def _of_day(plan: RunPlan, export: AppleExport) -> Iterator[str]:
    """7.5 hours asleep told twice, with half an hour awake between; 750 ml drunk; 70 kg."""
    local = plan.start.astimezone(timezone(timedelta(seconds=plan.utc_offset_s))).replace(hour=0, minute=0, second=0)

    def at(minutes: int) -> str:
        return _written(local + timedelta(minutes=minutes), plan, export)

    night = (
        ("InBed", PHONE, -90, 420),
        ("AsleepCore", WATCH, -60, 120),
        ("Awake", WATCH, 120, 150),
        ("AsleepDeep", WATCH, 150, 240),
        ("AsleepREM", WATCH, 240, 420),
        ("AsleepUnspecified", PHONE, -60, 60),
    )
    for stage, source, first, last in night:
        yield (
            f' <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="{source}" creationDate="{at(last)}"'
            f' startDate="{at(first)}" endDate="{at(last)}" value="HKCategoryValueSleepAnalysis{stage}">\n'
        )
        yield (f'  <MetadataEntry key="HKTimeZone" value="{export.zone}"/>\n' if export.zone else "") + " </Record>\n"
    for minute in (480, 720, 960):
        unit, value = ("fl_oz_us", 250 / 29.5735295625) if export.miles else ("mL", 250.0)
        yield f"{_record('DietaryWater', unit, f'{value:.9g}', at(minute), at(minute), PHONE)}/>\n"
    unit, value = ("lb", 70 / 0.45359237) if export.miles else ("kg", 70.0)
    yield f"{_record('BodyMass', unit, f'{value:.9g}', at(430), at(430), PHONE)}/>\n"
    yield f"{_record('RestingHeartRate', 'count/min', 52, at(0), at(1439))}/>\n"


def _workout(plan: RunPlan, export: AppleExport) -> str:
    paused = sum(lasts for _, lasts in plan.pauses)
    start, end = (_written(plan.start + timedelta(seconds=seconds), plan, export) for seconds in (0, plan.duration_s + paused))
    unit, distance = _distance(plan.distance_m, export)
    total = "" if export.statistics else f' totalDistance="{distance:.9g}" totalDistanceUnit="{unit}"'
    lines = [
        f' <Workout workoutActivityType="HKWorkoutActivityType{plan.sport.capitalize()}" duration="{plan.duration_s / 60:.9g}"'
        f' durationUnit="min"{total} sourceName="{WATCH}" sourceVersion="9.4" device="{_DEVICES[WATCH]}" creationDate="{end}"'
        f' startDate="{start}" endDate="{end}">',
        f'  <MetadataEntry key="HKIndoorWorkout" value="{int(plan.treadmill)}"/>',
        *([f'  <MetadataEntry key="HKTimeZone" value="{export.zone}"/>'] if export.zone else []),
        *_pauses(plan, export),
    ]
    if plan.temperature_c is not None:
        lines.append(f'  <MetadataEntry key="HKWeatherTemperature" value="{plan.temperature_c * 1.8 + 32:.9g} degF"/>')
        lines.append('  <MetadataEntry key="HKWeatherHumidity" value="7600 %"/>')
    if export.statistics:
        when = f'startDate="{start}" endDate="{end}"'
        averages = [("HeartRate", "count/min", float(plan.heart_rate_bpm)), *_quantities(plan, export)]
        rows = [
            *(f'type="HKQuantityTypeIdentifier{kind}" {when} average="{value:.9g}" unit="{its}"' for kind, its, value in averages),
            f'type="HKQuantityTypeIdentifierDistanceWalkingRunning" {when} sum="{distance:.9g}" unit="{unit}"',
            f'type="HKQuantityTypeIdentifierStepCount" {when} sum="{plan.cadence_spm * plan.duration_s / 60:.9g}" unit="count"',
        ]
        lines += [f"  <WorkoutStatistics {row}/>" for row in rows]
    if not plan.treadmill:
        lines += [
            f'  <WorkoutRoute sourceName="{WATCH}" sourceVersion="9.4" creationDate="{end}" startDate="{start}" endDate="{end}">',
            f'   <FileReference path="/workout-routes/{_route_name(plan)}"/>',
            "  </WorkoutRoute>",
        ]
    return "\n".join((*lines, " </Workout>\n"))


def _pauses(plan: RunPlan, export: AppleExport) -> Iterator[str]:
    before = 0
    for after, lasts in plan.pauses:
        for kind, second in (("Pause", after + before), ("Resume", after + before + lasts)):
            date = _written(plan.start + timedelta(seconds=second), plan, export)
            yield f'  <WorkoutEvent type="HKWorkoutEventType{kind}" date="{date}"/>'
        before += lasts


def _route_name(plan: RunPlan) -> str:
    local = plan.start.astimezone(timezone(timedelta(seconds=plan.utc_offset_s)))
    return f"route_{local:%Y-%m-%d}_{local.hour % 12 or 12}.{local:%M%p}.gpx".replace("AM", "am").replace("PM", "pm")
