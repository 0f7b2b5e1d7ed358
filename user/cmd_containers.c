/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel containers: which containers run here, what their runtimes know of them, and from where.
 */
#include "user/cmd.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/cgroup.h"
#include "user/config.h"
#include "user/json.h"
#include "user/procfs.h"
#include "user/runtime.h"
#include "user/runtime_cgroup.h"

static struct {
	const char *config;
	struct arg_list options;
	bool json;
} opt;

static const struct opt opts[] = {
	{"json", 0, OPT_FLAG, &opt.json, NULL,
	 "one JSON object a line, with all that is known of the container"},
	{"config", 'c', OPT_TEXT, &opt.config, "FILE",
	 "configuration; without it " CONFIG_FILE ", if it is there"},
	{"option", 'o', OPT_LIST, &opt.options, "KEY=VALUE",
	 "set a key of the configuration, such as container.docker.root"},
	{},
};

static const struct cmd cmd = {
	.name = "containers",
	.args = "[OPTION]...",
	.about =
		"Lists the containers that have processes on this host, and what their runtimes "
		"know\n"
		"of them: what rules and alerts get for container.name, k8s.ns.name and so on. "
		"Says\n"
		"which runtimes were looked for, so that a name that is missing can be explained.\n"
		"Needs to read the runtimes' state: root. Status 1: something could not be read.\n",
	.opts = opts,
};

/* ---- which there are ---- */

struct seen {
	char id[RUNTIME_NAME_MAX + 1];
	char *cgroup;
	bool sure;
	unsigned processes;
};

struct all {
	struct seen *v;
	size_t n;
};

static bool add_seen(struct all *a, const struct seen *s)
{
	struct seen *more;

	for (size_t i = 0; i < a->n; i++) {
		if (!strcmp(a->v[i].id, s->id) && !strcmp(a->v[i].cgroup, s->cgroup)) {
			a->v[i].processes++;
			return true;
		}
	}
	more = realloc(a->v, (a->n + 1) * sizeof(*more));
	if (!more)
		return false;
	a->v = more;
	more[a->n] = *s;
	more[a->n].cgroup = strdup(s->cgroup);
	return more[a->n++].cgroup;
}

static void free_all(struct all *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i].cgroup);
	free(a->v);
}

static bool look_at_process(struct all *a, uint32_t pid)
{
	struct procfs *p = procfs_open(pid, 0);
	struct seen s = {.processes = 1};
	struct cgroup_place place;
	bool ok = true;
	size_t len;
	const char *text = p ? procfs_file(p, "cgroup", &len) : NULL;

	if (text && cgroup_choose(text, len, &place)) {
		s.cgroup = strndup(place.path, place.path_len);
		if (s.cgroup && runtime_cgroup_id(s.cgroup, s.id, &s.sure))
			ok = add_seen(a, &s);
		free(s.cgroup);
	}
	procfs_free(&p);
	return ok;
}

static int by_id(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order ? order : strcmp(x->cgroup, y->cgroup);
}

static bool is_below(const char *path, const char *above)
{
	size_t n = strlen(above);

	return !strncmp(path, above, n) && path[n] == '/';
}

/* A container's cgroup and those that it has made below are one. */
static void drop_inner(struct all *a)
{
	size_t n = 0;

	if (!a->n)
		return;
	qsort(a->v, a->n, sizeof(*a->v), by_id);
	for (size_t i = 0; i < a->n; i++) {
		struct seen *last = n ? &a->v[n - 1] : NULL;

		if (last && !strcmp(last->id, a->v[i].id) &&
		    is_below(a->v[i].cgroup, last->cgroup)) {
			last->processes += a->v[i].processes;
			free(a->v[i].cgroup);
		} else {
			a->v[n++] = a->v[i];
		}
	}
	a->n = n;
}

static int find_all(struct all *a)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	bool ok = true;

	if (!proc)
		return -errno;
	while (ok && (d = readdir(proc))) {
		if (isdigit((unsigned char)*d->d_name))
			ok = look_at_process(a, strtoul(d->d_name, NULL, 10));
	}
	closedir(proc);
	drop_inner(a);
	return ok ? 0 : -ENOMEM;
}

/* ---- as JSON ---- */

static void text_member(struct buf *b, bool *first, const char *name, const char *s)
{
	if (!s)
		return;
	json_name(b, first, name);
	json_str(b, s, strlen(s));
}

static void bool_member(struct buf *b, bool *first, const char *name, enum answer a)
{
	if (a == ANSWER_UNKNOWN)
		return;
	json_name(b, first, name);
	buf_str(b, a == ANSWER_YES ? "true" : "false");
}

static void labels_member(struct buf *b, bool *first, const char *name,
			  const struct container_labels *l)
{
	bool inner = true;

	if (!l->known)
		return;
	json_name(b, first, name);
	buf_char(b, '{');
	for (size_t i = 0; i < l->n; i++) {
		json_name(b, &inner, l->v[i].name);
		if (l->v[i].value)
			json_str(b, l->v[i].value, strlen(l->v[i].value));
		else
			buf_str(b, "null");
	}
	buf_char(b, '}');
}

