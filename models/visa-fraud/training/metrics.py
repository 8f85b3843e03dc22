"""Figures of merit, and the handbook's protocol of training and test."""

from typing import Dict, Tuple

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from dataset import Dataset


def measure(data: Dataset, rows: np.ndarray, scores: np.ndarray) -> Dict[str, float]:
    """Area under ROC, average precision, card precision at 100 a day; `scores` has a value for each chosen row."""
    labels = data.labels[rows]
    return {
        "areaUnderRoc": float(roc_auc_score(labels, scores)),
        "averagePrecision": float(average_precision_score(labels, scores)),
        "cardPrecisionAt100": card_precision(data, rows, scores, 100),
    }


def card_precision(data: Dataset, rows: np.ndarray, scores: np.ndarray, cards: int) -> float:
    """Mean over days of the share of truly defrauded cards among the day's most suspicious ones."""
    days, customers, labels = data.days[rows], data.customers[rows], data.labels[rows]
    shares = []
    for day in np.unique(days):
        today = days == day
        names, index = np.unique(customers[today], return_inverse=True)
        highest, fraud = np.full(len(names), -np.inf), np.zeros(len(names))
        np.maximum.at(highest, index, scores[today])
        np.maximum.at(fraud, index, labels[today])
        # Divided by all 100 places, as the handbook does, even where fewer cards were used.
        shares.append(fraud[np.argsort(-highest, kind="stable")[:cards]].sum() / cards)
    return float(np.mean(shares))


def handbook_split(data: Dataset, start_day: int, train: int = 7, delay: int = 7, test: int = 7) -> Tuple[np.ndarray, np.ndarray]:
    """Rows to train on and to test on, after the handbook's `get_train_test_set`.

    Left out of the test are customers with a fraud in the training days or, as the test days go on, in the days whose labels
    have become known since.
    """
    days, fraud = data.days, data.labels == 1
    train_rows = (days >= start_day) & (days < start_day + train)
    compromised = set(data.customers[train_rows & fraud])
    test_rows = np.zeros(len(days), dtype=bool)
    for offset in range(test):
        compromised |= set(data.customers[fraud & (days == start_day + train + offset - 1)])
        today = days == start_day + train + delay + offset
        test_rows |= today & ~np.isin(data.customers, list(compromised))
    return train_rows, test_rows


def decisions(probability: np.ndarray, risk: np.ndarray) -> np.ndarray:
    """0 APPROVE, 1 REVIEW, 2 BLOCK, by the SDK's default policy."""
    block = (probability > 0.8) | (risk > 0.9)
    review = (probability > 0.5) | (risk > 0.5)
    return np.where(block, 2, np.where(review, 1, 0))
