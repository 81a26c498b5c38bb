#!/usr/bin/env bash
# What do tests need beyond Python packages? Chromium, for the tests that open a report in a browser.
# Installs it where it is missing; does nothing, quickly, where it is there.
set -euo pipefail

have_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

if have_chromium >/dev/null; then
    echo "Chromium: $(have_chromium | head -n 1)"
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    echo "Chromium is missing and this is no Debian; install Chromium or Google Chrome so that one of the" >&2
    echo "commands chromium, chromium-browser, google-chrome is on the PATH, then run this script again." >&2
    exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Chromium is missing; as root run: apt-get install --no-install-recommends chromium" >&2
        exit 1
    fi
    as_root=(sudo)
fi

export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update --quiet
"${as_root[@]}" apt-get install --yes --quiet --no-install-recommends chromium fonts-liberation
echo "Chromium: $(have_chromium | head -n 1)"
