#!/bin/sh
# Refresh a sandbox with the Salesforce CLI, and bring its External Client App back when it is ready.
#
#   deploy/hooks/after-refresh.sh SANDBOX [PRODUCTION_ALIAS]
#
# SANDBOX is the sandbox's name, and the name of its table in orgs.toml. ORGS names another orgs file.
# TRIES and PAUSE say how often, and after how many seconds, a sandbox that is not ready yet is tried again.
set -eu

sandbox=${1:?usage: after-refresh.sh SANDBOX [PRODUCTION_ALIAS]}
production=${2:-production}

# 68 means that the CLI stopped waiting while the copy goes on: the job below knows when to leave it alone.
sf org refresh sandbox --name "$sandbox" --target-org "$production" --wait 240 --no-prompt || code=$?
case "${code:-0}" in 0 | 68) ;; *) exit "$code" ;; esac

tries=${TRIES:-24}
while :; do
    code=0
    ${PYTHON:-python3} -m automation.refresh_sandboxes --orgs "${ORGS:-orgs.toml}" --only "$sandbox" || code=$?
    tries=$((tries - 1))
    if [ "$code" -ne 75 ] || [ "$tries" -le 0 ]; then
        exit "$code"
    fi
    sleep "${PAUSE:-600}"
done
