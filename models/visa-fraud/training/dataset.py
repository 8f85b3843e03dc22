"""Features written by the TypeScript builder (feature-file.ts), and what is learnt from them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List

import numpy as np

DAY_MS = 86_400_000
UNKNOWN_LABEL = 255
# The spell of fraud that the risk score stands for: fraud on both sides of a transaction, this near to it.
SPELL_MS = 3 * DAY_MS


@dataclass
class Dataset:
    """A row for each transaction, in time order."""

    features: np.ndarray  # float32 [rows, 100]
    timestamps: np.ndarray  # milliseconds since 1970
    amounts: np.ndarray
    customers: np.ndarray
    terminals: np.ndarray
    labels: np.ndarray  # 1 fraud, 0 genuine, 255 unknown
    inputs: Dict[str, List[Dict[str, str]]]

    def between(self, from_ms: float, until_ms: float) -> np.ndarray:
        """Which rows lie in [from, until)."""
        return (self.timestamps >= from_ms) & (self.timestamps < until_ms)

    @property
    def labelled(self) -> np.ndarray:
        return self.labels != UNKNOWN_LABEL

    @property
    def days(self) -> np.ndarray:
        """Days since 1970 (UTC)."""
        return (self.timestamps // DAY_MS).astype(np.int64)


def load(folder: Path) -> Dataset:
    meta = json.loads((folder / "meta.json").read_text())
    width = sum(len(features) for features in meta["inputs"].values())
    columns = {name: np.fromfile(folder / f"{name}.bin", dtype=kind) for name, kind in meta["columns"].items()}
    features = np.fromfile(folder / "features.f32", dtype="<f4").reshape(-1, width)
    return Dataset(features=features, inputs=meta["inputs"], **columns)


def risk_targets(data: Dataset, known_until_ms: float) -> np.ndarray:
    """1 within a spell of fraud, 0 outside, nan where that is not known yet.

    A transaction lies within a spell if it is fraud itself, or if its card or its terminal has a fraud both in the three
    days before it and in the three days after. Only labels of transactions before `known_until_ms` are looked at, so the
    three days before that are unknown.
    """
    known = data.timestamps < known_until_ms
    fraud = (data.labels == 1) & known
    within = fraud.copy()
    for group in (data.customers, data.terminals):
        within |= _between_frauds(group, data.timestamps, fraud)
    target = within.astype(np.float32)
    target[~known | (data.timestamps >= known_until_ms - SPELL_MS)] = np.nan
    return target


def _between_frauds(group: np.ndarray, timestamps: np.ndarray, fraud: np.ndarray) -> np.ndarray:
    order = np.lexsort((timestamps, group))
    before = _since_fraud(group[order], timestamps[order], fraud[order])
    after = _since_fraud(group[order][::-1], -timestamps[order][::-1], fraud[order][::-1])[::-1]
    result = np.empty(len(group), dtype=bool)
    result[order] = (before <= SPELL_MS) & (after <= SPELL_MS)
    return result


def _since_fraud(group: np.ndarray, times: np.ndarray, fraud: np.ndarray) -> np.ndarray:
    """Time since the last fraud of the same group, in rows sorted by group and time; infinite without one."""
    rows = np.arange(len(group))
    last = np.maximum.accumulate(np.where(fraud, rows, -1))
    same = (last >= 0) & (group[np.maximum(last, 0)] == group)
    return np.where(same, times - times[np.maximum(last, 0)], np.inf)
