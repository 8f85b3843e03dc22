"""The notebook's TorchScript, one thread: reads milliseconds a line, answers rows a second, until its input ends.

    torchscript.py BATCH_SIZE
"""

import sys
import time
import warnings
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "models" / "visa-fraud" / "training"))
sys.dont_write_bytecode = True

from network import FraudNetwork  # noqa: E402


def main() -> None:
    batch_size = int(sys.argv[1])
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.manual_seed(0)
    network = FraudNetwork().eval()
    batch = tuple(torch.randn(batch_size, size) for size in (50, 30, 20))
    # Traced, frozen and optimised, as in the notebook.
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(network, batch)))
        for _ in range(20):
            model(*batch)
        print("ready", flush=True)
        for line in sys.stdin:
            start = time.perf_counter()
            end = start + float(line) / 1000
            rows = 0
            while time.perf_counter() < end:
                model(*batch)
                rows += batch_size
            print(rows / (time.perf_counter() - start), flush=True)


main()
