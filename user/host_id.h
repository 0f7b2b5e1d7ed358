/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kern/abi.h"

/* An id for the host as if it were a container: 12 hexadecimal digits that stay the same, of
 * /etc/machine-id or else of its name. Padded with NUL. */
void host_container_id(char out[SHORT_SIZE]);
