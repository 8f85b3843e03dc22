"""The network as ONNX graphs: plain, as PyTorch exports it, and folded through."""

import warnings
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from network import INPUTS, FraudNetwork

OPSET = 15
OUTPUTS = ("logits", "risk_score", "attention_weights")


def export_plain(network: FraudNetwork, sizes: Tuple[int, ...], file: Path) -> None:
    network.eval()
    examples = tuple(torch.zeros(2, size) for size in sizes)
    axes = {name: {0: "rows"} for name in (*INPUTS, *OUTPUTS)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, examples, str(file), opset_version=OPSET, input_names=INPUTS, output_names=OUTPUTS, dynamic_axes=axes
        )


def export_folded(network: FraudNetwork, sizes: Tuple[int, ...], file: Path) -> None:
    """Multiplies what lies between two non-linearities into one layer, in float64.

    With one key, the attention's softmax gives the weight 1, so attention is out_proj(v_proj(context)). Nothing non-linear
    lies between the encoders' ReLUs and the classifier's, so the transaction encoder's second layer, that product and the
    classifier's first layer are one layer of 256 to 128, and the risk scorer is one of 256 to 1. The attention weights are
    the constant 1.
    """
    weights = {name: value.detach().double().numpy() for name, value in network.state_dict().items()}
    hidden = weights["transaction_encoder.3.weight"].shape[0]
    # (matrix, offset) of the linear map from [transaction ReLU, user ReLU, merchant ReLU] to the final features.
    value_weight = weights["attention.in_proj_weight"][2 * hidden :]
    value_bias = weights["attention.in_proj_bias"][2 * hidden :]
    out_weight, out_bias = weights["attention.out_proj.weight"], weights["attention.out_proj.bias"]
    matrix = np.zeros((2 * hidden, 2 * hidden))
    matrix[:hidden, :hidden] = weights["transaction_encoder.3.weight"]
    matrix[hidden:, hidden:] = out_weight @ value_weight
    offset = np.concatenate([weights["transaction_encoder.3.bias"], out_weight @ value_bias + out_bias])

    def after(name: str) -> Tuple[np.ndarray, np.ndarray]:
        return weights[f"{name}.weight"] @ matrix, weights[f"{name}.weight"] @ offset + weights[f"{name}.bias"]

    graph = _Graph()
    encoded = [
        graph.relu(graph.layer(INPUTS[0], "transaction", _own(weights, "transaction_encoder.0"))),
        graph.relu(graph.layer(INPUTS[1], "user", _own(weights, "user_encoder.0"))),
        graph.relu(graph.layer(INPUTS[2], "merchant", _own(weights, "merchant_encoder.0"))),
    ]
    joined = graph.node("Concat", encoded, "joined", axis=1)
    classified = graph.relu(graph.layer(joined, "classifier", after("classifier.0")))
    graph.layer(classified, OUTPUTS[0], _own(weights, "classifier.3"), output=OUTPUTS[0])
    graph.node("Sigmoid", [graph.layer(joined, "risk", after("risk_scorer"))], OUTPUTS[1])
    # 1 for each row, where its risk is a number. Arithmetic on shapes the runtime would take from a GPU to the CPU.
    one = graph.constant("one", np.array(1, dtype=np.float32))
    graph.node("Clip", [OUTPUTS[1], one, one], OUTPUTS[2])
    graph.save(sizes, file)


def _own(weights: Dict[str, np.ndarray], name: str) -> Tuple[np.ndarray, np.ndarray]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


class _Graph:
    def __init__(self) -> None:
        self._nodes: List[onnx.NodeProto] = []
        self._constants: List[TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self._constants.append(numpy_helper.from_array(value, name))
        return name

    def node(self, kind: str, inputs: List[str], output: str, **attributes: object) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def layer(self, source: str, name: str, linear: Tuple[np.ndarray, np.ndarray], output: str = "") -> str:
        weight, bias = linear
        # Transposed here rather than by the graph, so that the runtime multiplies without turning it over.
        inputs = [
            source,
            self.constant(f"{name}.weight", np.ascontiguousarray(weight.T, dtype=np.float32)),
            self.constant(f"{name}.bias", bias.astype(np.float32)),
        ]
        return self.node("Gemm", inputs, output or f"{name}.sum")

    def relu(self, source: str) -> str:
        return self.node("Relu", [source], f"{source}.relu")

    def save(self, sizes: Tuple[int, ...], file: Path) -> None:
        def tensor(name: str, size: int) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", size])

        graph = helper.make_graph(
            self._nodes,
            "visa-fraud",
            [tensor(name, size) for name, size in zip(INPUTS, sizes)],
            [tensor(name, size) for name, size in zip(OUTPUTS, (2, 1, 1))],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="visa-fraud")
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, str(file))
