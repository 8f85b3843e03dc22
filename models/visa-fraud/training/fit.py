"""Fitting the network: weighted classes, averaged weights, early stopping, then a second fit on everything."""

import copy
import sys
from dataclasses import dataclass
from typing import List, Optional, Tuple

import numpy as np
import torch
from torch import Tensor, nn

from calibration import Line, apply_to, fit_line
from dataset import Dataset
from network import FraudNetwork

SMALL_BATCH, LARGE_BATCH = 256, 1024
# From so many rows on the larger batch is taken: it is much faster, and there are enough steps even so.
LARGE_FROM = 200_000
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 1e-2
# Noise on the normalised features: the nearest frauds are few, and the network would learn them by heart.
NOISE = 0.1
# How many times a fraud counts. Calibration takes it back out of the probabilities.
FRAUD_WEIGHT = 3.0
RISK_LOSS_WEIGHT = 0.3
# The average of the weights over some hundred steps scores better than any step's own.
AVERAGE_DECAY = 0.998
MAX_EPOCHS = 30
PATIENCE = 3
# Every so manyth terminal is held out, with all of its transactions: those at one terminal share their fate.
HELD_OUT_OF = 6
# Normalised features reach about this far from their mean.
REACH = 3.0


@dataclass
class Fitted:
    network: FraudNetwork
    mean: np.ndarray
    std: np.ndarray
    sizes: Tuple[int, ...]
    epochs: int

    def predict(self, features: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Logit of fraud (the difference of the two logits) and risk score for each row."""
        self.network.eval()
        logits, risks = [], []
        with torch.no_grad():
            for start in range(0, len(features), 65_536):
                rows = normalise(features[start : start + 65_536], self.mean, self.std)
                logit, risk = heads(self.network, rows, self.sizes)
                logits.append(logit.numpy())
                risks.append(torch.sigmoid(risk).numpy())
        return np.concatenate(logits), np.concatenate(risks)


def scale(features: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Mean and scale of each feature.

    The scale is the standard deviation, or more where nearly all rows are alike and the rest lie many deviations away, as
    shares of fraud do: taken by the deviation alone those few dwarf everything, and a small shift in them breaks the model.
    """
    low, high = np.percentile(features, [0.05, 99.95], axis=0)
    mean = features.mean(axis=0, dtype=np.float64)
    std = np.maximum(features.std(axis=0, dtype=np.float64), (high - low) / (2 * REACH))
    # A feature that never varied says nothing; a scale of one keeps it harmless should it vary later.
    std[std < 1e-6] = 1.0
    return np.round(mean, 6).astype(np.float32), np.round(std, 6).astype(np.float32)


def normalise(features: np.ndarray, mean: np.ndarray, std: np.ndarray) -> Tensor:
    return torch.from_numpy(((features - mean) / (std + 1e-8)).astype(np.float32))


def heads(network: FraudNetwork, rows: Tensor, sizes: Tuple[int, ...]) -> Tuple[Tensor, Tensor]:
    """Logit of fraud and logit of risk."""
    final = network.final_features(*torch.split(rows, list(sizes), dim=1))
    logits = network.classifier(final)
    return logits[:, 1] - logits[:, 0], network.risk_scorer(final)[:, 0]


def fit(data: Dataset, rows: np.ndarray, risk: np.ndarray, seed: int, report: bool = True) -> Fitted:
    """Finds the number of epochs and the calibration on held-out terminals, then fits all rows for as long."""
    sizes = tuple(len(features) for features in data.inputs.values())
    chosen = np.flatnonzero(rows & data.labelled)
    features, labels, risk = data.features[chosen], data.labels[chosen].astype(np.float32), risk[chosen]
    mean, std = scale(features)
    inputs = normalise(features, mean, std)
    held_out = data.terminals[chosen] % HELD_OUT_OF == 0
    parts = [torch.from_numpy(np.flatnonzero(part)) for part in (~held_out, held_out)]
    tensors = (inputs, torch.from_numpy(labels), torch.from_numpy(risk))
    network, epochs = _train(tensors, parts[0], parts[1], sizes, seed, MAX_EPOCHS, report)
    lines = _calibrate(network, tensors, parts[1], sizes)
    everything = torch.arange(len(labels))
    network, _ = _train(tensors, everything, None, sizes, seed, epochs, report)
    apply_to(network, *lines)
    return Fitted(network, mean, std, sizes, epochs)


def _train(
    tensors: Tuple[Tensor, Tensor, Tensor],
    train: Tensor,
    held_out: Optional[Tensor],
    sizes: Tuple[int, ...],
    seed: int,
    max_epochs: int,
    report: bool,
) -> Tuple[FraudNetwork, int]:
    torch.manual_seed(seed)
    inputs, labels, risk = tensors
    batch_size = SMALL_BATCH if len(train) < LARGE_FROM else LARGE_BATCH
    network = FraudNetwork(sizes)
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    best, best_epoch, best_loss = average, max_epochs, float("inf")
    for epoch in range(1, max_epochs + 1):
        network.train()
        order = train[torch.randperm(len(train))]
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            noisy = inputs[batch] + NOISE * torch.randn(len(batch), inputs.shape[1])
            loss = _loss(heads(network, noisy, sizes), labels[batch], risk[batch], FRAUD_WEIGHT)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            _average(average, network)
            if report and start % (batch_size * 100) == 0:
                _progress(f"epoch {epoch}: {start / len(order):4.0%}")
        if held_out is None:
            best = average
            continue
        held_out_loss = _evaluate(average, tensors, held_out, sizes)
        if report:
            _progress(f"epoch {epoch}: loss on held-out terminals {held_out_loss:.5f}", last=True)
        if held_out_loss < best_loss:
            best, best_epoch, best_loss = copy.deepcopy(average), epoch, held_out_loss
        elif epoch - best_epoch >= PATIENCE:
            break
    best.eval()
    return best, best_epoch


def _loss(outputs: Tuple[Tensor, Tensor], labels: Tensor, risk: Tensor, weight: float) -> Tensor:
    logit, risk_logit = outputs
    weights = torch.where(labels > 0, weight, 1.0)
    loss = nn.functional.binary_cross_entropy_with_logits(logit, labels, weight=weights)
    known = ~torch.isnan(risk)
    if not bool(known.any()):
        return loss
    risk_loss = nn.functional.binary_cross_entropy_with_logits(risk_logit[known], risk[known])
    return loss + RISK_LOSS_WEIGHT * risk_loss


def _average(average: FraudNetwork, network: FraudNetwork) -> None:
    kept = [parameter.data for parameter in average.parameters()]
    torch._foreach_mul_(kept, AVERAGE_DECAY)
    torch._foreach_add_(kept, [parameter.data for parameter in network.parameters()], alpha=1 - AVERAGE_DECAY)


def _evaluate(network: FraudNetwork, tensors: Tuple[Tensor, Tensor, Tensor], rows: Tensor, sizes: Tuple[int, ...]) -> float:
    network.eval()
    with torch.no_grad():
        inputs, labels, risk = (tensor[rows] for tensor in tensors)
        return float(_loss(heads(network, inputs, sizes), labels, risk, FRAUD_WEIGHT))


def _calibrate(
    network: FraudNetwork, tensors: Tuple[Tensor, Tensor, Tensor], rows: Tensor, sizes: Tuple[int, ...]
) -> List[Line]:
    network.eval()
    with torch.no_grad():
        inputs, labels, risk = (tensor[rows] for tensor in tensors)
        logit, risk_logit = heads(network, inputs, sizes)
    known = ~torch.isnan(risk)
    return [fit_line(logit, labels), fit_line(risk_logit[known], risk[known])]


def _progress(text: str, last: bool = False) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[2K{text}" + ("\n" if last else ""))
        sys.stdout.flush()
    elif last:
        print(text, flush=True)
