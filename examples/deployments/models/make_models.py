"""Makes the model directories beside it: versions 2, 3 and 4 of the story. Run by hand when they change; what is committed is used.

    node --import tsx examples/deployments/models/write-rows.ts rows.csv      (after npm run build)
    python3 examples/deployments/models/make_models.py rows.csv               (needs numpy and onnx)

All are logistic regressions on 13 features, where version 1 is a network on 100. Eleven of the features are also version 1's; the hour, an
integer, and the weekday, a text, are new.

    2  as it should be
    3  trained with each fraud 300 times, as one costs 300 times a review, and never corrected for that: it blocks far too much
    4  takes the logarithm of a feature that is one already: of a negative value it has no score (NaN)
"""
import csv
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

HERE = Path(__file__).parent
BEHAVIOUR = [
    "amount_log",
    "amount_to_customer_upper",
    "amount_times_customer_before",
    "amount_genuine_deviations",
    "amount_rarity",
    "customer_count_6h",
    "customer_outliers_7d",
    "customer_frauds_30d",
    "first_visit",
    "terminal_fraud_share_7d",
    "terminal_fraud_run",
]
DOUBLE_LOG = BEHAVIOUR.index("amount_to_customer_upper")
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
HOURS = 24


def read(path):
    with open(path) as file:
        rows = list(csv.DictReader(file))
    behaviour = np.array([[float(row[name]) for name in BEHAVIOUR] for row in rows])
    hour = np.array([int(row["hour"]) for row in rows])
    weekday = np.array([WEEKDAYS.index(row["weekday"]) for row in rows])
    fraud = np.array([int(row["is_fraud"]) for row in rows])
    return behaviour, hour, weekday, fraud


def fit(columns, fraud, ridge=1.0, steps=50):
    """Logistic regression by Newton's method. The last weight is the constant, which the ridge leaves alone."""
    x = np.column_stack([columns, np.ones(len(columns))])
    penalty = np.diag([ridge] * columns.shape[1] + [0.0])
    weights = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (fraud - p) - penalty @ weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x + penalty
        weights += np.linalg.solve(curvature, slope)
    return weights


def one_hot(index, count):
    return np.eye(count)[index]


def train(behaviour, hour, weekday, fraud, repeats):
    mean, std = behaviour.mean(axis=0), behaviour.std(axis=0)
    columns = np.column_stack([(behaviour - mean) / std, one_hot(hour, HOURS), one_hot(weekday, len(WEEKDAYS))])
    rows = np.repeat(np.arange(len(fraud)), np.where(fraud == 1, repeats, 1))
    weights = fit(columns[rows], fraud[rows])
    return mean, std, np.split(weights, [len(BEHAVIOUR), len(BEHAVIOUR) + HOURS, len(weights) - 1])


def write(version, model, double_log=False):
    mean, std, (behaviour, hour, weekday, constant) = model
    nodes = [
        helper.make_node("MatMul", ["behaviour", "w_behaviour"], ["z_behaviour"]),
        helper.make_node("Gather", ["w_hour", "hour"], ["z_hour"]),
        helper.make_node("Gather", ["w_weekday", "weekday"], ["z_weekday"]),
        helper.make_node("Sum", ["z_behaviour", "z_hour", "z_weekday", "constant"], ["logit"]),
    ]
    constants = {
        "w_behaviour": behaviour.astype(np.float32)[:, None],
        "w_hour": hour.astype(np.float32),
        "w_weekday": weekday.astype(np.float32),
        "constant": constant.astype(np.float32),
    }
    mean, std = mean.copy(), std.copy()
    if double_log:
        # Normalised by the graph, after the logarithm: the manifest leaves the feature as it is.
        mean[DOUBLE_LOG], std[DOUBLE_LOG] = 0, 1
        nodes[-1].input.append("z_log")
        nodes[-1:-1] = [
            helper.make_node("Gather", ["behaviour", "column"], ["raw"], axis=1),
            helper.make_node("Log", ["raw"], ["log"]),
            helper.make_node("Mul", ["log", "w_log"], ["z_log"]),
        ]
        constants["column"] = np.array([DOUBLE_LOG], np.int64)
        constants["w_log"] = constants["w_behaviour"][DOUBLE_LOG].copy()
        constants["w_behaviour"][DOUBLE_LOG] = 0
    graph = helper.make_graph(
        nodes,
        "visa-fraud",
        [
            helper.make_tensor_value_info("behaviour", TensorProto.FLOAT, ["rows", len(BEHAVIOUR)]),
            helper.make_tensor_value_info("hour", TensorProto.INT64, ["rows", 1]),
            helper.make_tensor_value_info("weekday", TensorProto.INT64, ["rows", 1]),
        ],
        [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["rows", 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    onnx = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="make_models.py")
    onnx.ir_version = 8
    checker.check_model(onnx)
    folder = HERE / version
    folder.mkdir(exist_ok=True)
    content = onnx.SerializeToString()
    (folder / "model.onnx").write_bytes(content)
    manifest = {
        "name": "visa-fraud",
        "version": version,
        "file": "model.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "inputs": [
            {
                "name": "behaviour",
                "size": len(BEHAVIOUR),
                "features": BEHAVIOUR,
                "mean": [round(float(x), 6) for x in mean],
                "std": [round(float(x), 6) for x in std],
            },
            {"name": "hour", "size": 1, "features": ["hour"], "type": "int64"},
            {"name": "weekday", "size": 1, "features": ["weekday"], "type": "int64", "categories": {"weekday": WEEKDAYS}},
        ],
        "outputs": {"logit": "logit"},
    }
    (folder / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")


def auc(score, fraud):
    order = np.argsort(score)
    ranks = np.empty(len(score))
    ranks[order] = np.arange(1, len(score) + 1)
    frauds = fraud.sum()
    return (ranks[fraud == 1].sum() - frauds * (frauds + 1) / 2) / (frauds * (len(fraud) - frauds))


def score(model, behaviour, hour, weekday):
    mean, std, (w_behaviour, w_hour, w_weekday, constant) = model
    z = (behaviour - mean) / std @ w_behaviour + w_hour[hour] + w_weekday[weekday] + constant
    return 1 / (1 + np.exp(-z))


rows = read(sys.argv[1])
good = train(*rows, repeats=1)
eager = train(*rows, repeats=300)
for name, model in (("2", good), ("3", eager)):
    probability = score(model, *rows[:3])
    print(f"{name}: area under ROC {auc(probability, rows[3]):.3f}, above 0.8: {(probability > 0.8).mean():.4f}, above 0.5: {(probability > 0.5).mean():.4f}")
write("2", good)
write("3", eager)
write("4", good, double_log=True)
