/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of configurations without their secrets: whoever has the address of a webhook can post. */
#pragma once
#include <stddef.h>
#include "user/buf.h"

/*
 * Values of keys that name a secret (webhookurl, apikey, password, token ...; all below
 * customheaders) as ***, in YAML, in key=value and in addresses: //user:***@host.
 */
void mask_secrets(struct buf *out, const char *text, size_t len);
