#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tree.sh: what must hold of the sources themselves. One line per check.
cd "$(dirname "$0")/../.." || exit 2
bad=0
# shellcheck disable=SC2317
say() { # NAME, what was found (nothing: ok)
	if [ -z "$2" ]; then
		echo "ok - $1"
	else
		bad=1
		echo "not ok - $1"
		printf '%s\n' "$2" | sed 's/^/    /' | head -20
	fi
}
sources() {
	find kern gen user tests \( -name '*.c' -o -name '*.h' -o -name '*.def' \) "$@"
}

say "kern includes only kern" \
	"$(grep -n '#include "\(gen\|user\|tests\)/' $(find kern -name '*.[ch]'))"
say "gen includes only gen and kern" \
	"$(grep -n '#include "\(user\|tests\)/' $(find gen -name '*.[ch]'))"
say "gen takes of kern only the contract and the pure headers" \
	"$(grep -n '#include "kern/' $(find gen -name '*.[ch]') |
		grep -vE 'kern/(abi|img|match|decide)\.h|kern/[a-z]+\.def')"
say "every file has its licence in its first line" \
	"$(for f in $(sources); do head -2 "$f" | grep -q SPDX-License-Identifier || echo "$f"; done)"
say "kern is under its own licence" \
	"$(grep -L 'GPL-2.0-only OR BSD-2-Clause' $(find kern tests/bpf -name '*.[ch]' -o -name '*.def'))"
say "no C file is longer than 700 lines" \
	"$(sources -exec wc -l {} + | awk '$2 != "total" && $1 > 700')"
say "nothing is left to do" \
	"$(grep -nE '\b(TODO|FIXME|XXX)\b' $(sources) | grep -v tests/check)"
say "the table of evasions is the one of its README (tests/evasion/table.sh --write)" \
	"$(tests/evasion/table.sh --check)"
# Names of metrics in a dashboard: words that begin so.
say "every metric of a dashboard exists" \
	"$(grep -ohE '(falcosecurity|tiercel)_[a-z_]+' chart/dashboards/*.json | sort -u | while read -r name; do
		grep -q "^METRIC([A-Z_]*, \"$name\"," user/metrics.def || echo "$name"
	done; grep -q 'tiercel_rule_alerts_total' chart/dashboards/tiercel.json || echo "no metric in the dashboard")"
if command -v jq > /dev/null; then
	say "dashboards are JSON" \
		"$(for f in chart/dashboards/*.json; do jq -e '.panels | length > 0' "$f" 2>&1 > /dev/null || echo "$f"; done)"
fi
if clang-format --version 2>/dev/null | grep -q 'version 14'; then
	say "make format changes nothing" \
		"$(find kern gen user tests -name '*.[ch]' |
			xargs clang-format --dry-run 2>&1 | grep warning: | cut -d: -f1 | sort -u)"
else
	echo "skip - make format changes nothing: clang-format 14 is not installed"
fi
exit $bad
