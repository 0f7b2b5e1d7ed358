/* SPDX-License-Identifier: Apache-2.0 */
/*
 * httpd DIR STATUS...: a web server on 127.0.0.1 that stands in for a receiver of alerts.
 *
 * Request N is written to DIR/N.head and DIR/N.body (the body last, by rename) and answered
 * with the Nth status, the last one for all that follow; status 0 closes without an answer.
 * The port is written to DIR/port. One connection at a time; it runs until it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define REQUEST_MAX  (1 << 20)
#define IDLE_SECONDS 5

static const char *dir;
static char request[REQUEST_MAX + 1];

static int save(const char *name, const char *data, size_t len)
{
	char tmp[512], path[512];
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s/new", dir);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(tmp, "w");
	if (!f)
		return -errno;
	fwrite(data, 1, len, f);
	fclose(f);
	return rename(tmp, path) ? -errno : 0;
}

static int listen_local(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[16];

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)&addr, &len))
		return -errno;
	snprintf(text, sizeof(text), "%d\n", ntohs(addr.sin_port));
	if (save("port", text, strlen(text)))
		return -EIO;
	return fd;
}

static size_t content_length(const char *head)
{
	const char *p = strcasestr(head, "\r\nContent-Length:");

	return p ? strtoul(p + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

/* Reads one request; head gets the length of its header, 0 at the end of the connection. */
static size_t read_request(int fd, size_t *head)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	size_t len = 0, want = REQUEST_MAX;
	char *end;
	ssize_t n;

	*head = 0;
	while (len < want) {
		n = read(fd, request + len, want - len);
		if (n <= 0)
			return 0;
		len += (size_t)n;
		request[len] = 0;
		end = *head ? NULL : strstr(request, "\r\n\r\n");
		if (!end)
			continue;
		*head = (size_t)(end + 4 - request);
		want = *head + content_length(request);
		if (want > REQUEST_MAX)
			return 0;
		if (strcasestr(request, "\r\nExpect: 100-continue") &&
		    write(fd, go_on, sizeof(go_on) - 1) < 0)
			return 0;
	}
	return len;
}

static void answer(int fd, int status)
{
	char text[256];
	int len;

	len = snprintf(text, sizeof(text),
		       "HTTP/1.1 %d Status\r\n%sContent-Type: text/plain\r\n"
		       "Content-Length: 2\r\n\r\nok",
		       status, status == 429 ? "Retry-After: 1\r\n" : "");
	if (write(fd, text, (size_t)len) != len)
		fprintf(stderr, "httpd: answer: %s\n", strerror(errno));
}

static void serve(int fd, char **status, int *number)
{
	struct timeval idle = {.tv_sec = IDLE_SECONDS};
	char name[32];
	size_t head, len;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	while ((len = read_request(fd, &head))) {
		int code = atoi(status[0]);

		snprintf(name, sizeof(name), "%d.head", ++*number);
		save(name, request, head);
		snprintf(name, sizeof(name), "%d.body", *number);
		save(name, request + head, len - head);
		for (int i = 1; i < *number && status[i]; i++)
			code = atoi(status[i]);
		if (!code)
			return;
		answer(fd, code);
	}
}

int main(int argc, char **argv)
{
	int fd, conn, number = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: httpd DIR STATUS...\n");
		return 2;
	}
	dir = argv[1];
	signal(SIGPIPE, SIG_IGN);
	fd = listen_local();
	if (fd < 0) {
		fprintf(stderr, "httpd: cannot listen: %s\n", strerror(-fd));
		return 1;
	}
	while ((conn = accept(fd, NULL, NULL)) >= 0) {
		serve(conn, argv + 2, &number);
		close(conn);
	}
	return 1;
}
