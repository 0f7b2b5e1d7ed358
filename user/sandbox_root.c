/* SPDX-License-Identifier: Apache-2.0 */
#include "user/sandbox_root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "user/try_files.h"

/* All paths below are relative to the new root, which is the working directory, unless they
 * begin with a slash: then they are the host's. */
#define STAGE  "/tmp" /* hidden from this mount namespace alone */
#define LAYERS "layers"

struct file {
	const char *path;
	const char *text;
	mode_t mode;
};

static const struct file files[] = {
	{"etc/passwd",
	 "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n", 0644},
	{"etc/shadow", "root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n", 0640},
	{"etc/group", "root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n", 0644},
	{"etc/hosts", "127.0.0.1 localhost tiercel-try\n::1 localhost\n", 0644},
	{"etc/hostname", "tiercel-try\n", 0644},
	{"etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files\n", 0644},
	{"etc/resolv.conf", "", 0644},
	{"root/.ssh/id_rsa", "not a key: made by tiercel try\n", 0600},
	{"root/.bash_history", "echo made by tiercel try\n", 0600},
};

struct device {
	const char *path;
	unsigned minor_number;
	unsigned major_number;
};

static const struct device devices[] = {
	{"dev/null", 3, 1},   {"dev/zero", 5, 1},    {"dev/full", 7, 1},
	{"dev/random", 8, 1}, {"dev/urandom", 9, 1}, {"dev/tty", 0, 5},
};

static const char *const directories[] = {
	"dev", "dev/pts", "dev/shm", "etc", "home",    "proc",	  "root", "root/.ssh", "run",
	"srv", "sys",	  "tmp",     "var", "var/log", "var/tmp", "opt",  LAYERS,
};

static const char *const programs[] = {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"};

/* What the dynamic loader needs from /etc to find libraries. */
static const char *const loader_files[] = {"etc/ld.so.cache", "etc/ld.so.conf"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int make_directories(void)
{
	for (size_t i = 0; i < COUNT(directories); i++)
		if (mkdir(directories[i], 0755) && errno != EEXIST)
			return -errno;
	if (chmod("tmp", 01777) || chmod("var/tmp", 01777) || chmod("dev/shm", 01777) ||
	    chmod("root", 0700) || chmod("root/.ssh", 0700))
		return -errno;
	return 0;
}

static int make_files(void)
{
	for (size_t i = 0; i < COUNT(files); i++) {
		const struct file *f = &files[i];
		int err = try_file_write(f->path, f->text, strlen(f->text), f->mode);

		if (err)
			return err;
	}
	return 0;
}

/* In a user namespace no device can be made, but one can be shown at another place. */
static int make_device(const struct device *d)
{
	char host[64];
	int fd;

	if (!mknod(d->path, S_IFCHR | 0666, makedev(d->major_number, d->minor_number)))
		return chmod(d->path, 0666) ? -errno : 0;
	snprintf(host, sizeof(host), "/%s", d->path);
	fd = open(d->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	close(fd);
	return mount(host, d->path, NULL, MS_BIND, NULL) ? -errno : 0;
}

static int make_devices(void)
{
	for (size_t i = 0; i < COUNT(devices); i++) {
		int err = make_device(&devices[i]);

		if (err)
			return err;
	}
	if (symlink("/proc/self/fd", "dev/fd") || symlink("/proc/self/fd/0", "dev/stdin") ||
	    symlink("/proc/self/fd/1", "dev/stdout") || symlink("/proc/self/fd/2", "dev/stderr") ||
	    symlink("pts/ptmx", "dev/ptmx"))
		return -errno;
	if (mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		  "newinstance,ptmxmode=0666"))
		return -errno;
	return 0;
}

/* The host's directory below, changes in memory above. */
static int mount_layered(const char *name)
{
	char options[PATH_MAX], upper[64], work[64];

	snprintf(upper, sizeof(upper), LAYERS "/%s", name);
	snprintf(work, sizeof(work), LAYERS "/%s.work", name);
	if (mkdir(upper, 0755) || mkdir(work, 0755))
		return -errno;
	snprintf(options, sizeof(options), "lowerdir=/%s,upperdir=%s/%s,workdir=%s/%s", name, STAGE,
		 upper, STAGE, work);
	return mount("tiercel-try", name, "overlay", MS_NODEV, options) ? -errno : 0;
}

/* Without overlays: the directory itself, not writable. */
static int mount_read_only(const char *name)
{
	char host[64];

	snprintf(host, sizeof(host), "/%s", name);
	if (mount(host, name, NULL, MS_BIND, NULL) ||
	    mount(NULL, name, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NODEV, NULL))
		return -errno;
	return 0;
}

/* A link (lib -> usr/lib) stays a link. */
static int show_program_directory(const char *name)
{
	char host[64], target[PATH_MAX];
	struct stat st;
	ssize_t n;

	snprintf(host, sizeof(host), "/%s", name);
	if (lstat(host, &st))
		return 0;
	if (S_ISLNK(st.st_mode)) {
		n = readlink(host, target, sizeof(target) - 1);
		if (n < 0)
			return -errno;
		target[n] = '\0';
		return symlink(target, name) ? -errno : 0;
	}
	if (mkdir(name, 0755) && errno != EEXIST)
		return -errno;
	return mount_layered(name) ? mount_read_only(name) : 0;
}

static int show_programs(void)
{
	int err = 0;

	if (mount("tiercel-try", LAYERS, "tmpfs", MS_NOSUID, "mode=0700"))
		return -errno;
	for (size_t i = 0; i < COUNT(programs) && !err; i++)
		err = show_program_directory(programs[i]);
	/* the overlays keep what they need of it */
	umount2(LAYERS, MNT_DETACH);
	rmdir(LAYERS);
	for (size_t i = 0; i < COUNT(loader_files) && !err; i++) {
		char host[64];

		snprintf(host, sizeof(host), "/%s", loader_files[i]);
		err = try_file_copy(host, loader_files[i], 0644);
		if (err == -ENOENT)
			err = 0;
	}
	return err;
}

static int mount_stage(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	if (mkdir(STAGE, 01777) && errno != EEXIST)
		return -errno;
	if (mount("tiercel-try", STAGE, "tmpfs", MS_NOSUID, "mode=0755") || chdir(STAGE))
		return -errno;
	return 0;
}

static int mount_proc(void)
{
	return mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) ? -errno : 0;
}

/* A root that is the kernel's initial file system cannot be exchanged, only left. */
static int change_root(void)
{
	if (!syscall(SYS_pivot_root, ".", ".")) {
		if (umount2(".", MNT_DETACH))
			return -errno;
	} else if (mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".")) {
		return -errno;
	}
	return chdir("/") ? -errno : 0;
}

static int copy_stand_in(int fd)
{
	if (mkdir(&SANDBOX_HOME[1], 0755) && errno != EEXIST)
		return -errno;
	return try_file_copy_fd(fd, &SANDBOX_STAND_IN[1], 0755);
}

int sandbox_root_enter(int stand_in, const char **step)
{
	int err;

#define STEP(what, call)                                                                           \
	do {                                                                                       \
		*step = what;                                                                      \
		err = call;                                                                        \
		if (err)                                                                           \
			return err;                                                                \
	} while (0)

	STEP("mount a file system in memory", mount_stage());
	STEP("make directories", make_directories());
	STEP("write files", make_files());
	STEP("make devices", make_devices());
	STEP("show this host's programs", show_programs());
	STEP("mount /proc", mount_proc());
	STEP("copy the stand-in program", copy_stand_in(stand_in));
	STEP("change the root directory", change_root());
#undef STEP
	return 0;
}
