"""Runs the Python of docs/models.md, by its headings, and has the runtime load what comes out:

.venv/current/bin/python check_recipes.py XGBoost LightGBM CatBoost scikit-learn
.venv/torch/bin/python check_recipes.py PyTorch
KERAS_BACKEND=tensorflow .venv/keras/bin/python check_recipes.py Keras
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import onnxruntime

from data import FILE

text = (Path(__file__).parents[2] / "docs/models.md").read_text()
for heading in sys.argv[1:]:
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL).group(1)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "transactions.csv").symlink_to(FILE)
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        session = onnxruntime.InferenceSession(str(Path(folder) / "model.onnx"), providers=["CPUExecutionProvider"])
        inputs = [f"{value.name} {value.type} {value.shape}" for value in session.get_inputs()]
        outputs = [f"{value.name} {value.type} {value.shape}" for value in session.get_outputs()]
        files = sorted(path.name for path in Path(folder).iterdir())
    print(f"{heading}: {len(code.splitlines())} lines; {'; '.join(inputs)} -> {'; '.join(outputs)}; {', '.join(files)}")
