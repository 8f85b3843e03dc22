"""Keras: `torch` (its own ONNX export over the PyTorch backend) or `tensorflow` (the same over TensorFlow, and tf2onnx)."""

import os
import sys
import tempfile
from pathlib import Path

BACKEND = sys.argv[1]
os.environ["KERAS_BACKEND"] = BACKEND
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import onnx

from data import FEATURES, Data
from fixture import version, without_notes, write

keras.utils.set_random_seed(1)
data = Data()
X, y = data.train[FEATURES].to_numpy(np.float32), data.train.is_fraud.to_numpy()
packages = version("keras", "onnx", *(["torch", "onnxscript"] if BACKEND == "torch" else ["tensorflow-cpu", "tf2onnx"]))


def network(last):
    # Over TensorFlow, the constants of a Normalization layer come out as further inputs of the graph, which nothing fills.
    scale = keras.layers.BatchNormalization() if BACKEND == "tensorflow" else keras.layers.Normalization()
    if BACKEND == "torch":
        scale.adapt(X)
    return keras.Sequential([keras.Input((len(FEATURES),), name="transaction"), scale, keras.layers.Dense(8, "relu"), *last])


def fit(model, loss):
    model.compile(keras.optimizers.Adam(0.01), loss)
    model.fit(X, y, epochs=6, batch_size=64, verbose=0)
    return model


def fixture(name, model, graph, about, form, read, score, exporter):
    write(
        name,
        about=about,
        model=without_notes(graph),
        library=lambda frame: score(model.predict(frame[FEATURES].to_numpy(np.float32), verbose=0)),
        read=read,
        inputs=[{"name": graph.graph.input[0].name, "type": "float32", "features": FEATURES}],
        show=data.show,
        compare=data.compare,
        form=form,
        classes=None,
        fraud_class=1 if form == "probabilities" else None,
        adopt=["--features", ",".join(FEATURES)],
        exporter=exporter,
        versions=packages,
    )


def exported(model):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        model.export(str(path), format="onnx", verbose=False)
        return onnx.load(str(path))


first = lambda outputs: list(outputs.values())[0].reshape(-1)
sigmoid = fit(network([keras.layers.Dropout(0.2), keras.layers.Dense(1, "sigmoid")]), "binary_crossentropy")
softmax = fit(network([keras.layers.Dense(2, "softmax")]), "sparse_categorical_crossentropy")
own = f"keras {packages['keras']}, model.export(format='onnx'), {BACKEND}"
fixture(
    f"keras-sigmoid-{BACKEND}",
    sigmoid,
    exported(sigmoid),
    "Keras, one sigmoid",
    "probability",
    lambda outputs: first(outputs)[0],
    lambda out: out.reshape(-1),
    own,
)
fixture(
    f"keras-softmax-{BACKEND}",
    softmax,
    exported(softmax),
    "Keras, softmax over two columns",
    "probabilities",
    lambda outputs: first(outputs)[1],
    lambda out: out[:, 1],
    own,
)
if BACKEND == "tensorflow":
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec((None, len(FEATURES)), tf.float32, name="transaction")]
    graph, _ = tf2onnx.convert.from_function(
        tf.function(lambda x: sigmoid(x, training=False), input_signature=signature), signature, opset=13
    )
    fixture(
        "keras-sigmoid-tf2onnx",
        sigmoid,
        graph,
        "Keras, one sigmoid, through tf2onnx",
        "probability",
        lambda outputs: first(outputs)[0],
        lambda out: out.reshape(-1),
        f"tf2onnx {packages['tf2onnx']}",
    )
