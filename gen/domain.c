/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of ENUM fields and the numbers that the kernel gives for them:
 *
 *   evt.res      0 for SUCCESS, else the error number without its sign
 *   fd.typechar  the letter itself
 *   fd.type      the letter of fd.typechar, except where two types share one
 *   fd.l4proto   the number of the protocol, 0 for one without a name; raw sockets: SOCK_RAW << 8
 */
#include "gen/field.h"

#include <errno.h>

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))

static const struct domain_entry results[] = {
	{"SUCCESS", 0},
#define ERRNO(name)                                                                                \
	{                                                                                          \
#name, name                                                                        \
	}
	ERRNO(EPERM),
	ERRNO(ENOENT),
	ERRNO(ESRCH),
	ERRNO(EINTR),
	ERRNO(EIO),
	ERRNO(ENXIO),
	ERRNO(E2BIG),
	ERRNO(ENOEXEC),
	ERRNO(EBADF),
	ERRNO(ECHILD),
	ERRNO(EAGAIN),
	ERRNO(ENOMEM),
	ERRNO(EACCES),
	ERRNO(EFAULT),
	ERRNO(ENOTBLK),
	ERRNO(EBUSY),
	ERRNO(EEXIST),
	ERRNO(EXDEV),
	ERRNO(ENODEV),
	ERRNO(ENOTDIR),
	ERRNO(EISDIR),
	ERRNO(EINVAL),
	ERRNO(ENFILE),
	ERRNO(EMFILE),
	ERRNO(ENOTTY),
	ERRNO(ETXTBSY),
	ERRNO(EFBIG),
	ERRNO(ENOSPC),
	ERRNO(ESPIPE),
	ERRNO(EROFS),
	ERRNO(EMLINK),
	ERRNO(EPIPE),
	ERRNO(EDOM),
	ERRNO(ERANGE),
	ERRNO(EDEADLK),
	ERRNO(ENAMETOOLONG),
	ERRNO(ENOLCK),
	ERRNO(ENOSYS),
	ERRNO(ENOTEMPTY),
	ERRNO(ELOOP),
	ERRNO(ENOMSG),
	ERRNO(EIDRM),
	ERRNO(ECHRNG),
	ERRNO(EL2NSYNC),
	ERRNO(EL3HLT),
	ERRNO(EL3RST),
	ERRNO(ELNRNG),
	ERRNO(EUNATCH),
	ERRNO(ENOCSI),
	ERRNO(EL2HLT),
	ERRNO(EBADE),
	ERRNO(EBADR),
	ERRNO(EXFULL),
	ERRNO(ENOANO),
	ERRNO(EBADRQC),
	ERRNO(EBADSLT),
	ERRNO(EBFONT),
	ERRNO(ENOSTR),
	ERRNO(ENODATA),
	ERRNO(ETIME),
	ERRNO(ENOSR),
	ERRNO(ENONET),
	ERRNO(ENOPKG),
	ERRNO(EREMOTE),
	ERRNO(ENOLINK),
	ERRNO(EADV),
	ERRNO(ESRMNT),
	ERRNO(ECOMM),
	ERRNO(EPROTO),
	ERRNO(EMULTIHOP),
	ERRNO(EDOTDOT),
	ERRNO(EBADMSG),
	ERRNO(EOVERFLOW),
	ERRNO(ENOTUNIQ),
	ERRNO(EBADFD),
	ERRNO(EREMCHG),
	ERRNO(ELIBACC),
	ERRNO(ELIBBAD),
	ERRNO(ELIBSCN),
	ERRNO(ELIBMAX),
	ERRNO(ELIBEXEC),
	ERRNO(EILSEQ),
	ERRNO(ERESTART),
	ERRNO(ESTRPIPE),
	ERRNO(EUSERS),
	ERRNO(ENOTSOCK),
	ERRNO(EDESTADDRREQ),
	ERRNO(EMSGSIZE),
	ERRNO(EPROTOTYPE),
	ERRNO(ENOPROTOOPT),
	ERRNO(EPROTONOSUPPORT),
	ERRNO(ESOCKTNOSUPPORT),
	ERRNO(EOPNOTSUPP),
	ERRNO(EPFNOSUPPORT),
	ERRNO(EAFNOSUPPORT),
	ERRNO(EADDRINUSE),
	ERRNO(EADDRNOTAVAIL),
	ERRNO(ENETDOWN),
	ERRNO(ENETUNREACH),
	ERRNO(ENETRESET),
	ERRNO(ECONNABORTED),
	ERRNO(ECONNRESET),
	ERRNO(ENOBUFS),
	ERRNO(EISCONN),
	ERRNO(ENOTCONN),
	ERRNO(ESHUTDOWN),
	ERRNO(ETOOMANYREFS),
	ERRNO(ETIMEDOUT),
	ERRNO(ECONNREFUSED),
	ERRNO(EHOSTDOWN),
	ERRNO(EHOSTUNREACH),
	ERRNO(EALREADY),
	ERRNO(EINPROGRESS),
	ERRNO(ESTALE),
	ERRNO(EUCLEAN),
	ERRNO(ENOTNAM),
	ERRNO(ENAVAIL),
	ERRNO(EISNAM),
	ERRNO(EREMOTEIO),
	ERRNO(EDQUOT),
	ERRNO(ENOMEDIUM),
	ERRNO(EMEDIUMTYPE),
	ERRNO(ECANCELED),
	ERRNO(ENOKEY),
	ERRNO(EKEYEXPIRED),
	ERRNO(EKEYREVOKED),
	ERRNO(EKEYREJECTED),
	ERRNO(EOWNERDEAD),
	ERRNO(ENOTRECOVERABLE),
	ERRNO(ERFKILL),
	ERRNO(EHWPOISON),
#undef ERRNO
	/* Not for userspace, but what a tracepoint sees of an interrupted call. */
	{"ERESTARTSYS", 512},
	{"ERESTARTNOINTR", 513},
	{"ERESTARTNOHAND", 514},
	{"ENOIOCTLCMD", 515},
	{"ERESTART_RESTARTBLOCK", 516},
};

