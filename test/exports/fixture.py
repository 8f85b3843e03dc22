"""Writes one folder of fixtures: the model, its rows, and what library and runtime make of them."""

import importlib.metadata
import json
import platform
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas as pd

from data import is_text

FIXTURES = Path(__file__).parent / "fixtures"
TOLERANCE = 1e-5
ELEMENTS = {1: "float32", 6: "int32", 7: "int64", 8: "string", 9: "bool", 10: "float16", 11: "float64"}
NUMPY = {"float32": np.float32, "float64": np.float64, "int64": np.int64, "int32": np.int32, "float16": np.float16, "bool": bool}


def version(*packages):
    return {name: importlib.metadata.version(name) for name in packages}


def value_info(value):
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return {"name": value.name, "type": "sequence of maps" if kind == "sequence_type" else kind}
    tensor = value.type.tensor_type
    dims = [dim.dim_value if dim.HasField("dim_value") else dim.dim_param or None for dim in tensor.shape.dim]
    return {"name": value.name, "type": ELEMENTS[tensor.elem_type], "shape": dims}


def without_notes(model):
    """The graph without the exporter's notes: they name files of the machine, and nothing of them runs."""
    functions = [part for function in model.functions for part in (function, *function.node)]
    graph = model.graph
    for part in [model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer, *functions]:
        del part.metadata_props[:]
        part.doc_string = ""
    return model.SerializeToString()


class Runtime:
    """The model in ONNX Runtime, one row a run."""

    def __init__(self, path, inputs):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.types = {i["name"]: i["type"] for i in inputs}
        self.inputs = inputs

    def feeds(self, row):
        feeds = {}
        for entry in self.inputs:
            values = [row[name] for name in entry["features"]]
            if entry["type"] == "string":
                array = np.array(["" if value is None else str(value) for value in values], object)
            else:
                array = np.array([np.nan if value is None else value for value in values]).astype(NUMPY[entry["type"]])
            feeds[entry["name"]] = array.reshape([1, *entry.get("row_shape", [len(values)])])
        return feeds

    def run(self, row):
        outputs = self.session.run(None, self.feeds(row))
        return dict(zip([output.name for output in self.session.get_outputs()], outputs))


def plain(row):
    """A row of a frame as JSON has it: missing values are null."""
    result = {}
    for name, value in row.items():
        if value is None or (isinstance(value, float) and np.isnan(value)):
            result[name] = None
        elif isinstance(value, (bool, np.bool_)):
            result[name] = bool(value)
        elif isinstance(value, (int, np.integer)):
            result[name] = int(value)
        elif isinstance(value, (float, np.floating)):
            result[name] = float(value)
        else:
            result[name] = str(value)
    return result


def rows_of(frame, inputs):
    """Rows by feature name, in the input's own precision: what the runtime is given, and what a host would send."""
    names = [name for entry in inputs for name in entry["features"]]
    kinds = {name: entry["type"] for entry in inputs for name in entry["features"]}
    rows = []
    for record in frame[names].to_dict("records"):
        row = plain(record)
        for name, value in row.items():
            if value is not None and kinds[name] in ("float32", "float16"):
                row[name] = float(NUMPY[kinds[name]](value))
            elif value is not None and kinds[name] in ("int64", "int32"):
                row[name] = int(value)
        rows.append(row)
    return rows


def together(runtime, rows, read):
    """The scores of rows in one run, or None where the batch axis is fixed."""
    feeds = [runtime.feeds(row) for row in rows]
    try:
        outputs = runtime.session.run(None, {name: np.concatenate([feed[name] for feed in feeds]) for name in feeds[0]})
    except Exception:
        return None
    names = [output.name for output in runtime.session.get_outputs()]
    return [float(read({name: output[row : row + 1] for name, output in zip(names, outputs)})) for row in range(len(rows))]


def agreement(library, runtime):
    """How far the two are apart, over all rows that are compared."""
    difference = np.abs(np.asarray(library, float) - np.asarray(runtime, float))
    unanswered = int(np.isnan(np.asarray(runtime, float)).sum())
    answered = difference[~np.isnan(difference)]
    return {
        "rows": len(difference),
        "largestDifference": float(answered.max()) if len(answered) else None,
        "rowsApart": int((answered > TOLERANCE).sum()),
        "rowsWithoutScore": unanswered,
    }


