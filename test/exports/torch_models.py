"""PyTorch through both exporters: TorchScript (`dynamo=False`) and the one of PyTorch 2 (`dynamo=True`)."""

import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxconverter_common import float16
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from data import FEATURES, Data
from fixture import version, without_notes, write

warnings.filterwarnings("ignore")
torch.manual_seed(1)
torch.set_num_threads(1)
data = Data()
X = torch.tensor(data.train[FEATURES].to_numpy(np.float32))
y = torch.tensor(data.train.is_fraud.to_numpy(), dtype=torch.long)
mean, std = X.mean(0), X.std(0) + 1e-6
names = ["--features", ",".join(FEATURES)]
packages = version("torch", "onnx", "onnxscript")


class Network(nn.Module):
    """Normalisation, two layers, and what `head` makes of the two logits."""

    def __init__(self, head, width=2, hidden=16):
        super().__init__()
        self.head = head
        self.register_buffer("mean", mean.clone())
        self.register_buffer("std", std.clone())
        self.layers = nn.Sequential(nn.Linear(len(FEATURES), hidden), nn.ReLU(), nn.Linear(hidden, width))

    def forward(self, x):
        return self.head(self.layers((x - self.mean) / self.std))


class Embedded(nn.Module):
    """Floats beside whole numbers (hour, weekday) that choose a vector, and a flag."""

    def __init__(self):
        super().__init__()
        self.hours, self.days = nn.Embedding(24, 3), nn.Embedding(7, 2)
        self.layers = nn.Sequential(nn.Linear(len(FEATURES) + 6, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, x, codes, weekend):
        parts = [(x - mean) / std, self.hours(codes[:, 0]), self.days(codes[:, 1]), weekend.float()]
        return torch.sigmoid(self.layers(torch.cat(parts, 1)))


class Recurrent(nn.Module):
    """The features as a sequence of four events of three values."""

    def __init__(self):
        super().__init__()
        self.lstm, self.out = nn.LSTM(3, 6, batch_first=True), nn.Linear(6, 1)

    def forward(self, x):
        return torch.sigmoid(self.out(self.lstm(x)[0][:, -1]))


def fit(network, inputs, loss_of, steps=150):
    optimiser = torch.optim.Adam(network.parameters(), 0.01)
    for _ in range(steps):
        optimiser.zero_grad()
        loss_of(network(*inputs)).backward()
        optimiser.step()
    return network.eval()


def export(network, example, dynamo, fixed=False, opset=None, input_names=("x",), output_names=("out",), split=False):
    """@returns the bytes of the graph, or the paths of graph and weights where they are apart"""
    folder = Path(tempfile.mkdtemp())
    path = folder / "model.onnx"
    options = {
        "input_names": list(input_names),
        "output_names": list(output_names),
        "opset_version": opset,
        "dynamo": dynamo,
        "verbose": False,
    }
    if dynamo:
        dims = None if fixed else tuple({0: torch.export.Dim("rows")} for _ in example)
        torch.onnx.export(network, example, str(path), dynamic_shapes=dims, external_data=split, **options)
    else:
        axes = None if fixed else {name: {0: "rows"} for name in [*input_names, *output_names]}
        torch.onnx.export(network, example, str(path), dynamic_axes=axes, **options)
    return path if split else without_notes(onnx.load(str(path)))


def tensors(frame, inputs):
    kinds = {"float16": np.float32, "float32": np.float32, "float64": np.float64, "int64": np.int64, "bool": bool}
    for entry in inputs:
        values = frame[entry["features"]].to_numpy().astype(kinds[entry["type"]])
        yield torch.tensor(values.reshape([len(frame), *entry.get("row_shape", [len(entry["features"])])]))


def fixture(
    name,
    network,
    model,
    about,
    form,
    read,
    inputs=None,
    score=lambda out: out.reshape(-1),
    dynamo=True,
    adopt=(),
    frame=None,
    **further,
):
    inputs = inputs or [{"name": "x", "type": "float32", "features": FEATURES}]

    def library(rows):
        with torch.no_grad():
            return score(network(*tensors(rows, inputs))).double().numpy()

    flat = [feature for entry in inputs for feature in entry["features"]]
    add = lambda part: part.assign(day=part.weekday.map(DAYS.index), is_weekend=part.weekday.isin(["sat", "sun"]).astype(int))
    write(
        f"torch-{name}",
        about=about,
        model=model,
        library=library,
        read=read,
        inputs=inputs,
        show=add(data.show),
        compare=add(data.compare),
        form=form,
        classes=None,
        fraud_class=further.pop("fraud_class", None),
        adopt=[*(["--features", ",".join(flat)] if len(inputs) == 1 else []), *adopt],
        exporter=f"torch {packages['torch']}, {'dynamo' if dynamo else 'TorchScript'}",
        versions=packages,
        **further,
    )


DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
sigmoid = lambda value: 1 / (1 + np.exp(-float(value)))
softmax1 = lambda row: sigmoid(row[1] - row[0])
two_logits = lambda out: torch.softmax(out, 1)[:, 1]
first = lambda outputs: list(outputs.values())[0].reshape(-1)
entropy = lambda out: nn.functional.cross_entropy(out, y)
binary = lambda out: nn.functional.binary_cross_entropy(out.reshape(-1), y.float())
raw = lambda out: nn.functional.binary_cross_entropy_with_logits(out.reshape(-1), y.float())
example = (X[:3],)

logits = fit(Network(nn.Identity()), (X,), entropy)
probability = fit(Network(nn.Sigmoid(), 1), (X,), binary)
squeezed = fit(Network(nn.Sequential(nn.Sigmoid(), nn.Flatten(0)), 1), (X,), binary)
logit = fit(Network(nn.Identity(), 1), (X,), raw)
softmax = Network(nn.Softmax(1))
softmax.load_state_dict(logits.state_dict())
softmax.eval()
for dynamo, suffix in ((False, "script"), (True, "dynamo")):
    fixture(
        f"logits-{suffix}",
        logits,
        export(logits, example, dynamo, output_names=["logits"]),
        "Dense network, two logits",
        "logits",
        lambda outputs: softmax1(first(outputs)),
        score=two_logits,
        dynamo=dynamo,
        fraud_class=1,
    )
    fixture(
        f"logit-{suffix}",
        logit,
        export(logit, example, dynamo),
        "One raw logit, in an output of no telling name",
        "logit",
        lambda outputs: sigmoid(first(outputs)[0]),
        score=lambda out: torch.sigmoid(out).reshape(-1),
        dynamo=dynamo,
        raw=lambda outputs: first(outputs)[0],
    )
    fixture(
        f"fixed-{suffix}",
        probability,
        export(probability, (X[:1],), dynamo, fixed=True),
        "One sigmoid; the batch axis is fixed at 1, as exported by default",
        "probability",
        lambda outputs: first(outputs)[0],
        dynamo=dynamo,
    )
fixture(
    "softmax-script",
    softmax,
    export(softmax, example, False, opset=11),
    "Softmax over two columns, opset 11",
    "probabilities",
    lambda outputs: first(outputs)[1],
    score=lambda out: out[:, 1],
    dynamo=False,
    fraud_class=1,
)
fixture(
    "squeezed-dynamo",
    squeezed,
    export(squeezed, example, True),
    "One probability a row, [rows]",
    "probability",
    lambda outputs: first(outputs)[0],
)
double = Network(nn.Sigmoid(), 1).double()
double.load_state_dict({key: value.double() for key, value in probability.state_dict().items()})
double.eval()
fixture(
    "float64-script",
    double,
    export(double, (X[:3].double(),), False),
    "float64 from input to output",
    "probability",
    lambda outputs: first(outputs)[0],
    inputs=[{"name": "x", "type": "float64", "features": FEATURES}],
    dynamo=False,
)
codes = torch.tensor(np.stack([data.train.hour, data.train.weekday.map(DAYS.index)], 1).astype(np.int64))
weekend = torch.tensor(data.train.weekday.isin(["sat", "sun"]).to_numpy().reshape(-1, 1))
embedded = fit(Embedded(), (X, codes, weekend), binary)
several = [
    {"name": "x", "type": "float32", "features": FEATURES},
    {"name": "codes", "type": "int64", "features": ["hour", "day"]},
    {"name": "weekend", "type": "bool", "features": ["is_weekend"]},
]
fixture(
    "embedded-script",
    embedded,
    export(embedded, (X[:3], codes[:3], weekend[:3]), False, input_names=["x", "codes", "weekend"]),
    "Three inputs: float32, int64 and bool",
    "probability",
    lambda outputs: first(outputs)[0],
    inputs=several,
    dynamo=False,
    adopt=["--features", ",".join([*FEATURES, "hour", "day", "is_weekend"])],
)
recurrent = fit(Recurrent(), (X.reshape(-1, 4, 3),), binary)
fixture(
    "lstm-script",
    recurrent,
    export(recurrent, (X[:3].reshape(-1, 4, 3),), False),
    "LSTM over rows of shape [4, 3]",
    "probability",
    lambda outputs: first(outputs)[0],
    inputs=[{"name": "x", "type": "float32", "features": FEATURES, "row_shape": [4, 3]}],
    dynamo=False,
)
path = export(probability, example, True, split=True)
path.write_bytes(without_notes(onnx.load(str(path), load_external_data=False)))
weights = sorted(file for file in path.parent.iterdir() if file != path)
fixture(
    "external-dynamo",
    probability,
    path,
    "Weights in a second file, as exported by default",
    "probability",
    lambda outputs: first(outputs)[0],
    files=weights,
)

plain = onnx.load_from_string(export(softmax, example, False, opset=13, output_names=["probabilities"]))
for inner in (False, True):
    half = float16.convert_float_to_float16(onnx.load_from_string(plain.SerializeToString()), keep_io_types=inner)
    name, kind = ("float16-inner", "float32") if inner else ("float16", "float16")
    fixture(
        name,
        softmax,
        half.SerializeToString(),
        f"float16 inside{'' if inner else ', and at its input and output'}",
        "probabilities",
        lambda outputs: first(outputs)[1],
        score=lambda out: out[:, 1],
        dynamo=False,
        fraud_class=1,
        inputs=[{"name": "x", "type": kind, "features": FEATURES}],
        differs="float16 has three digits: scores differ from the network's by about that much.",
    )
with tempfile.TemporaryDirectory() as folder:
    source, target = Path(folder) / "plain.onnx", Path(folder) / "int8.onnx"
    onnx.save(plain, source)
    quantize_dynamic(source, target, weight_type=QuantType.QInt8)
    fixture(
        "int8-dynamic",
        softmax,
        without_notes(onnx.load(str(target))),
        "Dynamically quantised to int8: a row's score depends on its neighbours, so each runs alone",
        "probabilities",
        lambda outputs: first(outputs)[1],
        score=lambda out: out[:, 1],
        dynamo=False,
        fraud_class=1,
        differs="int8 has 256 steps: scores differ from the network's, and in a batch from those of the row alone.",
    )
