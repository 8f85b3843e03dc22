"""What the models of scikit-learn have in common: data, and how a fixture of one is written. With `older`, folders end in `-older`."""

import sys

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import BooleanTensorType, DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType

from data import FEATURES, Data, shown_with_gaps, with_gaps
from fixture import version, write

OLDER = sys.argv[1:] == ["older"]
data = Data()
versions = version("scikit-learn", "skl2onnx", "onnx")
exporter = f"skl2onnx {versions['skl2onnx']}"
X, y = data.train[FEATURES].astype(np.float32), data.train.is_fraud.to_numpy()
gapped = with_gaps(data.train)[FEATURES].astype(np.float32)
text_labels = np.where(y == 1, "fraud", "genuine")


def matrix(kind="float32", name="X"):
    return [{"name": name, "type": kind, "features": FEATURES}]


def columns(kinds):
    return [{"name": name, "type": kind, "features": [name], "row_shape": [1]} for name, kind in kinds.items()]


def declared(inputs, rows=None):
    types = {
        "float32": FloatTensorType,
        "float64": DoubleTensorType,
        "int64": Int64TensorType,
        "string": StringTensorType,
        "bool": BooleanTensorType,
    }
    return [(entry["name"], types[entry["type"]]([rows, len(entry["features"])])) for entry in inputs]


def column(index, output="probabilities"):
    return lambda outputs: outputs[output][0][index]


def of_map(label, output="output_probability"):
    return lambda outputs: outputs[output][0][label]


def proba(model, index=1, features=FEATURES, kind=np.float32):
    return lambda frame: model.predict_proba(frame[features].to_numpy(kind))[:, index]


def fixture(
    name,
    model,
    about,
    *,
    inputs=None,
    options=None,
    opset=None,
    rows=None,
    gaps=None,
    read=None,
    library=None,
    form="probabilities",
    classes=(0, 1),
    fraud_class=1,
    adopt=(),
    **further,
):
    inputs = inputs or matrix()
    # skl2onnx ignores `raw_scores` of a whole pipeline without a word: it belongs to the last step.
    steps = [model.steps[-1][1]] if options and "raw_scores" in options else []
    graph = to_onnx(
        model,
        initial_types=declared(inputs, rows),
        options={id(step): options for step in [model, *steps]} if options else None,
        target_opset=opset,
    )
    features = [feature for entry in inputs for feature in entry["features"]]
    more = {}
    if gaps:
        more = {"missing": shown_with_gaps(data.show, gaps), "compare_missing": with_gaps(data.compare, gaps)}
    write(
        f"sklearn-{name}{'-older' if OLDER else ''}",
        about=about,
        model=graph.SerializeToString(),
        library=library or proba(model),
        read=read or column(1),
        inputs=inputs,
        show=data.show,
        compare=data.compare,
        form=form,
        classes=list(classes) if classes else None,
        fraud_class=fraud_class,
        adopt=[*(["--features", ",".join(features)] if len(inputs) == 1 else []), *adopt],
        exporter=exporter,
        versions=versions,
        **more,
        **further,
    )


NO_MAP, TEXT_CLASS = {"zipmap": False}, ["--fraud-class", "fraud"]
