/* SPDX-License-Identifier: Apache-2.0 */
#include "user/undelivered.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "user/log.h"

#define FIRST_S	 1  /* losses seldom come alone */
#define PERIOD_S 30 /* ... and what is said of them must not be what fills the queues */

static void set_timer(struct undelivered *u, int seconds)
{
	struct itimerspec once = {.it_value.tv_sec = seconds};

	timerfd_settime(u->timer.fd, 0, &once, NULL);
}

/* Until the timer goes off, losses wake nobody. */
static void on_losses(void *ctx, uint32_t events)
{
	struct undelivered *u = ctx;

	reader_change(u->reader, &u->losses, 0);
	set_timer(u, FIRST_S);
}

static bool are_there(const struct undelivered *u)
{
	struct pollfd p = {.fd = u->losses.fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

/* Goes on as long as there are losses in every period. */
static void on_timer(void *ctx, uint32_t events)
{
	struct undelivered *u = ctx;
	uint64_t n;

	if (read(u->timer.fd, &n, sizeof(n)) != sizeof(n))
		return;
	if (are_there(u)) {
		outcomes_take(u->tell, u->ctx);
		set_timer(u, PERIOD_S);
	} else {
		reader_change(u->reader, &u->losses, EPOLLIN);
	}
}

void undelivered_open(struct undelivered *u, struct reader *reader,
		      void (*tell)(void *ctx, const char *output,
				   const struct outcomes_loss *losses),
		      void *ctx)
{
	int err;

	*u = (struct undelivered){
		.reader = reader,
		.tell = tell,
		.ctx = ctx,
		.losses = {outcomes_fd(), on_losses, u},
		.timer = {timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), on_timer, u},
	};
	err = u->losses.fd < 0 || u->timer.fd < 0 ? -errno : 0;
	if (!err)
		err = reader_add(reader, &u->losses, EPOLLIN);
	if (!err)
		err = reader_add(reader, &u->timer, EPOLLIN);
	if (err)
		log_warn("alerts that are not delivered are only counted: %s", strerror(-err));
}

void undelivered_close(struct undelivered *u)
{
	reader_remove(u->reader, &u->losses);
	reader_remove(u->reader, &u->timer);
	if (u->timer.fd >= 0)
		close(u->timer.fd);
	u->timer.fd = -1;
}
