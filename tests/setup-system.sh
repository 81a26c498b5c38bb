#!/usr/bin/env bash
# What do tests need beyond Python packages? Chromium, for the tests that open a report in a browser, and
# WordNet, for the tests of attacks that replace words. Installs what is missing; does nothing, quickly, where
# both are there. Tests that need WordNet are skipped without it; Chromium is demanded.
set -euo pipefail

chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

wordnet() {
    test -f /usr/share/wordnet/data.noun -a -f /usr/share/wordnet/index.sense
}

missing=()
chromium >/dev/null || missing+=(chromium fonts-liberation)
wordnet || missing+=(wordnet-base wordnet-sense-index)

if [ "${#missing[@]}" -gt 0 ] && ! command -v apt-get >/dev/null; then
    echo "This is no Debian. Install Chromium or Google Chrome so that one of the commands chromium," >&2
    echo "chromium-browser, google-chrome is on the PATH; bring WordNet with \`audit fetch wordnet\`." >&2
    chromium >/dev/null || exit 1
    missing=()
fi

if [ "${#missing[@]}" -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "As root run: apt-get install --no-install-recommends ${missing[*]}" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update --quiet
    "${as_root[@]}" apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
fi

echo "Chromium: $(chromium | head -n 1)"
if wordnet; then echo "WordNet: /usr/share/wordnet"; fi
