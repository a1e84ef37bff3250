"""The made-up runner: Mara, 38, eleven weeks of running, and one Sunday that was too long."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

from backstride.example.fit_writer import RunPlan, fit_bytes

__all__ = ["ONSET", "write_example"]

ONSET = date(2026, 10, 4)
_WEEKS = 11
_OFFSET_S = 7200

_CASE = """\
# Mara is made up. She runs four times a week, sits all day, and entered a half marathon on a whim.
id: mara
runner: {age: 38, sex: female}
onset: 2026-10-04
answers:
  # where and how it hurts
  pain_low_back: yes
  pain_buttock: yes
  pain_upper_back_thigh: yes
  pain_below_knee: no
  pain_one_sided: yes
  pain_midline: no
  worse_sitting: yes
  worse_running: yes
  worse_bending_back: no
  worse_cough_sneeze: no
  morning_stiffness_30: no
  onset_gradual: yes
  cramp_late_or_hard_run: yes
  duration_over_3_weeks: no
  numbness_leg: no
  weakness_leg: no
  gluteal_tender: yes
  pain_severity: 5
  # habits
  sitting_time_high: yes
  self_flat_or_forefoot_landing: forefoot
  drank_little_or_hot_run: yes
  # the safety screens: none of these
  saddle_numbness: no
  urinary_retention: no
  urinary_incontinence_new: no
  bowel_change_ces: no
  sexual_dysfunction_new: no
  bilateral_sciatica: no
  progressive_weakness: no
  fever_chills: no
  cancer_history: no
  major_trauma: no
  recent_spinal_procedure: no
  sudden_tearing_abdo: no
  collapse_or_faint: no
  pulsatile_abdomen: no
  cannot_bear_weight: no
  leg_cold_or_pale: no
  dark_urine: no
  severe_swelling_weak_after_exercise: no
  severe_muscle_pain_after_exercise: no
  reduced_urine_or_vomiting_after_exercise: no
  skin_numb_back_buttock: no
  possible_pregnancy: no
  abnormal_bleeding_pelvic: no
  colicky_waves: no
  pain_flank: no
  recent_pregnancy: no
runs: [runs]
shoes:
  - {name: blue, first_used: 2026-02-15, start_km: 260}
  - {name: orange, first_used: 2026-09-20}
"""


def write_example(folder: Path) -> Path:
    """Write the made-up runner's case and runs; the same bytes every time.

    Returns
    -------
    Path
        The case file.
    """
    runs = folder / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    for plan in _plans():
        (runs / f"{plan.start.date()}.fit").write_bytes(fit_bytes(plan))
    case = folder / "mara.yaml"
    case.write_text(_CASE, encoding="utf-8")
    return case


def _plans() -> list[RunPlan]:
    """Tuesday, Thursday, Saturday and Sunday; the last Sunday is 21.1 km after a longest of 13.4."""
    plans = []
    first = ONSET - timedelta(days=7 * _WEEKS - 1)
    for week in range(_WEEKS):
        for weekday, metres in ((1, 7000), (3, 8000 + 100 * (week % 3)), (5, 5500), (6, 12000 + 350 * (week % 5))):
            day = first + timedelta(days=7 * week + weekday)
            if day == ONSET:
                metres = 21100
            start = datetime.combine(day, time(6, 30), timezone(timedelta(seconds=_OFFSET_S)))
            pace_s_per_km = 345 if weekday == 3 else 362
            plans.append(RunPlan(start, metres, metres * pace_s_per_km // 1000, utc_offset_s=_OFFSET_S))
    return plans
