"""What schemathesis has to be told beside the document. Loaded by schemathesis.toml."""

import json

import schemathesis
from hypothesis import strategies as st

ndjson = "application/x-ndjson"
values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["id", "features", "amount", "__proto__"]), inner),
    max_leaves=10,
)
lines = st.one_of(values.map(json.dumps).map(str.encode), st.binary(max_size=50), st.just(b""))
schemathesis.openapi.media_type(ndjson, st.lists(lines, max_size=20).map(b"\n".join))


@schemathesis.serializer(ndjson)
def serialize(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@schemathesis.check
def one_outcome_a_line(ctx, response, case):
    """The answer of a stream has an outcome for each line that is not blank."""
    if case.operation.path != "/score/stream" or response.status_code != 200 or not isinstance(case.body, bytes):
        return
    outcomes = [json.loads(line) for line in response.content.splitlines()]
    asked = [line for line in case.body.split(b"\n") if line.strip(b" \t\r")]
    assert len(outcomes) == len(asked), f"{len(asked)} lines, {len(outcomes)} outcomes"
    for outcome in outcomes:
        assert outcome["status"] in ("fulfilled", "rejected"), outcome
        assert outcome["status"] == "fulfilled" or outcome["reason"]["status"] < 500, outcome


@schemathesis.hook
def filter_case(context, case):
    """Of the steps of a canary, the schema cannot say that each is above the one before."""
    body = case.body
    canary = body.get("canary") if isinstance(body, dict) else None
    steps = canary.get("steps") if isinstance(canary, dict) else None
    if not isinstance(steps, list) or not all(type(step) in (int, float) for step in steps):
        return True
    return all(before < step for before, step in zip(steps, steps[1:]))
