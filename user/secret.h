/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets on the command line: others see it in /proc. */
#pragma once
#include "user/cmd.h"

struct texts;

/* Overwrites the values of those key=value that hold one, see user/mask.h: options, which point
 * there, are copies then, owned by kept. 0 or -ENOMEM. */
int secret_hide(struct arg_list *options, struct texts *kept);
