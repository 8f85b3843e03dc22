#!/bin/sh
# Makes all fixtures anew: environments, features, models. By hand; about 10 minutes, most of them for packages (the PyTorch of PyPI is 4 GB).
set -e
cd "$(dirname "$0")"
for environment in current older torch keras; do
  if [ ! -d ".venv/$environment" ]; then
    "${PYTHON:-python3}" -m venv ".venv/$environment"
    ".venv/$environment/bin/pip" install -q -r "requirements/$environment.txt"
  fi
done
mkdir -p ../../.cache/exports
(cd ../.. && npx tsx test/exports/write-features.ts .cache/exports/features.csv)
rm -rf fixtures
for models in sklearn_models sklearn_pipelines xgboost_models lightgbm_models; do
  .venv/current/bin/python -W ignore "$models.py"
  .venv/older/bin/python -W ignore "$models.py" older
done
.venv/current/bin/python -W ignore catboost_models.py
.venv/torch/bin/python -W ignore torch_models.py
.venv/torch/bin/python -W ignore keras_models.py torch
.venv/keras/bin/python -W ignore keras_models.py tensorflow
.venv/current/bin/python manifest.py
