#!/bin/sh
# Create .venv from requirements.lock, or mend one that is out of date, half made or moved.
#
# `make` runs this before every command that needs the environment; when nothing has changed it
# costs a few hundredths of a second. It uses uv where uv is installed, else venv and pip.
set -eu
cd "$(dirname "$0")"

# Packages are compiled once, at installation. A machine that forbids this would compile all of
# pandas and matplotlib again at every start. PYTHONPATH could shadow what is to be installed.
unset PYTHONDONTWRITEBYTECODE PYTHONPATH

fail() {
    echo "setup: $1" >&2
    exit 1
}

# Print the name of the first Python that can make the environment: new enough, and with venv
# complete (some Linux distributions package a part of it separately).
find_python() {
    unfit=
    for name in python3 python3.13 python3.12 python3.11; do
        "$name" -c '' 2>/dev/null || continue
        if ! "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            unfit="$unfit; $name is older"
        elif ! "$name" -c 'import ensurepip, venv' 2>/dev/null; then
            unfit="$unfit; $name lacks venv (on Debian and Ubuntu: apt install $name-venv)"
        else
            echo "$name"
            return
        fi
    done
    fail "Python 3.11 or newer with its venv module is needed${unfit:-; no python3 was found}."
}

install_lock() {
    if [ "$installer" = uv ]; then
        uv venv --quiet --python '>=3.11' .venv &&
            uv pip install --quiet --python .venv/bin/python --require-hashes \
                --compile-bytecode -r requirements.lock
    else
        python=$(find_python) || exit 1
        "$python" -m venv .venv &&
            .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
                --compile -r requirements.lock
    fi
}

# The build backend is in the lock, so that nothing is fetched here.
install_project() {
    if [ "$installer" = uv ]; then
        uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
    else
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
            --no-build-isolation -e .
    fi
}

is_current() { # stamp file, what it should say
    [ "$(cat "$1" 2>/dev/null)" = "$2" ] && .venv/bin/python -c '' 2>/dev/null
}

if command -v uv >/dev/null; then installer=uv; else installer=pip; fi
# A virtual environment holds its own absolute path: once moved, it is out of date too.
lock_state="$(cksum <requirements.lock) $installer $(pwd -P)"
project_state="$(cksum <pyproject.toml)"

if ! is_current .venv/lock.stamp "$lock_state"; then
    echo "setup: installing requirements.lock into .venv with $installer (once; up to two minutes)"
    rm -rf .venv
    install_lock || fail "requirements.lock could not be installed (see above); the next run starts afresh."
    # The notebooks run on this interpreter, named by its path, whatever else is installed.
    .venv/bin/python -m ipykernel install --sys-prefix >/dev/null
    echo "$lock_state" >.venv/lock.stamp
fi

if ! is_current .venv/project.stamp "$project_state"; then
    install_project || fail "the package itself could not be installed (see above)."
    echo "$project_state" >.venv/project.stamp
fi
