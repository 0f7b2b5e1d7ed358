# SPDX-License-Identifier: Apache-2.0
# Samples of scale.sh (lines of SERIES SIZE WHAT VALUE) to a table or, with -v svg=1, to a picture.

NF == 4 {
	key = $1 " " $2
	if (!(key in known)) {
		known[key] = 1
		order[++keys] = key
	}
	value[key, $3, ++n[key, $3]] = $4
}

# Sorts the samples of a key into s; how many.
function sort_of(key, what,   i, j, x, count) {
	count = n[key, what]
	for (i = 1; i <= count; i++) {
		x = value[key, what, i] + 0
		for (j = i - 1; j >= 1 && s[j] > x; j--)
			s[j + 1] = s[j]
		s[j + 1] = x
	}
	return count
}

# part: 0 the least, 0.5 the median, 1 the greatest
function at(key, what, part,   count) {
	count = sort_of(key, what)
	return count ? s[1 + int(part * (count - 1) + 0.5)] : 0
}

function cell(key, what, unit) {
	return sprintf("%9.2f %8.2f - %-8.2f", at(key, what, 0.5) / unit, at(key, what, 0) / unit,
		at(key, what, 1) / unit)
}

function table(   i, part) {
	printf "%-10s %7s  %9s %-19s  %9s %-19s  %8s %9s\n", "what", "number", "open us", "least - most", "exec us",
		"least - most", "load ms", "image KiB"
	for (i = 1; i <= keys; i++) {
		split(order[i], part, " ")
		printf "%-10s %7d  %s  %s", part[1], part[2], cell(order[i], "open", 1000), cell(order[i], "exec", 1000)
		if (n[order[i], "load"])
			printf "  %8.0f %9.0f", at(order[i], "load", 0.5), at(order[i], "image", 0.5) / 1024
		print ""
	}
}

# ---- the picture: one panel for opens and one for execs, sizes on a logarithmic axis ----

function log10(x) { return log(x) / log(10) }
function x_of(size) { return left + width * (log10(size) - 1) / 4 }
function y_of(v) { return top + height * (1 - v / most) }

function curve(series, what, colour,   i, part, points, v, x) {
	for (i = 1; i <= keys; i++) {
		split(order[i], part, " ")
		if (part[1] != series || !n[order[i], what])
			continue
		x = x_of(part[2])
		v = at(order[i], what, 0.5) / 1000
		points = points sprintf("%.1f,%.1f ", x, y_of(v))
		printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", x, y_of(v), colour
		printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-opacity=\"0.5\"/>\n", x,
			y_of(at(order[i], what, 0) / 1000), x, y_of(at(order[i], what, 1) / 1000), colour
	}
	printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n", points, colour
}

function text(x, y, anchor, words) {
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, words
}

function highest(what,   i, v, top_value) {
	for (i = 1; i <= keys; i++) {
		v = at(order[i], what, 1) / 1000
		if (v > top_value)
			top_value = v
	}
	return top_value * 1.05
}

function panel(what, from,   i, v) {
	top = from
	most = highest(what)
	text(left, top - 8, "start", what " without match, microseconds: medians, least to most")
	printf "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>\n", left, top, width, height
	for (i = 0; i <= 4; i++) {
		text(left - 6, y_of(most * i / 4) + 4, "end", sprintf("%.1f", most * i / 4))
		text(x_of(10 ^ (i + 1)), top + height + 16, "middle", 10 ^ (i + 1))
	}
	v = at("none 0", what, 0.5) / 1000
	printf "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#888\" stroke-dasharray=\"4\"/>\n", left, y_of(v),
		left + width, y_of(v)
	curve("rules", what, "#b5533c")
	curve("patterns", what, "#2f6f9f")
}

function picture() {
	left = 70
	width = 560
	height = 200
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"660\" height=\"560\" font-family=\"sans-serif\" font-size=\"12\">"
	print "<rect width=\"660\" height=\"560\" fill=\"#fff\"/>"
	panel("open", 40)
	panel("exec", 300)
	print "<g fill=\"#b5533c\">"
	text(left, 545, "start", "number of rules")
	print "</g><g fill=\"#2f6f9f\">"
	text(left + 120, 545, "start", "number of patterns of one rule")
	print "</g><g fill=\"#888\">"
	text(left + 320, 545, "start", "dashed: without a detector")
	print "</g></svg>"
}

END {
	if (svg)
		picture()
	else
		table()
}
