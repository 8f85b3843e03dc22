"""Trains the model beside it, on the transactions that come with the repository. Run by hand when it changes; what is committed is used.

    pip install xgboost-cpu==3.2.0 onnxmltools==1.16.0 onnx==1.20.* "protobuf<7" scikit-learn
    python3 train.py
"""
import csv
import gzip
from collections import defaultdict, deque
from datetime import datetime
from pathlib import Path

import numpy as np
import xgboost
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

HERE = Path(__file__).parent
SAMPLE = HERE / "../../models/visa-fraud/sample/transactions.csv.gz"
FEATURES = ["amount", "hour", "hours_since_customer_last", "amount_to_customer_mean", "terminal_fraud_share_28d"]
DAY = 86_400
#: A fraud is known after this long, so newer transactions of a terminal have no label yet.
LABEL_DELAY = 7 * DAY


def rows():
    """Features and label of each transaction, from what was known when it came."""
    last, amounts, terminals = {}, defaultdict(list), defaultdict(deque)
    with gzip.open(SAMPLE, "rt") as file:
        for row in csv.DictReader(file):
            time = datetime.fromisoformat(row["timestamp"])
            when = time.timestamp()
            customer, amount, is_fraud = row["customer_id"], float(row["amount"]), int(row["is_fraud"])
            terminal = terminals[row["terminal_id"]]
            while terminal and terminal[0][0] < when - 28 * DAY - LABEL_DELAY:
                terminal.popleft()
            known = [fraud for at, fraud in terminal if at < when - LABEL_DELAY]
            before = amounts[customer]
            # XGBoost takes NaN for a value that is missing: a customer's first transaction has no last one.
            yield [
                amount,
                time.hour,
                (when - last[customer]) / 3_600 if customer in last else np.nan,
                amount / np.mean(before) if before else np.nan,
                np.mean(known) if known else np.nan,
            ], is_fraud
            last[customer] = when
            before.append(amount)
            terminal.append((when, is_fraud))


data = list(rows())
x = np.array([features for features, _ in data], dtype=np.float32)
y = np.array([label for _, label in data])
cut = len(y) * 3 // 4
model = xgboost.XGBClassifier(n_estimators=40, max_depth=3, learning_rate=0.2, n_jobs=1).fit(x[:cut], y[:cut])
graph = convert_xgboost(model, initial_types=[("features", FloatTensorType([None, len(FEATURES)]))], target_opset=15)
(HERE / "model.onnx").write_bytes(graph.SerializeToString())
scores = model.predict_proba(x[cut:])[:, 1]
order = np.argsort(-scores)[: int(y[cut:].sum())]
frauds = y[cut:][order].mean()
print(f"tested on {len(y) - cut} later transactions, {len(order)} of them fraud: of the {len(order)} highest scores {frauds:.0%} are")
