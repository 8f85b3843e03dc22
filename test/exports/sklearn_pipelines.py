"""Pipelines of scikit-learn with an input for each column, through skl2onnx. `older` as in sklearn_fixture.py."""

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from data import COLUMNS, INTEGERS, NUMBERS, TEXTS, with_gaps
from sklearn_fixture import NO_MAP, OLDER, columns, data, fixture, of_map, y


def pipeline(classifier, categories, missing=True):
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()) if missing else StandardScaler()
    prepared = ColumnTransformer(
        [("numbers", numbers, NUMBERS), ("integers", StandardScaler(), INTEGERS), ("texts", categories, TEXTS)]
    )
    frame = with_gaps(data.train, NUMBERS) if missing else data.train
    return make_pipeline(prepared, classifier).fit(frame[COLUMNS], y)


KINDS = {**{name: "float32" for name in NUMBERS}, **{name: "int64" for name in INTEGERS}, **{name: "string" for name in TEXTS}}
one_hot = pipeline(LogisticRegression(max_iter=500), OneHotEncoder(handle_unknown="ignore"))
of_frame = lambda model: lambda frame: model.predict_proba(frame[COLUMNS])[:, 1]
fixture(
    "pipeline-zipmap",
    one_hot,
    "Pipeline of text, whole and decimal columns, an input each: imputer, scaler, one-hot encoder, logistic regression, ZipMap",
    inputs=columns(KINDS),
    read=of_map(1),
    library=of_frame(one_hot),
    gaps=NUMBERS,
    adopt=["--missing", "nan"],
)
if not OLDER:
    empty = [*NUMBERS, *TEXTS]
    texts = make_pipeline(
        SimpleImputer(missing_values="", strategy="constant", fill_value="none"), OneHotEncoder(handle_unknown="ignore")
    )
    holes = with_gaps(data.train, empty)[COLUMNS].fillna({name: "" for name in TEXTS})
    prepared = ColumnTransformer([("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS), ("texts", texts, TEXTS)])
    text_gaps = make_pipeline(prepared, LogisticRegression(max_iter=500)).fit(holes, y)
    fixture(
        "pipeline-text-missing",
        text_gaps,
        "Pipeline that takes a missing text too, as the empty text",
        inputs=columns({name: kind for name, kind in KINDS.items() if name not in INTEGERS}),
        options=NO_MAP,
        gaps=empty,
        library=lambda frame: text_gaps.predict_proba(frame[[*NUMBERS, *TEXTS]].fillna({name: "" for name in TEXTS}))[:, 1],
        adopt=["--missing", "nan"],
        further_manifest={name: {"missing": ""} for name in TEXTS},
    )
    fixture(
        "pipeline",
        one_hot,
        "The pipeline without ZipMap",
        inputs=columns(KINDS),
        options=NO_MAP,
        library=of_frame(one_hot),
        gaps=NUMBERS,
        adopt=["--missing", "nan"],
    )
    ordinal = pipeline(
        RandomForestClassifier(8, max_depth=4, random_state=1),
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        missing=False,
    )
    fixture(
        "pipeline-ordinal",
        ordinal,
        "Pipeline with an ordinal encoder and a forest",
        inputs=columns(KINDS),
        options=NO_MAP,
        library=of_frame(ordinal),
        differs="The graph scales in float32, the library in float64: a value next to a tree's threshold can go to the other side "
        "(1 row of 891). Do not scale before trees.",
    )
    strict = pipeline(LogisticRegression(max_iter=500), OneHotEncoder(), missing=False)
    fixture(
        "pipeline-float64",
        strict,
        "Pipeline with float64 columns; its encoder knows no other texts",
        options=NO_MAP,
        library=of_frame(strict),
        inputs=columns({**KINDS, **{name: "float64" for name in NUMBERS}}),
    )