static const struct domain_entry letters[] = {
	{"f", 'f'}, {"d", 'd'}, {"4", '4'}, {"6", '6'}, {"u", 'u'}, {"p", 'p'},
	{"e", 'e'}, {"s", 's'}, {"l", 'l'}, {"i", 'i'}, {"t", 't'}, {"n", 'n'},
	{"b", 'b'}, {"r", 'r'}, {"m", 'm'}, {"P", 'P'}, {"o", 'o'}, {"X", 'X'},
};

static const struct domain_entry types[] = {
	{"file", 'f'},	      {"directory", 'd'}, {"ipv4", '4'},    {"ipv6", '6'},
	{"unix", 'u'},	      {"pipe", 'p'},	  {"event", 'e'},   {"signalfd", 's'},
	{"eventpoll", 'l'},   {"inotify", 'i'},	  {"timerfd", 't'}, {"netlink", 'n'},
	{"bpf", 'b'},	      {"io_uring", 'r'},  {"memfd", 'm'},   {"pidfd", 'P'},
	{"userfaultfd", 'U'},
};

static const struct domain_entry protocols[] = {
	{"<NA>", 0}, {"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"raw", 3 << 8},
};

const struct domain_entry *field_domain(enum field_id id, size_t *n)
{
	switch (id) {
	case FIELD_EVT_RES:
		*n = ARRAY_SIZE(results);
		return results;
	case FIELD_FD_TYPECHAR:
		*n = ARRAY_SIZE(letters);
		return letters;
	case FIELD_FD_TYPE:
		*n = ARRAY_SIZE(types);
		return types;
	case FIELD_FD_L4PROTO:
		*n = ARRAY_SIZE(protocols);
		return protocols;
	default:
		return NULL;
	}
}

const char *domain_text(enum field_id id, int64_t code)
{
	size_t i, n = 0;
	const struct domain_entry *entries = field_domain(id, &n);

	for (i = 0; i < n; i++) {
		if (entries[i].code == code)
			return entries[i].text;
	}
	return NULL;
}
