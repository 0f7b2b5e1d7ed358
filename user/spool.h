/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that wait on disk, in order, in a directory of their own: segments of records with
 * checksums, and a cursor that says what was delivered. A message that spool_append() has taken
 * survives the end of the program in whatever way; after the loss of power, those of the last
 * second may be missing or, like the one that was under way, come twice.
 *
 * One thread may append while another one reads.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool;

/* The directory is made if need be (its parents, too). 0 or -errno. */
int spool_prepare(const char *dir);

/* Counts what is there. max: bytes on disk. 0, -EWOULDBLOCK if another one has it open, or another
 * -errno. */
int spool_open(struct spool **s, const char *dir, uint64_t max);
void spool_close(struct spool **s);

/* -ENOSPC also if there would be more than max bytes. Nothing was written after an error. */
int spool_append(struct spool *s, const void *data, size_t len);
/* To the disk itself. */
int spool_sync(struct spool *s);

/* A copy of the first message, which the caller frees. 0, -ENOENT if there is none, or -errno.
 * damaged counts up by the parts that are broken and were passed over. */
int spool_first(struct spool *s, void **data, size_t *len, uint64_t *damaged);
/* The first one is delivered. */
int spool_done(struct spool *s);

/* These two do not wait for the disk. */
uint64_t spool_waiting(const struct spool *s); /* messages */
uint64_t spool_bytes(const struct spool *s);
