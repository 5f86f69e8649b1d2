#!/usr/bin/env bash
# The same files through tieline and through what people write otherwise: seconds, memory, wrong verdicts. Ratios hold only
# within one run: machines are shared. Installs the peers into a throw-away environment.
# Usage: crates/bench/peers/run.sh [CONTACTS [SEED [ROUNDS [fast]]]]    fast: without those that read phones one by one
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
size="${1:-100000}" seed="${2:-1}" rounds="${3:-3}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/peers"
"$folder/peers/bin/pip" install --quiet --disable-pip-version-check \
  polars==2.1.0 duckdb==2.0.0 pandas==3.1.1 phonenumbers==9.0.43 pyarrow==26.0.1
(cd "$here/../../.." && cargo build --quiet --release -p bench)
bench="$(cd "$here/../../.." && cargo metadata --no-deps --format-version 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)["target_directory"])')/release/bench"
"$bench" make "$folder" "$size" "$seed"

# One process, its wall seconds and highest resident memory.
timed() {
  python3 - "$@" <<'PYTHON'
import os, resource, subprocess, sys, time
began = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(f"{time.monotonic() - began:.3f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}")
PYTHON
}

peer() { timed "$folder/peers/bin/python" "$here/$1_merge.py" "$folder" "$2" "$folder/$1-$2.csv" 2>/dev/null; }

names=(tieline "polars sql" "duck sql")
[ "${4:-}" = fast ] || names+=("polars udf" "duck udf" "pandas udf" "pyloop udf")
for round in $(seq "$rounds"); do
  for name in "${names[@]}"; do
    # The slow ones once: what matters of them is the order of magnitude.
    if [ "$round" -gt 1 ] && [[ "$name" == *udf ]]; then continue; fi
    if [ "$name" = tieline ]; then result="$(timed "$bench" plan "$folder")"; else result="$(peer $name)"; fi
    echo "$result" >>"$folder/${name// /-}.times"
  done
done

median() { sort -n "$1" | awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }'; }

echo
echo "$size contacts, seed $seed, median of $rounds rounds (1 for udf)"
printf '%-28s %9s %9s %9s  %s\n' "" "seconds" "x tieline" "MiB" "wrong verdicts"
ours="$(median "$folder/tieline.times" | cut -d' ' -f1)"
for name in "${names[@]}"; do
  read -r seconds memory < <(median "$folder/${name// /-}.times")
  if [ "$name" = tieline ]; then wrong="$("$bench" check "$folder" | head -1 | cut -d' ' -f1)"; else
    wrong="$("$folder/peers/bin/python" "$here/compare.py" "$folder/truth.csv" "$folder/${name// /-}.csv")"
  fi
  printf '%-28s %9.2f %9.2f %9d  %s\n' "$name" "$seconds" "$(awk "BEGIN { print $seconds / $ours }")" "$memory" "$wrong"
done
