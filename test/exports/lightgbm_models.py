"""LightGBM through onnxmltools. `older` as in tree_fixture.py."""

import lightgbm
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

from data import FEATURES, GAPS
from tree_fixture import NAN, OLDER, X2, P, X, fixture, gapped, narrow, of_map, plain, proba, small, text_labels, tools, y, y2


def lgb(model, **options):
    return convert_lightgbm(model, initial_types=[("X", FloatTensorType([None, len(FEATURES)]))], target_opset=15, **options)


leaves = {**small, "num_leaves": 7, "verbose": -1}
light = lightgbm.LGBMClassifier(**leaves).fit(gapped, y)
fixture(
    "lightgbm-missing-zipmap",
    lgb(light),
    "LightGBM, trained with missing values, as exported by default: ZipMap",
    proba(light),
    read=of_map(1),
    gaps=GAPS,
    packages=["lightgbm", *tools],
    adopt=NAN,
)
if not OLDER:
    fixture(
        "lightgbm",
        lgb(light, zipmap=False),
        "LightGBM without ZipMap",
        proba(light),
        gaps=GAPS,
        packages=["lightgbm", *tools],
        adopt=NAN,
    )
    whole = lightgbm.LGBMClassifier(**leaves).fit(X, y)
    fixture(
        "lightgbm-whole",
        lgb(whole, zipmap=False),
        "LightGBM, trained without missing values; they are given it all the same",
        proba(whole),
        gaps=GAPS,
        packages=["lightgbm", *tools],
        adopt=NAN,
    )
    texts = lightgbm.LGBMClassifier(**leaves).fit(gapped, text_labels)
    fixture(
        "lightgbm-text-zipmap",
        lgb(texts),
        "LightGBM with text labels, ZipMap",
        proba(texts, 0),
        read=of_map("fraud"),
        packages=["lightgbm", *tools],
        classes=("fraud", "genuine"),
        fraud_class="fraud",
        adopt=["--fraud-class", "fraud", *NAN],
    )
    zero = lightgbm.LGBMClassifier(**leaves, zero_as_missing=True).fit(gapped, y)
    fixture(
        "lightgbm-zero",
        lgb(zero, zipmap=False),
        "LightGBM with zero_as_missing",
        proba(zero),
        gaps=GAPS,
        differs="The exporter ignores zero_as_missing: in the graph a 0 is compared like any number; in the library it goes where missing values go.",
        packages=["lightgbm", *tools],
        adopt=NAN,
    )
    stopped = lightgbm.LGBMClassifier(**{**leaves, "n_estimators": 60, "learning_rate": 0.9}).fit(
        X, y, eval_set=[(X2, y2)], callbacks=[lightgbm.early_stopping(2, verbose=False)]
    )
    fixture(
        "lightgbm-early",
        lgb(stopped, zipmap=False),
        f"LightGBM stopped early: its best round is {stopped.best_iteration_}",
        proba(stopped),
        packages=["lightgbm", *tools],
    )
    bagged = lightgbm.LGBMClassifier(**leaves, boosting_type="rf", bagging_freq=1, bagging_fraction=0.7).fit(X, y)
    fixture(
        "lightgbm-forest",
        lgb(bagged, zipmap=False),
        "LightGBM as a random forest (boosting_type rf)",
        proba(bagged),
        differs="The exporter adds the trees up where the library takes their mean: every score is wrong.",
        packages=["lightgbm", *tools],
    )
    three_columns = [("X", FloatTensorType([None, len(plain)]))]
    codes = lightgbm.LGBMClassifier(**leaves, min_data_per_group=5, cat_smooth=1).fit(P, y, categorical_feature=[2])
    fixture(
        "lightgbm-categories",
        convert_lightgbm(codes, initial_types=three_columns, target_opset=15, zipmap=False),
        "LightGBM with a column of categories",
        narrow(codes),
        gaps=["since_customer_last", "hour"],
        packages=["lightgbm", *tools],
        adopt=NAN,
        features=plain,
    )
