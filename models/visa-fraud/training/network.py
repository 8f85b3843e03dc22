"""The notebook's network, layer for layer: 125,827 parameters."""

from typing import Tuple

import torch
from torch import Tensor, nn

INPUTS = ("transaction_features", "user_features", "merchant_features")


class FraudNetwork(nn.Module):
    """Encodes the transaction and its context, lets the one attend to the other, and gives logits and a risk score."""

    def __init__(self, sizes: Tuple[int, int, int] = (50, 30, 20), hidden: int = 128) -> None:
        super().__init__()
        transaction, user, merchant = sizes
        self.transaction_encoder = nn.Sequential(
            nn.Linear(transaction, hidden), nn.ReLU(), nn.Dropout(0.1), nn.Linear(hidden, hidden)
        )
        self.user_encoder = nn.Sequential(nn.Linear(user, hidden // 2), nn.ReLU(), nn.Dropout(0.1))
        self.merchant_encoder = nn.Sequential(nn.Linear(merchant, hidden // 2), nn.ReLU(), nn.Dropout(0.1))
        self.attention = nn.MultiheadAttention(embed_dim=hidden, num_heads=4, batch_first=True)
        self.classifier = nn.Sequential(
            nn.Linear(hidden * 2, hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(hidden, 2)
        )
        self.risk_scorer = nn.Linear(hidden * 2, 1)

    def forward(self, transaction: Tensor, user: Tensor, merchant: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Normalised features [rows, n] to logits [rows, 2], risk score [rows, 1] and attention weights [rows, 1]."""
        query = self.transaction_encoder(transaction).unsqueeze(1)
        context = torch.cat([self.user_encoder(user), self.merchant_encoder(merchant)], dim=-1).unsqueeze(1)
        attended, weights = self.attention(query, context, context)
        final = torch.cat([query.squeeze(1), attended.squeeze(1)], dim=-1)
        return self.classifier(final), torch.sigmoid(self.risk_scorer(final)), weights.squeeze(1)

    def final_features(self, transaction: Tensor, user: Tensor, merchant: Tensor) -> Tensor:
        """What the classifier and the risk scorer read. With one key the attention is linear: see export.py."""
        encoded = self.transaction_encoder(transaction)
        context = torch.cat([self.user_encoder(user), self.merchant_encoder(merchant)], dim=-1)
        size = encoded.shape[1]
        value = nn.functional.linear(
            context, self.attention.in_proj_weight[2 * size :], self.attention.in_proj_bias[2 * size :]
        )
        return torch.cat([encoded, self.attention.out_proj(value)], dim=-1)
