"""What the models of this folder are trained and compared on. Written by write-features.ts."""

from pathlib import Path

import numpy as np
import pandas as pd

FILE = Path(__file__).parents[2] / ".cache/exports/features.csv"
SEED = 13

#: Features of the sample that most models take, in their order.
FEATURES = [
    "amount_log",
    "amount_to_customer_mean_30d",
    "amount_customer_rank",
    "amount_to_terminal_mean_30d",
    "hour_sin",
    "hour_cos",
    "since_customer_last",
    "customer_count_1d",
    "customer_frauds_30d",
    "terminal_count_7d",
    "terminal_fraud_share_7d",
    "terminal_frauds_30d",
]
#: Plain columns, for pipelines: numbers, whole numbers, text.
NUMBERS, INTEGERS, TEXTS = ["amount", "since_customer_last", "terminal_fraud_share_7d"], ["hour"], ["weekday", "day_part"]
COLUMNS = NUMBERS + INTEGERS + TEXTS
#: Features that lack a value in every seventh row, in data with missing values.
GAPS = ["amount_to_customer_mean_30d", "since_customer_last", "terminal_fraud_share_7d"]


class Data:
    """Three parts by time: `train`, `compare` (all of a model's scores are compared on it) and `show` (kept as rows)."""

    def __init__(self):
        frame = pd.read_csv(FILE).astype({name: object for name in TEXTS})
        frame["three"] = np.where(frame.is_fraud == 1, np.where(frame.amount > 150, 2, 1), 0)
        draw = np.random.default_rng(SEED)
        frauds = frame.index[frame.is_fraud == 1]
        genuine = draw.choice(frame.index[frame.is_fraud == 0], 2_000, replace=False)
        frame = frame.loc[sorted([*frauds, *genuine])].reset_index(drop=True)
        last = frame.index % 10
        self.train = frame[last < 6].reset_index(drop=True)
        self.compare = frame[last >= 6].reset_index(drop=True)
        drawn = [self.compare[self.compare.is_fraud == fraud].sample(12, random_state=SEED) for fraud in (0, 1)]
        self.show = pd.concat(drawn).sort_index().reset_index(drop=True)


def is_text(column):
    return not pd.api.types.is_numeric_dtype(column)


def with_gaps(frame, columns=GAPS, share=1 / 7, seed=SEED):
    """The frame with values of these columns missing, at random."""
    draw = np.random.default_rng(seed)
    frame = frame.copy()
    for column in columns:
        gone = draw.random(len(frame)) < share
        frame[column] = frame[column].mask(gone, None) if is_text(frame[column]) else frame[column].astype(float).mask(gone)
    return frame


def shown_with_gaps(show, columns):
    """Twelve rows for the fixtures: one value missing, then several, then all of these columns."""
    frame = show.head(12).copy()
    for column in columns:
        if not is_text(frame[column]):
            frame[column] = frame[column].astype(float)
    for row in range(len(frame)):
        count = 1 if row < 6 else 2 if row < 10 else len(columns)
        for step in range(count):
            column = columns[(row + step) % len(columns)]
            frame.loc[row, column] = None if is_text(frame[column]) else np.nan
    return frame
