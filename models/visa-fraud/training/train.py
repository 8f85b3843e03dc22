"""Trains the network on features written by feature-file.ts and exports it; run by train.ts, which verifies the result."""

import argparse
import json
import random
from pathlib import Path
from typing import Dict, List

import numpy as np
import torch

from dataset import Dataset, load, risk_targets
from export import OUTPUTS, export_folded, export_plain
from fit import Fitted, fit
from metrics import decisions, measure
from network import FraudNetwork, INPUTS
from plots import plot_calibration, plot_precision_recall

VERIFICATION_ROWS = 10_000
# Edges of the predictions in the reliability tables.
BINS = (0.0, 0.01, 0.05, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1.01)


def main() -> None:
    options = parse()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    random.seed(options.seed)
    np.random.seed(options.seed)
    parameters = sum(parameter.numel() for parameter in FraudNetwork().parameters())
    print(f"network of {parameters:,} parameters", flush=True)
    data = load(options.features)
    train = data.between(options.train_from, options.train_until)
    test = data.between(options.test_from, options.test_until) & data.labelled
    print(f"training on {train.sum():,} transactions, {(data.labels[train] == 1).sum():,} of them fraud", flush=True)
    fitted = fit(data, train, risk_targets(data, options.train_until), options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    export_plain(fitted.network, fitted.sizes, options.out / "plain.onnx")
    export_folded(fitted.network, fitted.sizes, options.out / "model.onnx")
    write_manifest(fitted, data, options.out / "model.json", options.name, options.version)
    write_verification_rows(fitted, data, options.out / "verification.f32")
    target = risk_targets(data, options.test_until)[test]
    report = evaluate(fitted, data, test, target, options.out) if test.any() else {}
    (options.out / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    for name, value in report.items():
        print(f"{name}: {value}", flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    for name in ("train-from", "train-until", "test-from", "test-until"):
        parser.add_argument(f"--{name}", type=float, required=True, help="milliseconds since 1970")
    parser.add_argument("--name", default="visa-fraud")
    parser.add_argument("--version", default="1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def write_manifest(fitted: Fitted, data: Dataset, file: Path, name: str, version: str) -> None:
    inputs, start = [], 0
    for input_name in INPUTS:
        features = data.inputs[input_name]
        columns = slice(start, start + len(features))
        start += len(features)
        inputs.append(
            {
                "name": input_name,
                "size": len(features),
                "features": [feature["name"] for feature in features],
                "descriptions": [feature["description"] for feature in features],
                "mean": [float(str(value)) for value in fitted.mean[columns]],
                "std": [float(str(value)) for value in fitted.std[columns]],
            }
        )
    outputs = {"logits": OUTPUTS[0], "riskScore": OUTPUTS[1], "attention": OUTPUTS[2]}
    manifest = {"name": name, "version": version, "file": "model.onnx", "inputs": inputs, "outputs": outputs, "policy": {}}
    file.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def write_verification_rows(fitted: Fitted, data: Dataset, file: Path) -> None:
    """Normalised rows for both graphs to agree on: half of them real, half far wilder than any."""
    generator = np.random.default_rng(1)
    half = VERIFICATION_ROWS // 2
    real = data.features[generator.choice(len(data.features), half)]
    normalised = (real - fitted.mean) / (fitted.std + np.float32(1e-8))
    wild = generator.normal(0, 3, (VERIFICATION_ROWS - half, normalised.shape[1]))
    np.concatenate([normalised, wild]).astype("<f4").tofile(file)


def evaluate(fitted: Fitted, data: Dataset, test: np.ndarray, target: np.ndarray, out: Path) -> Dict[str, object]:
    logit, risk = fitted.predict(data.features[test])
    probability = 1 / (1 + np.exp(-logit.astype(np.float64)))
    labels, decided = data.labels[test], decisions(probability, risk)
    report: Dict[str, object] = {
        "epochs": fitted.epochs,
        "transactions": int(len(labels)),
        "fraudShare": round(float(labels.mean()), 5),
        **{name: round(value, 4) for name, value in measure(data, test, logit).items()},
    }
    for name, code in (("approve", 0), ("review", 1), ("block", 2)):
        chosen = decided == code
        precision = round(float(labels[chosen].mean()), 4) if chosen.any() else None
        report[name] = {"share": round(float(chosen.mean()), 5), "fraudShare": precision}
    frauds, amounts = labels == 1, data.amounts[test]
    found = frauds & (decided > 0)
    report["detectionRate"] = round(float(found.sum() / max(frauds.sum(), 1)), 4)
    report["fraudAmountFound"] = round(float(amounts[found].sum() / max(amounts[frauds].sum(), 1e-9)), 4)
    report["probabilityCalibration"] = reliability(probability, labels)
    plot_calibration(probability, labels, out / "calibration.svg")
    plot_precision_recall(probability, labels, out / "precision-recall.svg")
    known = ~np.isnan(target)
    report["riskCalibration"] = reliability(risk[known], target[known])
    return report


def reliability(predicted: np.ndarray, happened: np.ndarray) -> List[Dict[str, float]]:
    """What was predicted beside what happened, from low to high predictions."""
    table = []
    for low, high in zip(BINS[:-1], BINS[1:]):
        rows = (predicted >= low) & (predicted < high)
        if rows.any():
            predicted_mean, happened_mean = float(predicted[rows].mean()), float(happened[rows].mean())
            table.append({"rows": int(rows.sum()), "predicted": round(predicted_mean, 4), "happened": round(happened_mean, 4)})
    return table


if __name__ == "__main__":
    main()
