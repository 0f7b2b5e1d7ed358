/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One attempt: test commands and rule actions are carried out one after the other, and after
 * each one the detector's marker program runs: alerts that come before the marker's are those of
 * the action. Knows nothing of how rules are loaded or results are shown.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "user/sandbox.h"
#include "user/try_actions.h"
#include "user/try_detector.h"
#include "user/try_report.h"

#define TRY_COMMANDS 4

struct try_session {
	struct try_command commands[TRY_COMMANDS];
	struct try_rule *rules; /* TRY_DONE where there is a plan to carry out, put in place
				 * already if that is to be on the host */
	struct try_plan *plans; /* of the same index */
	size_t n;
	bool watched; /* by the detector */
	struct try_actor actor, host_actor;
	char container[SHORT_SIZE]; /* container.id */
	struct sandbox sandbox;
	struct try_detector detector;
	/* the rest is private */
	unsigned marks;
	struct texts *alerts;
	const char *container_wanted;
};

/* Chooses the names of container and marker. 0 or -errno. */
int try_session_init(struct try_session *s);
/* Makes the container, in which s is seen as it is now. 0, or -errno after an error was logged. */
int try_session_start(struct try_session *s);
/* Does everything. 0, or -errno after an error was logged: then results are incomplete. */
int try_session_run(struct try_session *s);
/* Ends container and detector. */
void try_session_end(struct try_session *s);
/* For signal handlers: what is under way ends early. */
void try_session_interrupt(void);
