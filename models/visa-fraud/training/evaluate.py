"""The handbook's protocol: train on a week, wait a week for labels, test on the next; run by evaluate.ts."""

import argparse
import json
from pathlib import Path
from typing import Dict, List

import numpy as np
import torch

from dataset import DAY_MS, Dataset, load, risk_targets
from fit import fit
from handbook_baselines import handbook_features, handbook_models
from metrics import handbook_split, measure

FIGURES = ("areaUnderRoc", "averagePrecision", "cardPrecisionAt100")
Results = Dict[str, List[Dict[str, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--starts", required=True, help="first days of training, YYYY-MM-DD, separated by commas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    data = load(options.features)
    baseline_features = handbook_features(data)
    results: Results = {}
    for start in options.starts.split(","):
        for name, figures in evaluate_week(data, baseline_features, start, options.seed).items():
            results.setdefault(name, []).append(figures)
    print("mean of the weeks")
    for name, weeks in results.items():
        show(name, {figure: float(np.mean([week[figure] for week in weeks])) for figure in FIGURES})
    if options.json:
        options.json.write_text(json.dumps({"starts": options.starts.split(","), "weeks": results}, indent=2) + "\n")


def evaluate_week(data: Dataset, baseline_features: np.ndarray, start: str, seed: int) -> Dict[str, Dict[str, float]]:
    start_day = int(np.datetime64(start, "D").astype(np.int64))
    train, test = handbook_split(data, start_day)
    print(f"trained from {start}: {train.sum():,} transactions, tested on {test.sum():,}", flush=True)
    figures = {}
    for name, model in handbook_models().items():
        model.fit(baseline_features[train], data.labels[train])
        figures[name] = measure(data, test, model.predict_proba(baseline_features[test])[:, 1])
        show(name, figures[name])
    risk = risk_targets(data, (start_day + 7) * DAY_MS)
    fitted = fit(data, train, risk, seed, report=False)
    logit, _ = fitted.predict(data.features[test])
    figures["network"] = measure(data, test, logit)
    show(f"network, {fitted.epochs} epochs", figures["network"])
    return figures


def show(name: str, figures: Dict[str, float]) -> None:
    values = ", ".join(f"{figure} {figures[figure]:.4f}" for figure in FIGURES)
    print(f"  {name}: {values}", flush=True)


if __name__ == "__main__":
    main()
