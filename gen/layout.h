/* SPDX-License-Identifier: Apache-2.0 */
/* A finished plan to the bytes of an image. */
#pragma once
#include "gen/image.h"
#include "gen/plan.h"

/* 0, -E2BIG if the kernel's part would be larger than IMAGE_MAX, or -ENOMEM. */
int layout(const struct plan *p, struct image *out);
/* FNV-1a over what img_head.checksum covers. */
__u64 image_sum(const void *data, size_t size);
