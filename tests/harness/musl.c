/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of a musl system, built with musl: there a C library's open is open(2) on x86-64,
 * as in Alpine images, and user names are looked up in /etc/passwd with it.
 *
 * musl cat FILE | touch FILE | whoami
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	FILE *f;

	if (argc == 2 && !strcmp(argv[1], "whoami"))
		return !getpwuid(getuid());
	if (argc != 3)
		return 2;
	f = fopen(argv[2], strcmp(argv[1], "touch") ? "r" : "a");
	return !f || fclose(f);
}
