"""CatBoost through its own exporter."""

import tempfile
from pathlib import Path

import catboost

from data import GAPS
from tree_fixture import NAN, X, data, fixture, gapped, of_map, proba, y


def cat(model):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        model.save_model(
            str(path),
            format="onnx",
            export_parameters={
                "onnx_domain": "example.fraud",
                "onnx_model_version": 1,
                "onnx_doc_string": "fraud",
                "onnx_graph_name": "fraud",
            },
        )
        return path.read_bytes()


quiet = {"iterations": 15, "depth": 3, "random_seed": 1, "verbose": False, "thread_count": 1, "allow_writing_files": False}
own = f"CatBoost {catboost.__version__}, save_model(format='onnx')"
cats = catboost.CatBoostClassifier(**quiet).fit(gapped, y)
fixture(
    "catboost",
    cat(cats),
    "CatBoost, trained with missing values, ZipMap",
    proba(cats),
    read=of_map(1),
    gaps=GAPS,
    input_name="features",
    packages=["catboost", "onnx"],
    adopt=NAN,
    exporter=own,
)
most = catboost.CatBoostClassifier(**quiet, nan_mode="Max").fit(gapped, y)
fixture(
    "catboost-max",
    cat(most),
    "CatBoost with nan_mode Max: a missing value counts as the largest",
    proba(most),
    read=of_map(1),
    gaps=GAPS,
    input_name="features",
    packages=["catboost", "onnx"],
    adopt=NAN,
    exporter=own,
)
cats3 = catboost.CatBoostClassifier(**quiet, loss_function="MultiClass").fit(X, data.train.three)
fixture(
    "catboost-3class",
    cat(cats3),
    "CatBoost of three classes, ZipMap",
    proba(cats3, 2),
    read=of_map(2),
    input_name="features",
    packages=["catboost", "onnx"],
    classes=(0, 1, 2),
    fraud_class=2,
    adopt=["--fraud-class", "2"],
    exporter=own,
)