static void mounts_member(struct buf *b, bool *first, const struct container_info *info)
{
	if (!info->mounts_known)
		return;
	json_name(b, first, "mounts");
	buf_char(b, '[');
	for (size_t i = 0; i < info->n_mounts; i++) {
		const struct container_mount *m = &info->mounts[i];
		bool inner = true;

		buf_str(b, i ? ",{" : "{");
		text_member(b, &inner, "source", m->source);
		text_member(b, &inner, "destination", m->destination);
		text_member(b, &inner, "mode", m->mode);
		bool_member(b, &inner, "rdwr", m->rdwr ? ANSWER_YES : ANSWER_NO);
		text_member(b, &inner, "propagation", m->propagation);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static void pod_members(struct buf *b, bool *first, const struct container_pod *p)
{
	text_member(b, first, "pod", p->name);
	text_member(b, first, "pod_uid", p->uid);
	text_member(b, first, "namespace", p->namespace);
	text_member(b, first, "sandbox", p->sandbox);
	text_member(b, first, "pod_ip", p->ip);
	labels_member(b, first, "pod_labels", &p->labels);
}

static void print_json(const struct seen *s, const struct container_info *info, const char *why)
{
	struct buf b = {};
	bool first = true;

	buf_char(&b, '{');
	text_member(&b, &first, "id", s->id);
	text_member(&b, &first, "cgroup", s->cgroup);
	if (info) {
		text_member(&b, &first, "runtime", info->reader);
		text_member(&b, &first, "from", info->from);
		text_member(&b, &first, "name", info->name);
		text_member(&b, &first, "type", info->type);
		text_member(&b, &first, "image", info->image);
		text_member(&b, &first, "image_repository", info->image_repository);
		text_member(&b, &first, "image_tag", info->image_tag);
		text_member(&b, &first, "image_digest", info->image_digest);
		text_member(&b, &first, "image_id", info->image_id);
		text_member(&b, &first, "ip", info->ip);
		text_member(&b, &first, "healthcheck", info->healthcheck);
		bool_member(&b, &first, "privileged", info->privileged);
		bool_member(&b, &first, "host_pid", info->host_pid);
		bool_member(&b, &first, "host_network", info->host_network);
		bool_member(&b, &first, "host_ipc", info->host_ipc);
		labels_member(&b, &first, "labels", &info->labels);
		mounts_member(&b, &first, info);
		pod_members(&b, &first, &info->pod);
	}
	text_member(&b, &first, "problem", why);
	buf_str(&b, "}\n");
	fputs(buf_text(&b), stdout);
	buf_free(&b);
}

/* ---- as a table ---- */

/* Padded to width; bytes that could move the cursor are shown as JSON writes them. */
static void column(const char *text, size_t width)
{
	struct buf b = {};

	json_escape(&b, text ? text : "-", text ? strlen(text) : 1);
	printf("%-*s ", (int)width, b.len ? buf_text(&b) : "-");
	buf_free(&b);
}

static void print_row(const struct seen *s, const struct container_info *info, const char *why)
{
	char id[13], pod[300] = "-";

	snprintf(id, sizeof(id), "%.12s", s->id);
	if (info && info->pod.name)
		snprintf(pod, sizeof(pod), "%.50s%s%.200s",
			 info->pod.namespace ? info->pod.namespace : "",
			 info->pod.namespace ? "/" : "", info->pod.name);
	column(id, 13);
	column(info ? info->name : NULL, 24);
	column(info ? info->type : NULL, 11);
	column(info ? info->image : NULL, 32);
	column(pod, 28);
	column(info ? info->from : why, 0);
	putchar('\n');
}

/* ---- places ---- */

static void count(void *to, const char *id)
{
	++*(size_t *)to;
}

static void print_places(const struct runtime_roots *roots)
{
	for (size_t i = 0; i < n_runtimes; i++) {
		struct buf why = {};
		size_t n = 0;
		int err = runtimes[i]->list(roots, count, &n, &why);

		if (!err)
			fprintf(stderr, "%s: state of %zu containers\n", runtimes[i]->name, n);
		else
			fprintf(stderr, "%s: %s: %s\n", runtimes[i]->name, buf_text(&why),
				strerror(-err));
		buf_free(&why);
	}
}

/* ---- all ---- */

/* False if what there is of it could not be read. */
static bool show(const struct runtime_roots *roots, const struct seen *s)
{
	struct container_ref ref = {s->id, s->cgroup};
	struct container_info *info = NULL;
	struct buf why = {};
	int err = containers_read_info(roots, &ref, &info, &why);

	if (err == -ENOENT && s->sure)
		buf_str(&why, "no runtime knows it");
	if (!err || s->sure || err != -ENOENT)
		(opt.json ? print_json : print_row)(s, info, why.len ? buf_text(&why) : NULL);
	container_info_free(&info);
	buf_free(&why);
	return !err || err == -ENOENT;
}

int cmd_containers(int argc, char **argv)
{
	int err = cmd_parse(&cmd, argc, argv, NULL), status = EXIT_OK;
	struct runtime_roots roots;
	struct config config = {};
	struct all all = {};

	if (!err)
		err = config_load(&config, opt.config, opt.options.v, opt.options.n);
	else
		status = EXIT_USAGE;
	arg_list_free(&opt.options);
	if (err)
		return status ? status : EXIT_FAIL;
	runtime_roots_set(&roots, &config);
	err = find_all(&all);
	if (err)
		log_error("/proc cannot be read: %s", strerror(-err));
	else if (!opt.json)
		printf("%-13s %-24s %-11s %-32s %-28s %s\n", "ID", "NAME", "TYPE", "IMAGE", "POD",
		       "FROM");
	for (size_t i = 0; i < all.n && !err; i++) {
		if (!show(&roots, &all.v[i]))
			status = EXIT_FAIL;
	}
	fflush(stdout);
	if (!err && !opt.json)
		print_places(&roots);
	free_all(&all);
	config_free(&config);
	return err ? EXIT_FAIL : status;
}
