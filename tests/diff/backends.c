/* SPDX-License-Identifier: Apache-2.0 */
/* Who is compared with the interpreter. */
#include "tests/diff/diff.h"

const struct backend *const backends[] = {
	&host_backend,
	&kernel_backend,
};
const size_t n_backends = sizeof(backends) / sizeof(backends[0]);
