"""Models of scikit-learn that take one matrix, through skl2onnx. `older` as in sklearn_fixture.py."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from data import FEATURES, GAPS
from sklearn_fixture import NO_MAP, OLDER, TEXT_CLASS, X, column, data, fixture, gapped, of_map, proba, text_labels, y

logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(X.to_numpy(), y)
text_logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(X.to_numpy(), text_labels)
forest = RandomForestClassifier(12, max_depth=5, random_state=1).fit(X.to_numpy(), y)
text_forest = RandomForestClassifier(8, max_depth=4, random_state=1).fit(X.to_numpy(), text_labels)
boosted = GradientBoostingClassifier(n_estimators=15, max_depth=3, random_state=1).fit(X.to_numpy(), y)
histogram = HistGradientBoostingClassifier(max_iter=12, max_leaf_nodes=12, random_state=1).fit(gapped.to_numpy(), y)
fixture(
    "logistic-zipmap", logistic, "Scaled logistic regression as skl2onnx exports it by default: it ends in ZipMap", read=of_map(1)
)
fixture(
    "histogram",
    histogram,
    "HistGradientBoosting, trained with missing values",
    options=NO_MAP,
    gaps=GAPS,
    adopt=["--missing", "nan"],
)
fixture(
    "forest-batch1",
    text_forest,
    "Random forest with text labels, ZipMap and a batch axis fixed at 1",
    rows=1,
    read=of_map("fraud"),
    library=proba(text_forest, 0),
    classes=("fraud", "genuine"),
    fraud_class="fraud",
    adopt=TEXT_CLASS,
    opset=12,
)
if not OLDER:
    fixture("logistic", logistic, "Scaled logistic regression, no ZipMap, opset 11", options=NO_MAP, opset=11)
    fixture(
        "logistic-columns",
        logistic,
        "The same with zipmap='columns': an output for each class",
        options={"zipmap": "columns"},
        read=lambda outputs: outputs["i1"][0],
        form="probability",
        classes=None,
        fraud_class=None,
        adopt=["--output", "i1=probability"],
    )
    fixture(
        "logistic-raw",
        logistic,
        "The same with raw_scores: `probabilities` holds -z and z, whose softmax is not the probability",
        options={"zipmap": False, "raw_scores": True},
        form=None,
        differs="Not to be served as it is: the columns are -z and z, so a softmax gives sigmoid(2 z), not the library's sigmoid(z).",
        read=lambda outputs: 1 / (1 + np.exp(-outputs["probabilities"].reshape(-1)[-1])),
        raw=lambda outputs: outputs["probabilities"].reshape(-1)[-1],
    )
    fixture(
        "logistic-text",
        text_logistic,
        "The same with text labels, no ZipMap",
        options=NO_MAP,
        read=column(0),
        library=proba(text_logistic, 0),
        classes=("fraud", "genuine"),
        fraud_class="fraud",
        adopt=TEXT_CLASS,
    )
    doubles = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.train[FEATURES + ["amount"]].to_numpy(float), y)
    wide = [{"name": "X", "type": "float64", "features": FEATURES + ["amount"]}]
    fixture(
        "logistic-float64",
        doubles,
        "float64 from input to output",
        inputs=wide,
        options=NO_MAP,
        library=proba(doubles, 1, FEATURES + ["amount"], float),
    )
    fixture("forest", forest, "Random forest of 12 trees", options=NO_MAP)
    fixture(
        "forest-missing",
        RandomForestClassifier(12, max_depth=5, random_state=1).fit(gapped.to_numpy(), y),
        "Random forest, trained with missing values",
        options=NO_MAP,
        differs="skl2onnx leaves out where a random forest sends missing values (it does write that for HistGradientBoosting): "
        "rows with missing values get wrong scores.",
        gaps=GAPS,
        adopt=["--missing", "nan"],
    )
    fixture("boosted", boosted, "Gradient boosting, opset 15", options=NO_MAP, opset=15)
    three = GradientBoostingClassifier(n_estimators=6, max_depth=3, random_state=1).fit(X.to_numpy(), data.train.three)
    fixture(
        "boosted-3class",
        three,
        "Gradient boosting of three classes, the last is fraud of large amounts, ZipMap",
        read=of_map(2),
        library=proba(three, 2),
        classes=(0, 1, 2),
        fraud_class=2,
        adopt=["--fraud-class", "2"],
    )
    mlp = MLPClassifier((8,), max_iter=60, random_state=1).fit(StandardScaler().fit_transform(X), y)
    fixture("mlp", mlp, "Dense network of scikit-learn", options=NO_MAP)
    fixture(
        "histogram-zipmap", histogram, "HistGradientBoosting behind ZipMap", gaps=GAPS, adopt=["--missing", "nan"], read=of_map(1)
    )
    for method in ("sigmoid", "isotonic"):
        calibrated = CalibratedClassifierCV(RandomForestClassifier(6, max_depth=4, random_state=1), method=method, cv=2).fit(
            X.to_numpy(), y
        )
        fixture(
            f"calibrated-{method}",
            calibrated,
            f"CalibratedClassifierCV ({method}) over a random forest",
            options=NO_MAP,
            differs=None
            if method == "sigmoid"
            else "The graph takes the value of the nearest point of the isotonic curve; the library "
            "interpolates between points. method='sigmoid' agrees.",
        )
    machine = make_pipeline(StandardScaler(), SVC(probability=True, random_state=1)).fit(X.to_numpy()[::4], y[::4])
    fixture("svc", machine, "Support vector machine with probabilities", options=NO_MAP)
    isolation = IsolationForest(n_estimators=20, max_samples=64, random_state=1).fit(X.to_numpy())
    platt = lambda scores: 1 / (1 + np.exp(-(-12.0 * np.asarray(scores, float) + 0.5)))
    fixture(
        "isolation-forest",
        isolation,
        "Isolation forest: `scores` is the decision function, low for what is odd",
        read=lambda outputs: platt(outputs["scores"][0][0]),
        raw=lambda outputs: outputs["scores"][0][0],
        library=lambda frame: platt(isolation.decision_function(frame[FEATURES].to_numpy(np.float32))),
        opset={"": 15, "ai.onnx.ml": 3},
        form="score",
        classes=None,
        fraud_class=None,
        adopt=["--output", "scores=score", "--calibration", "platt:-12,0.5"],
    )
    outlier = LocalOutlierFactor(n_neighbors=10, novelty=True).fit(X.to_numpy()[::8])
    fixture(
        "outlier-factor",
        outlier,
        "Local outlier factor: `scores` is the decision function, low for what is odd",
        read=lambda outputs: platt(outputs["scores"][0][0]),
        raw=lambda outputs: outputs["scores"][0][0],
        library=lambda frame: platt(outlier.decision_function(frame[FEATURES].to_numpy(np.float32))),
        opset={"": 15, "ai.onnx.ml": 3},
        form="score",
        classes=None,
        fraud_class=None,
        adopt=["--output", "scores=score", "--calibration", "platt:-12,0.5"],
    )
    linear = lambda: make_pipeline(StandardScaler(), LogisticRegression())
    shallow = lambda: RandomForestClassifier(4, max_depth=3, random_state=1)
    for name, about, model, step in [
        (
            "voting",
            "Vote of a logistic regression and a forest",
            VotingClassifier([("a", linear()), ("b", shallow())], voting="soft", flatten_transform=False),
            1,
        ),
        ("stacking", "Stack of a logistic regression and a forest", StackingClassifier([("a", linear()), ("b", shallow())]), 1),
        ("adaboost", "AdaBoost", AdaBoostClassifier(n_estimators=8, random_state=1), 1),
        (
            "bagging",
            "Bagged decision trees",
            BaggingClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=6, random_state=1),
            1,
        ),
        ("naive-bayes", "Gaussian naive Bayes", GaussianNB(), 1),
        ("neighbors", "Nearest neighbours", KNeighborsClassifier(5), 8),
    ]:
        fixture(name, model.fit(X.to_numpy()[::step], y[::step]), about, options=NO_MAP)
    plain = ["amount", "since_customer_last", "hour"]
    grouped = HistGradientBoostingClassifier(max_iter=8, categorical_features=[2]).fit(data.train[plain].to_numpy(float), y)
    fixture(
        "histogram-categories",
        grouped,
        "HistGradientBoosting with a column of categories",
        options=NO_MAP,
        inputs=[{"name": "X", "type": "float32", "features": plain}],
        library=proba(grouped, 1, plain),
        differs="skl2onnx ignores categorical_features: every score is wrong.",
    )
