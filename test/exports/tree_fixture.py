"""What the models of trees have in common: data, and how a fixture of one is written. With `older`, folders end in `-older`."""

import sys

import numpy as np

from data import FEATURES, Data, shown_with_gaps, with_gaps
from fixture import version, write

OLDER = sys.argv[1:] == ["older"]
data = Data()
X, y = data.train[FEATURES].to_numpy(np.float32), data.train.is_fraud.to_numpy()
gapped = with_gaps(data.train)[FEATURES].to_numpy(np.float32)
text_labels = np.where(y == 1, "fraud", "genuine")
NAN = ["--missing", "nan"]
tools = ["onnxmltools", "onnx"]


def proba(model, index=1):
    return lambda frame: model.predict_proba(frame[FEATURES].to_numpy(np.float32))[:, index]


def fixture(
    name,
    graph,
    about,
    library,
    *,
    read=lambda outputs: outputs["probabilities"][0][1],
    gaps=None,
    input_name="X",
    packages=(),
    adopt=(),
    classes=(0, 1),
    fraud_class=1,
    form="probabilities",
    exporter=None,
    features=FEATURES,
    **further,
):
    more = {}
    if gaps:
        more = {"missing": shown_with_gaps(data.show, gaps), "compare_missing": with_gaps(data.compare, gaps)}
    versions = version(*packages)
    write(
        f"{name}{'-older' if OLDER else ''}",
        about=about,
        model=graph if isinstance(graph, bytes) else graph.SerializeToString(),
        library=library,
        read=read,
        inputs=[{"name": input_name, "type": "float32", "features": features}],
        show=data.show,
        compare=data.compare,
        form=form,
        classes=list(classes) if classes else None,
        fraud_class=fraud_class,
        adopt=["--features", ",".join(features), *adopt],
        exporter=exporter or f"onnxmltools {versions['onnxmltools']}",
        versions=versions,
        **more,
        **further,
    )


def sigmoid(logit):
    return 1 / (1 + np.exp(-float(logit)))


def of_map(label, output="probabilities"):
    return lambda outputs: outputs[output][0][label]


small = {"n_estimators": 15, "max_depth": 3, "random_state": 1, "n_jobs": 1}
X2, y2 = data.compare[FEATURES].to_numpy(np.float32), data.compare.is_fraud.to_numpy()
plain = ["amount", "since_customer_last", "hour"]
P = data.train[plain].to_numpy(float)
narrow = lambda model: lambda frame: model.predict_proba(frame[plain].to_numpy(float))[:, 1]
