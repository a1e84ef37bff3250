"""Writes an account export with the layout, names and units of Garmin's."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from backstride.example.fit_writer import RunPlan, crc16, fit_bytes

__all__ = ["garmin_summary", "garmin_zip", "monitoring_fit"]

_FIT_EPOCH_S = 631065600
_MONITORING_B = 32
_FIRST_NUMBER = 6750000100
_MAIL = "runner@example.org"
_FITNESS, _UPLOADED = "DI_CONNECT/DI-Connect-Fitness", "DI_CONNECT/DI-Connect-Uploaded-Files"
_WELLNESS, _AGGREGATOR = "DI_CONNECT/DI-Connect-Wellness", "DI_CONNECT/DI-Connect-Aggregator"


def garmin_zip(plans: Sequence[RunPlan], shoes: Sequence[str] = ("Blue", "Red"), *, days: int = 0, monitoring: int = 0) -> bytes:
    """A whole export.

    Parameters
    ----------
    plans : sequence of RunPlan
        Written as FIT files, in the two places in which exports have them by turns, and into the summaries.
    shoes : sequence of str
        Names of pairs, worn by turns.
    days : int
        Days, from that of the first run on, with sleep, drinking, sweat, steps and resting heart rate.
    monitoring : int
        FIT files of days, which are no activities.
    """
    numbered = [(_FIRST_NUMBER + 4711 * at, plan) for at, plan in enumerate(plans)]
    uploads = [{f"{_MAIL}_{number}.fit": fit_bytes(plan) for number, plan in numbered[half::2]} for half in (0, 1)]
    first = plans[0].start if plans else datetime(2026, 5, 1, tzinfo=UTC)
    for day in range(monitoring):
        uploads[day % 2][f"{_MAIL}_{7750000100 + day}.fit"] = monitoring_fit(first + timedelta(days=day))
    worn = {name: [number for number, _ in numbered[at :: len(shoes)]] for at, name in enumerate(shoes)}
    nights, wellness = _days(first.date(), days)
    span = f"{first.date()}_{first.date() + timedelta(days=days)}"
    return _zip(
        {
            f"{_FITNESS}/{_MAIL}_0_summarizedActivities.json": _json(
                [{"summarizedActivitiesExport": [garmin_summary(number, plan) for number, plan in numbered]}]
            ),
            f"{_FITNESS}/{_MAIL}_gear.json": _json(_gear(worn, first)),
            f"{_UPLOADED}/UploadedFiles_0-_Part1.zip": _zip(uploads[0]),
            f"{_FITNESS}/UploadedFiles_{_MAIL}_1.zip": _zip(uploads[1]),
            f"{_WELLNESS}/{span}_1_sleepData.json": _json(nights),
            f"{_AGGREGATOR}/UDSFile_{span}.json": _json(wellness),
            "DI_CONNECT/DI-Connect-User/user_profile.json": _json({"userName": "runner"}),
            "customer_data/customer.json": _json({}),
        }
    )


def garmin_summary(number: int, plan: RunPlan, **more: Any) -> dict[str, Any]:
    """One run as the summaries have it: distances in cm, times in ms, speed in cm a ms; `more` replaces or adds fields."""
    start_ms, duration_ms = plan.start.timestamp() * 1000, plan.duration_s * 1000.0
    row: dict[str, Any] = {
        "activityId": number,
        "name": "Running",
        "activityType": "running",
        "sportType": "RUNNING",
        "eventTypeId": 9,
        "beginTimestamp": int(start_ms),
        "startTimeGmt": start_ms,
        "startTimeLocal": start_ms + plan.utc_offset_s * 1000,
        "duration": duration_ms,
        "elapsedDuration": plan.elapsed_s * 1000.0,
        "movingDuration": duration_ms,
        "distance": plan.distance_m * 100,
        "avgSpeed": plan.distance_m / plan.duration_s / 10,
        "avgHr": float(plan.heart_rate_bpm),
        "avgRunCadence": plan.cadence_spm / 2,
        "avgDoubleCadence": float(plan.cadence_spm),
        "manufacturer": "GARMIN",
        "parent": False,
    }
    return row | more


def monitoring_fit(day: datetime) -> bytes:
    """A small FIT file of a day's monitoring: no activity."""
    at = int(day.timestamp()) - _FIT_EPOCH_S
    body = struct.pack("<BBBHBBBBBBB", 0x40, 0, 0, 0, 2, 0, 1, 0x00, 4, 4, 0x86) + struct.pack("<BBI", 0, _MONITORING_B, at)
    body += struct.pack("<BBBHBBBBBBB", 0x41, 0, 0, 55, 2, 253, 4, 0x86, 27, 1, 0x02)
    body += b"".join(struct.pack("<BIB", 1, at + 60 * minute, 60) for minute in range(60))
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    whole = header + struct.pack("<H", crc16(header)) + body
    return whole + struct.pack("<H", crc16(whole))


def _gear(worn: Mapping[str, Sequence[int]], first: datetime) -> list[dict[str, Any]]:
    # A day is written as the moment of the runner's midnight in UTC; here of a runner two hours east of it.
    begin = (first - timedelta(days=30)).date()
    gear = [
        {
            "gearPk": 1000 + at,
            "gearTypeName": "Shoes",
            "gearStatusName": "active",
            "displayName": name,
            "customMakeModel": f"Make {name}",
            "dateBegin": f"{begin - timedelta(days=1)}T22:00:00.0",
            "dateEnd": None,
            "maximumMeters": 0.0,
        }
        for at, name in enumerate(worn)
    ]
    links = {
        str(1000 + at): [{"activityId": number, "gearPk": 1000 + at} for number in numbers] for at, numbers in enumerate(worn.values())
    }
    return [{"gearDTOS": gear, "gearActivityDTOs": links}]


def _days(first: date, days: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    nights, wellness = [], []
    for day in (first + timedelta(days=at) for at in range(days)):
        before = day - timedelta(days=1)
        nights.append(
            {
                "sleepStartTimestampGMT": f"{before}T21:30:00.0",
                "sleepEndTimestampGMT": f"{day}T05:00:00.0",
                "calendarDate": day.isoformat(),
                "deepSleepSeconds": 5400,
                "lightSleepSeconds": 16200,
                "remSleepSeconds": 3600,
                "awakeSleepSeconds": 1800,
            }
        )
        wellness.append(
            {
                "calendarDate": day.isoformat(),
                "includesWellnessData": True,
                "totalSteps": 9000,
                "restingHeartRate": 48,
                "hydration": {"calendarDate": day.isoformat(), "valueInML": 1500.0, "sweatLossInML": 640.0},
            }
        )
    return nights, wellness


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def _zip(members: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            # Without a date of its own the same export is the same bytes on any day.
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()
