#!/usr/bin/env bash
# Prints the Debian packages that a program needs to run, from the libraries it is linked with:
# what the image installs. Run it where the program was built.
set -euo pipefail
program=$1

# Certificates for receivers with public names, zones for TZ.
printf '%s\n' ca-certificates tzdata

# What these need in their turn, apt knows.
mapfile -t linked < <(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p')
for library in "${linked[@]}"; do
  path=$(ldd "$program" | awk -v name="$library" '$1 == name { print $3 }')
  # The loader says /lib where the package may say /usr/lib.
  owner=$(dpkg -S "$path" 2>/dev/null || dpkg -S "/usr$path")
  echo "${owner%%:*}"
done | sort -u