def write(
    name,
    *,
    about,
    model,
    library,
    read,
    inputs,
    show,
    compare,
    missing=None,
    compare_missing=None,
    form,
    classes=None,
    fraud_class=None,
    adopt=(),
    exporter,
    versions,
    differs=None,
    files=(),
    raw=None,
    further_manifest=None,
):
    """
    model: bytes, or a path to copy (with `files`, further paths beside it).
    library: frame → the library's own scores, by rows as the runtime is given them.
    read: outputs of one row → the score, as fraud-scorer should answer it.
    """
    folder = FIXTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path = folder / "model.onnx"
    if isinstance(model, (bytes, bytearray)):
        path.write_bytes(model)
    else:
        shutil.copy(model, path)
    for file in files:
        shutil.copy(file, folder / Path(file).name)
    graph = onnx.load(str(path), load_external_data=False)
    runtime = Runtime(path, inputs)

    types = {feature: entry["type"] for entry in inputs for feature in entry["features"]}

    def both(frame):
        rows = rows_of(frame, inputs)
        back = pd.DataFrame(rows)
        for column in back.columns:
            back[column] = back[column].astype(object if is_text(frame[column]) else np.float64)
            if types[column].startswith("int"):
                back[column] = back[column].astype(types[column])
        outputs = [runtime.run(row) for row in rows]
        scores = [float(read(output)) for output in outputs]
        raws = [float(raw(output)) for output in outputs] if raw else None
        try:
            own = [float(score) for score in library(back)]
        except Exception as error:  # the library refuses such rows: the message says why
            own = f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"
        return rows, own, scores, raws

    def part(frame, wide):
        rows, own, scores, raws = both(frame)
        _, all_own, all_scores, _ = both(wide)
        refused = isinstance(own, str) or isinstance(all_own, str)
        result = {
            "library": None if refused else own,
            "libraryRefuses": own if isinstance(own, str) else all_own if isinstance(all_own, str) else None,
            "runtime": [None if np.isnan(score) else score for score in scores],
            "agreement": None if refused else agreement(all_own, all_scores),
        }
        batch = together(runtime, rows, read)
        result["inOneBatch"] = None if batch is None else agreement(scores, batch)
        if raws:
            result["raw"] = raws
        if result["libraryRefuses"] is None:
            del result["libraryRefuses"]
        return rows, result

    rows, expected = part(show, compare)
    given = {"rows": rows}
    report = {"rows": expected}
    if missing is not None:
        given["rowsWithMissing"], report["rowsWithMissing"] = part(missing, compare_missing)
    (folder / "rows.json").write_text(json.dumps(given, indent=0) + "\n")
    document = {
        "about": about,
        "exporter": exporter,
        "versions": {**versions, "onnxruntime": onnxruntime.__version__, "python": platform.python_version()},
        "opsets": {opset.domain or "ai.onnx": opset.version for opset in graph.opset_import},
        "irVersion": graph.ir_version,
        "inputs": [
            {
                **{key: value for key, value in entry.items() if key != "row_shape"},
                "shape": entry.get("row_shape", [len(entry["features"])]),
            }
            for entry in inputs
        ],
        "declared": {
            "inputs": [value_info(value) for value in graph.graph.input],
            "outputs": [value_info(value) for value in graph.graph.output],
        },
        "form": form,
        "classes": classes,
        "fraudClass": fraud_class,
        "adopt": list(adopt),
        "furtherManifest": further_manifest or {},
        "differs": differs,
        "expected": report,
    }
    (folder / "expected.json").write_text(json.dumps(document, indent=1) + "\n")
    size = sum(file.stat().st_size for file in folder.iterdir())
    short = lambda found: (
        found and f"{found['largestDifference']:.1e} ({found['rowsApart']}/{found['rows']}, {found['rowsWithoutScore']} NaN)"
    )
    seen = [
        f"{key} {short(value['agreement']) or value.get('libraryRefuses')}, batch {short(value['inOneBatch'])}"
        for key, value in report.items()
    ]
    print(f"{name}: {size // 1024} KB; {'; '.join(seen)}", flush=True)
