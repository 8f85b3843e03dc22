"""The model card's images: how far probabilities can be believed, and what is caught at what price."""

from pathlib import Path

import matplotlib
import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import precision_recall_curve

matplotlib.use("svg")
# The same figures give the same bytes.
matplotlib.rcParams["svg.hashsalt"] = "visa-fraud"

from matplotlib import pyplot  # noqa: E402  (after the backend is chosen)

SIZE_INCHES = (5, 4)
# A curve has a point for every transaction; so many show it as well.
CURVE_POINTS = 500


def plot_calibration(probability: np.ndarray, labels: np.ndarray, file: Path) -> None:
    happened, predicted = calibration_curve(labels, probability, n_bins=10)
    figure, axes = pyplot.subplots(figsize=SIZE_INCHES)
    axes.plot([0, 1], [0, 1], linestyle=":", color="gray", label="perfect")
    axes.plot(predicted, happened, marker="o", label="model")
    axes.set(xlabel="predicted probability (mean of a tenth)", ylabel="share that was fraud", title="Calibration")
    save(figure, axes, file)


def plot_precision_recall(probability: np.ndarray, labels: np.ndarray, file: Path) -> None:
    precision, recall, _ = precision_recall_curve(labels, probability)
    chosen = np.unique(np.linspace(0, len(recall) - 1, CURVE_POINTS).astype(int))
    figure, axes = pyplot.subplots(figsize=SIZE_INCHES)
    axes.plot(recall[chosen], precision[chosen], label="model")
    axes.axhline(labels.mean(), linestyle=":", color="gray", label="share of fraud")
    axes.set(xlabel="recall (detection rate)", ylabel="precision", title="Precision and recall", ylim=(0, 1.02))
    save(figure, axes, file)


def save(figure: "pyplot.Figure", axes: "pyplot.Axes", file: Path) -> None:
    axes.legend()
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
