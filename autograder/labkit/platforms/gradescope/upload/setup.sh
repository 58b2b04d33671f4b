#!/usr/bin/env bash
# Makes the grading image: a virtual environment with just what grading imports, pinned by hash.
# Runs once, as root, when the autograder is built. No conda, no browser, no notebook server.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
ROOT="$(cd "$(dirname "$0")" && pwd)"
HOME_OF_ALL="$(dirname "$ROOT")"
VENV="$HOME_OF_ALL/venv"
BUILD="$(mktemp -d)"
DOING="looking for Python"
finish() {
  code=$?
  rm -rf "$BUILD"
  [ "$code" = 0 ] || echo "This image cannot grade: setup.sh stopped while $DOING. $ADVICE" >&2
}
ADVICE="The lines above say why; if it is the network, build the image again."
trap finish EXIT

install() {
  apt-get update -qq &&
    apt-get install -qq --no-install-recommends "$@" >"$BUILD/apt.log" &&
    rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/cache/apt/*.bin && return
  cat "$BUILD/apt.log"
  return 1
}

# The versions of Python that the locked packages have wheels for.
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; }

DOING="installing python3-venv with apt"
python3 -c 'import ensurepip, venv' 2>/dev/null || install python3 python3-venv ca-certificates

# uv installs by hash in seconds, and fetches a Python where the image's own does not fit (Ubuntu
# 22.04 has 3.10): not into /root, because student code, which runs as another user, needs it too.
DOING="installing uv with pip"
python3 -m venv "$BUILD/venv"
"$BUILD/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
  --only-binary :all: --require-hashes --requirement "$ROOT/uv.lock.txt"
uv() { "$BUILD/venv/bin/uv" --quiet --no-config --cache-dir "$BUILD/cache" "$@"; }
DOING="fetching a Python from 3.11 to 3.14"
if fits python3; then
  PYTHON="$(command -v python3)"
elif uv python install --install-dir "$HOME_OF_ALL/python" --no-bin 3.12; then
  PYTHON="$(echo "$HOME_OF_ALL"/python/cpython-3.12.*/bin/python3.12)"
else
  echo "uv could not fetch Python 3.12; taking Python 3.11 from the distribution instead."
  rm -rf "$HOME_OF_ALL/python"
  install python3.11
  PYTHON="$(command -v python3.11)"
fi
DOING="installing the locked packages with uv"
uv venv --clear --no-python-downloads --python "$PYTHON" "$VENV"
uv pip sync --no-build --require-hashes --python "$VENV/bin/python" "$ROOT/grading.lock.txt"

# Compiled now, once, because run_autograder writes nothing; what no submission imports stays as it is.
find "$VENV" -type d -name tests -prune -exec rm -rf {} +
# Every compiled part of fontTools lies there in Python, too: it saves a PDF, only slower.
find "$VENV" \( -path '*/fontTools/*.so' -o -name '*.[ach]' -o -name '*.py[ix]' -o -name '*.pxd' \) -delete
STDLIB="$("$VENV/bin/python" -c 'import os; print(os.path.dirname(os.__file__))')"
"$VENV/bin/python" -m compileall -q -j 0 -x '/(fontTools|lib2to3|test|idlelib|ensurepip)/' \
  "$VENV" "$ROOT/labkit" "$STDLIB" >/dev/null || true

DOING="grading the reference"
ADVICE="Build the zip again with labkit build and upload the new one."
# Student code runs as another user: nothing of the kit may be open to it.
chmod -R go-rwx "$ROOT"
"$VENV/bin/python" -s "$ROOT/run_labkit.py" --try
