# SPDX-License-Identifier: Apache-2.0
# Of a disassembly with relocations (llvm-objdump -dr): for each program of the names in -v programs,
# the chain of calls that needs the most stack, and the one with the most frames, as the verifier
# counts them: each function rounded up to 32 bytes, whatever kernel it runs on.
function name_of(line) {
	sub(/^[0-9a-f]+ </, "", line)
	sub(/>:$/, "", line)
	return line
}

function uses(depth) {
	if (depth <= 512 && depth > own[current])
		own[current] = depth
}

/^[0-9a-f]+ <LBB/ { next }

/^[0-9a-f]+ <.*>:$/ {
	current = name_of($0)
	known[current] = 1
	delete frame
	next
}

# r10 - 40: an access; rN = r10 and then rN += -40: an address.
match($0, /r10 - [0-9]+/) { uses(substr($0, RSTART + 6, RLENGTH - 6) + 0) }

match($0, /r[0-9] = r10$/) {
	frame[substr($0, RSTART, 2)] = 1
	next
}

match($0, /r[0-9] \+= -[0-9]+$/) {
	if (frame[substr($0, RSTART, 2)])
		uses(substr($0, RSTART + 7) + 0)
}

match($0, /\t(r|w)[0-9] [^ ]*= /) { frame["r" substr($0, RSTART + 2, 1)] = 0 }

/R_BPF_64_32/ { calls[current] = calls[current] " " $NF }

function round(n) { return int(((n > 1 ? n : 1) + 31) / 32) * 32 }

# Bytes from f on; deepest[f] and frames[f] remember, path[f] says by which way.
function walk(f,   n, i, callee, most, longest, way) {
	if (f in deepest)
		return
	deepest[f] = frames[f] = 0 # a function that calls itself does not load
	n = split(calls[f], callee, " ")
	for (i = 1; i <= n; i++) {
		if (callee[i] ~ /^bpf_/) # of the kernel: it has a stack of its own
			continue
		if (!(callee[i] in known)) {
			print "not ok - stack: " f " calls " callee[i] ", which is no function of its own"
			continue
		}
		walk(callee[i])
		if (deepest[callee[i]] > most) {
			most = deepest[callee[i]]
			way = path[callee[i]]
		}
		if (frames[callee[i]] > longest)
			longest = frames[callee[i]]
	}
	deepest[f] = round(own[f]) + most
	frames[f] = 1 + longest
	path[f] = f " " round(own[f]) (way ? ", " way : "")
}

END {
	n = split(programs, program, " ")
	for (i = 1; i <= n; i++) {
		f = program[i]
		if (!(f in known)) {
			print "not ok - stack: there is no program " f
			continue
		}
		walk(f)
		bad = deepest[f] > 512 || frames[f] > 8
		printf "%sok - stack: %s: %d of 512 bytes, %d of 8 frames\n", bad ? "not " : "", f, deepest[f], frames[f]
		if (bad)
			print "    " path[f]
		all_bad = all_bad || bad
	}
	exit n == 0
}
