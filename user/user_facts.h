/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules ask about names of users and groups, told to the kernel: learned from the first
 * record of a user in a container, forgotten when the host's files change or after a while.
 */
#pragma once
#include "gen/facts.h"
#include "user/reader.h"
#include "user/record.h"

struct user_facts_of;

struct user_facts_options {
	int map;	     /* descriptor of the kernel's map */
	struct users *users; /* whose names are forgotten too; NULL: none */
	char etc[512];	     /* directory of the host's passwd and group */
	struct reader *reader;
};

/* 0 or -errno. What o points to must outlive it. */
int user_facts_open(struct user_facts_of **out, const struct user_facts_options *o);
void user_facts_close(struct user_facts_of **u);
/* The kernel will go by facts, with this generation; watches files from the first policy on that
 * asks for names. */
void user_facts_policy(struct user_facts_of *u, const struct facts_of *facts);
/* A record whose user was not known: decides what the rules of its policy ask and tells the kernel.
 * 0, also if something is not known, or -errno. */
int user_facts_learn(struct user_facts_of *u, const struct facts_of *facts,
		     const struct record_event *e);
