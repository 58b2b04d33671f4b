#!/usr/bin/env bash
# Makes the grading image: a virtual environment with just what grading imports, pinned by hash.
# Runs once, as root, when the autograder is built. No conda, no browser, no notebook server.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
ROOT="$(cd "$(dirname "$0")" && pwd)"
VENV="${LABKIT_VENV:-/autograder/venv}"

need() { command -v "$1" >/dev/null 2>&1; }
if ! need python3 || ! python3 -m venv --help >/dev/null 2>&1 || ! python3 -c 'import ensurepip' 2>/dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends python3 python3-venv ca-certificates
fi

# uv installs by hash in seconds, and fetches a Python where the image's own is too old.
BUILD="$(mktemp -d)"
python3 -m venv "$BUILD"
"$BUILD/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
  --require-hashes --requirement "$ROOT/uv.lock.txt"
"$BUILD/bin/uv" venv --quiet --seed --clear --python '>=3.11' "$VENV"
"$BUILD/bin/uv" pip sync --quiet --compile-bytecode --require-hashes --python "$VENV/bin/python" \
  "$ROOT/grading.lock.txt"
"$BUILD/bin/uv" cache clean --quiet || true
rm -rf "$BUILD" /root/.cache/uv

# Student code runs as another user: nothing of the kit may be open to it.
chmod -R go-rwx "$ROOT"
"$VENV/bin/python" -c 'import numpy, matplotlib, pyseccomp; print("ready: NumPy", numpy.__version__)'
