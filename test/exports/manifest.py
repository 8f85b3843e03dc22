"""Lists the folders of fixtures in fixtures/manifest.json, from what each says of itself."""

import hashlib
import json

from fixture import FIXTURES

folders = {}
for folder in sorted(path for path in FIXTURES.iterdir() if path.is_dir()):
    expected = json.loads((folder / "expected.json").read_text())
    folders[folder.name] = {
        "about": expected["about"],
        "exporter": expected["exporter"],
        "form": expected["form"],
        "missing": "rowsWithMissing" in expected["expected"],
        "differs": expected["differs"],
        "sha256": {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(folder.iterdir())
            if file.name.startswith("model.onnx")
        },
    }
(FIXTURES / "manifest.json").write_text(json.dumps(folders, indent=1) + "\n")
size = sum(file.stat().st_size for file in FIXTURES.rglob("*") if file.is_file())
print(f"{len(folders)} folders, {size / 1e6:.2f} MB")
