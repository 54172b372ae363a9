set shell := ["bash", "-euo", "pipefail", "-c"]

python := env("ZWGK_PYTHON", "python3")
bin := ".venv/bin"

# What can be done here
default:
    @just --list --unsorted

# Install everything into .venv, from the lock, checked by hashes
install:
    @{{ bin }}/python -c "import pathlib,sys; sys.exit(pathlib.Path('.venv/.installed').read_bytes() != pathlib.Path('requirements.lock').read_bytes())" 2>/dev/null || {{ just_executable() }} _install

_install:
    {{ python }} -m venv .venv
    {{ bin }}/pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
    {{ bin }}/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
    {{ bin }}/python -m compileall -q -j 0 kernel contracts chassis services cli sample
    cp requirements.lock .venv/.installed

# Run the whole platform on this machine; `just up --help` shows the options
up *ARGS: install
    @exec {{ bin }}/zwgk up {{ ARGS }}

# Run the tests, on all cores
test *ARGS: install
    {{ bin }}/python -m pytest -q --numprocesses auto --maxprocesses 8 --no-loadscope-reorder {{ ARGS }}

# Style, types, layers
lint: install
    {{ bin }}/ruff check .
    {{ bin }}/ruff format --check .
    {{ bin }}/mypy
    {{ bin }}/lint-imports

# The long failure tests: kill -9 of services, of NATS, of the database, under load
faults *ARGS: install
    {{ bin }}/python -m pytest -q -m faults {{ ARGS }}

# Measurements, as ratios to a hand-written limit in the same run
bench *ARGS: install
    {{ bin }}/python -m bench {{ ARGS }}

# Write the lock files anew from pyproject.toml
lock: install
    {{ bin }}/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras pyproject.toml -o requirements.lock
    {{ bin }}/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o deploy/requirements.lock
    echo 'hatchling>=1.27' | {{ bin }}/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header - -o deploy/build.lock

# Generated files: schemas, AsyncAPI, NATS configuration, event and command documentation
generate: install
    {{ bin }}/zwgk contracts generate
