"""The handbook's own features and two of its models, to compare with in the same run.

Le Borgne, Siblini, Lebichot, Bontempi: Reproducible Machine Learning for Credit Card Fraud Detection, chapter 3.
"""

from typing import Dict

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from dataset import Dataset

WINDOWS_DAYS = (1, 7, 30)
DELAY_DAYS = 7


def handbook_features(data: Dataset) -> np.ndarray:
    """Amount, weekend, night; the customer's count and mean of 1, 7 and 30 days; the terminal's count and share of fraud."""
    times = pd.to_datetime(data.timestamps, unit="ms")
    columns = [data.amounts, (times.weekday >= 5).astype(float), (times.hour <= 6).astype(float)]
    amounts = _Windows(times, data.customers, data.amounts)
    for days in WINDOWS_DAYS:
        total, count = amounts.over(days)
        columns += [count, total / count]
    labels = _Windows(times, data.terminals, (data.labels == 1).astype(float))
    late_frauds, late_count = labels.over(DELAY_DAYS)
    for days in WINDOWS_DAYS:
        frauds, count = labels.over(DELAY_DAYS + days)
        known = count - late_count
        columns += [known, np.where(known > 0, (frauds - late_frauds) / np.maximum(known, 1), 0.0)]
    return np.column_stack(columns).astype(np.float32)


def handbook_models() -> Dict[str, Pipeline]:
    return {
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500, random_state=0)),
        "random forest": make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=100, random_state=0, n_jobs=2)),
    }


class _Windows:
    """Sums and counts over the days up to and including each transaction, for each customer or terminal."""

    def __init__(self, times: pd.DatetimeIndex, groups: np.ndarray, values: np.ndarray) -> None:
        self._frame = pd.DataFrame({"group": groups, "value": values}, index=times)
        # pandas gives the groups one after the other, each in the order of its rows.
        self._order = np.argsort(groups, kind="stable")

    def over(self, days: int) -> "tuple[np.ndarray, np.ndarray]":
        rolling = self._frame.groupby("group")["value"].rolling(f"{days}d")
        return self._unsorted(rolling.sum()), self._unsorted(rolling.count())

    def _unsorted(self, values: pd.Series) -> np.ndarray:
        result = np.empty(len(self._order))
        result[self._order] = values.to_numpy()
        return result
