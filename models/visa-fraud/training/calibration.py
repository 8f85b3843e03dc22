"""Platt's calibration, folded into the network's last layers so that the exported graph needs no step of its own."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from network import FraudNetwork


@dataclass
class Line:
    """logit of the probability = slope · logit of the network + offset"""

    slope: float = 1.0
    offset: float = 0.0


def fit_line(logits: Tensor, targets: Tensor) -> Line:
    """The line that makes the log loss smallest (Platt 1999); the identity where there is no target of both kinds."""
    if len(targets) == 0 or float(targets.min()) == float(targets.max()):
        return Line()
    logits, targets = logits.double(), targets.double()
    line = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([line], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = nn.functional.binary_cross_entropy_with_logits(line[0] * logits + line[1], targets)
        value.backward()
        return value

    optimizer.step(loss)
    slope, offset = line.detach().tolist()
    # A falling line would turn the ranking over: then too few frauds were held out to learn from.
    return Line(slope, offset) if slope > 0 else Line()


def apply_to(network: FraudNetwork, probability: Line, risk: Line) -> None:
    """Calibrates the network in place."""
    with torch.no_grad():
        last = network.classifier[-1]
        last.weight.mul_(probability.slope)
        last.bias.mul_(probability.slope)
        last.bias[1] += probability.offset
        network.risk_scorer.weight.mul_(risk.slope)
        network.risk_scorer.bias.mul_(risk.slope)
        network.risk_scorer.bias.add_(risk.offset)
