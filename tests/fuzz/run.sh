#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh: every fuzzer for a fixed number of runs, from the same seeds with the same start of
# chance. With FUZZ_SECONDS: each for so long, chance as it comes, and what is found new is kept
# in the build directory for the next time. An input that ends badly is kept there too.
. "$(dirname "$0")/../harness/lib.sh"
fuzz=$B/fuzz
corpus=$fuzz/corpus
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1

# TARGET, runs of the bounded run, longest input
targets="rules:1500:4096 condition:4000:600 format:5000:300 event:4000:2000 image:8000:65536
	container:2000:20000"

TIERCEL=$TIERCEL "$TESTS/fuzz/seeds.sh" "$fuzz/seeds" || { not_ok "fuzz: seeds"; exit 1; }

fuzz_one() { # NAME RUNS LENGTH
	local limit=(-runs="$2" -seed=1) keep=$tmp/$1
	if [ -n "${FUZZ_SECONDS:-}" ]; then
		limit=(-max_total_time="$FUZZ_SECONDS")
		keep=$corpus/$1
	fi
	mkdir -p "$keep"
	"$fuzz/$1" "${limit[@]}" -max_len="$3" -timeout=10 -rss_limit_mb=1500 -dict="$fuzz/seeds/dictionary" \
		-print_final_stats=1 -artifact_prefix="$fuzz/$1-" "$keep" "$fuzz/seeds/$1" > "$tmp/$1.log" 2>&1
}

for target in $targets; do
	IFS=: read -r name runs length <<< "$target"
	if [ ! -x "$fuzz/$name" ]; then
		not_ok "fuzz/$name: it is not built"
	elif fuzz_one "$name" "$runs" "$length"; then
		ok "fuzz/$name: $(awk '/number_of_executed_units/ { print $2 }' "$tmp/$name.log") runs"
	else
		not_ok "fuzz/$name: $(grep -m1 -E 'ERROR|does not hold|runtime error' "$tmp/$name.log")"
		grep -v '^#[0-9]*.*\(NEW\|REDUCE\|pulse\)' "$tmp/$name.log" | tail -n 40 | sed 's/^/#   /'
	fi
done
suite_end
