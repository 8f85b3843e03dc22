"""XGBoost through onnxmltools. `older` as in tree_fixture.py."""

import numpy as np
import xgboost
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost as converter
from skl2onnx import to_onnx, update_registered_converter
from skl2onnx.common.data_types import FloatTensorType as Float
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from data import FEATURES, GAPS
from fixture import version
from tree_fixture import NAN, OLDER, X2, P, X, data, fixture, gapped, narrow, of_map, plain, proba, sigmoid, small, tools, y, y2

XGBOOST = "xgboost" if OLDER else "xgboost-cpu"


def xgb(model, opset=15, name="float_input"):
    return convert_xgboost(model, initial_types=[(name, FloatTensorType([None, len(FEATURES)]))], target_opset=opset)


labelled = [XGBOOST, *tools]
boosted = xgboost.XGBClassifier(**small).fit(gapped, y)
fixture(
    "xgboost-missing",
    xgb(boosted),
    "XGBoost, trained with missing values",
    proba(boosted),
    gaps=GAPS,
    input_name="float_input",
    packages=labelled,
    adopt=NAN,
)
if not OLDER:
    full = xgboost.XGBClassifier(**small).fit(X, y)
    fixture(
        "xgboost",
        xgb(full),
        "XGBoost, trained without missing values; they are given it all the same",
        proba(full),
        gaps=GAPS,
        input_name="float_input",
        packages=labelled,
        adopt=NAN,
    )
    weighted = xgboost.XGBClassifier(**small, scale_pos_weight=8, base_score=0.1).fit(X, y)
    fixture(
        "xgboost-base-score",
        xgb(weighted, 11),
        "XGBoost with base_score 0.1 and weights of classes, opset 11",
        proba(weighted),
        input_name="float_input",
        packages=labelled,
    )
    three = xgboost.XGBClassifier(**{**small, "n_estimators": 6}).fit(X, data.train.three)
    fixture(
        "xgboost-3class",
        xgb(three),
        "XGBoost of three classes, the last is fraud of large amounts",
        proba(three, 2),
        read=lambda outputs: outputs["probabilities"][0][2],
        input_name="float_input",
        packages=labelled,
        classes=(0, 1, 2),
        fraud_class=2,
        adopt=["--fraud-class", "2"],
    )
    early = xgboost.XGBClassifier(**{**small, "n_estimators": 60, "learning_rate": 0.9}, early_stopping_rounds=2).fit(
        X, y, eval_set=[(X2, y2)], verbose=False
    )
    fixture(
        "xgboost-early",
        xgb(early),
        f"XGBoost stopped early: the best of its {early.get_booster().num_boosted_rounds()} rounds is {early.best_iteration}",
        proba(early),
        input_name="float_input",
        packages=labelled,
    )
    regressor = xgboost.XGBRegressor(**small, objective="binary:logistic").fit(X, y)
    fixture(
        "xgboost-regressor",
        xgb(regressor),
        "XGBRegressor with a logistic objective: one column, a logit",
        lambda frame: regressor.predict(frame[FEATURES].to_numpy(np.float32)),
        read=lambda outputs: sigmoid(outputs["variable"].reshape(-1)[0]),
        raw=lambda outputs: outputs["variable"].reshape(-1)[0],
        input_name="float_input",
        packages=labelled,
        adopt=["--output", "variable=logit"],
        form="logit",
        differs="The graph leaves the objective out, so it answers a logit; and it adds base_score to it where the library adds "
        "the logit of base_score, so every score is off by the same step. Take XGBClassifier.",
        classes=None,
        fraud_class=None,
    )
    three_columns = [("X", FloatTensorType([None, len(plain)]))]
    codes_of_xgb = xgboost.XGBClassifier(**small, enable_categorical=True, feature_types=["q", "q", "c"]).fit(P, y)
    fixture(
        "xgboost-categories",
        convert_xgboost(codes_of_xgb, initial_types=three_columns, target_opset=15),
        "XGBoost with a column of categories",
        narrow(codes_of_xgb),
        gaps=["since_customer_last", "hour"],
        packages=labelled,
        adopt=NAN,
        features=plain,
    )
    update_registered_converter(
        xgboost.XGBClassifier,
        "XGBClassifier",
        calculate_linear_classifier_output_shapes,
        converter,
        options={"nocl": [True, False], "zipmap": [True, False, "columns"]},
    )
    scaled = make_pipeline(StandardScaler(), xgboost.XGBClassifier(**small)).fit(gapped, y)
    graph = to_onnx(scaled, initial_types=[("X", Float([None, len(FEATURES)]))], target_opset={"": 15, "ai.onnx.ml": 3})
    scaling = (
        "XGBoost's thresholds are values of the training data. The graph scales by a multiplication, the library by a division: the last "
        "bit differs, and a value that lies on a threshold goes to the other side. Trees need no scaling: leave it out."
    )
    fixture(
        "xgboost-pipeline-zipmap",
        graph,
        "Pipeline of scaler and XGBoost through skl2onnx with the converter of onnxmltools, ZipMap",
        proba(scaled),
        read=of_map(1, "output_probability"),
        gaps=GAPS,
        packages=[XGBOOST, "scikit-learn", "skl2onnx", *tools],
        adopt=NAN,
        differs=scaling,
        exporter=f"skl2onnx {version('skl2onnx')['skl2onnx']} with onnxmltools {version('onnxmltools')['onnxmltools']}",
    )
