#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# table.sh: evasions.tsv as README.md shows it.
#
#   table.sh            prints the table
#   table.sh --write    puts it into README.md, behind the line that starts with <!--
#   table.sh --check    says where README.md differs, or nothing
set -eu
cd "$(dirname "$0")"

table() {
	awk -F '\t' '
		function cell(text) { gsub(/\|/, "\\|", text); return text }
		/^## / {
			printf "\n### %s\n\n| test | attack | where | outcome |\n|---|---|---|---|\n", substr($0, 4)
			next
		}
		/^#/ || !NF { next }
		{
			n[$2]++
			total++
			where["box"] = "container"; where["host"] = "host"; where["both"] = "container, host"
			where["race"] = "container"; where["agent"] = "detector"
			where["suite"] = "`" $5 "`"
			split($4, rules, "|")
			by = $2 == "out" ? "**out of reach**" : $2 ": " cell(rules[1])
			printf "| `%s` | %s | %s | %s |\n", $1, cell($6), where[$3], by
		}
		END {
			printf "\n%d attacks: %d detected, %d reported, %d out of reach.\n", total,
				n["detected"], n["reported"], n["out"]
		}' evasions.tsv
}

head_of_readme() { sed '/^<!--/q' README.md; }

case ${1:-} in
"") table ;;
--write)
	{ head_of_readme; table; } > README.new
	mv README.new README.md
	;;
--check) { head_of_readme; table; } | diff - README.md || true ;;
*) echo "table.sh: no option $1" >&2; exit 2 ;;
esac
