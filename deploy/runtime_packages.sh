#!/usr/bin/env bash
# Prints the Debian packages that a program needs to run, from the libraries it is linked with:
# what the image installs. Run it where the program was built.
set -euo pipefail
program=$1

# Certificates for receivers with public names, zones for TZ.
printf '%s\n' ca-certificates tzdata

readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' | while read -r library; do
  # A pattern, since a library may be filed under /lib or /usr/lib.
  packages=$(dpkg -S "*/$library" | cut -d: -f1 | sort -u)
  if [[ $packages == *$'\n'* ]]; then
    echo "$0: $library is in several packages: ${packages//$'\n'/ }" >&2
    exit 1
  fi
  echo "$packages"
done | sort -u
