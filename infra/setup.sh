#!/usr/bin/env bash
# Sets up everything the Makefile needs, inside this folder only: uv, a Python, and the locked packages.
set -euo pipefail
cd "$(dirname "$0")/.."
export PIP_ROOT_USER_ACTION=ignore
say() { printf 'setup: %s\n' "$*"; }

uv_requirement=infra/uv.txt
# The Makefile puts .tools first: found there, the link to uv would be made to lead to itself.
PATH=${PATH//"$PWD/.tools:"/}

find_uv() {
    if command -v uv >/dev/null; then command -v uv; return; fi
    local target=.tools/uv-package
    if [ ! -x "$target/bin/uv" ]; then
        say "fetching uv from the package index" >&2
        if python3 -m pip --version >/dev/null 2>&1; then
            python3 -m pip install --quiet --disable-pip-version-check --target "$target" --require-hashes -r "$uv_requirement" >&2
        elif python3 -m venv .tools/bootstrap >/dev/null 2>&1; then
            .tools/bootstrap/bin/pip install --quiet --target "$target" --require-hashes -r "$uv_requirement" >&2
        else
            say "python3 has neither pip nor venv here; install one of them (Debian: apt-get install python3-venv) or uv itself, then run make again" >&2
            exit 1
        fi
    fi
    echo "$PWD/$target/bin/uv"
}

# pyenv keeps interpreters where uv does not look unless they are switched on.
for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[123].*/bin; do
    [ -d "$folder" ] && PATH="$PATH:$folder"
done

# The Lambda runtime's version first; the next ones only where it cannot be had.
find_python() {
    local uv=$1 version
    for version in 3.13 3.12 3.11; do
        "$uv" python find --no-project "$version" 2>/dev/null && return
        "$uv" python install --quiet "$version" >/dev/null 2>&1 && "$uv" python find --no-project "$version" && return
    done
    say "no Python 3.11, 3.12 or 3.13 here, and none could be fetched; install one and run make again" >&2
    exit 1
}

mkdir -p .tools
uv=$(find_uv)
ln -sf "$uv" .tools/uv
python=$(find_python "$uv")
if [ ! -x .venv/bin/python ]; then
    "$uv" venv --quiet --no-project --python "$python" .venv
fi
say "using $(.venv/bin/python --version) ($python)"
"$uv" pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes requirements.lock
touch .venv/ready
