/* The socket that is listened on, and which addresses are this machine's own loopback. */
#include "http/internal.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128

/* Digits and dots from 127. on: 127.0.0.1.example.com is somebody else's. */
static bool loopback_v4(str host)
{
    for (size_t i = 0; i < host.len; i++)
        if (host.at[i] != '.' && (host.at[i] < '0' || host.at[i] > '9'))
            return false;
    return str_starts(host, STR("127."));
}

bool http__host_loopback(str host)
{
    return str_equal_fold(host, STR("localhost")) || str_equal(host, STR("::1")) || loopback_v4(host);
}

static void close_socket(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static int handed_over(int *fd)
{
    int kept = *fd;
    *fd = -1;
    return kept;
}

static void free_addresses(struct addrinfo **list)
{
    if (*list)
        freeaddrinfo(*list);
}

static bool port_of(int fd, uint16_t *ret)
{
    struct sockaddr_storage own;
    socklen_t len = sizeof own;
    char text[8];
    int64_t port;
    if (getsockname(fd, (struct sockaddr *)&own, &len) != 0 ||
        getnameinfo((struct sockaddr *)&own, len, NULL, 0, text, sizeof text, NI_NUMERICSERV) != 0 ||
        !num_parse_i64(str_of(text), &port))
        return false;
    *ret = (uint16_t)port;
    return true;
}

bool http__listen(const char *host, uint16_t port, int *ret_fd, uint16_t *ret_port, err *e)
{
    AUTO(free_addresses) struct addrinfo *list = NULL;
    AUTO(close_socket) int fd = -1;
    struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    char service[8];
    uint16_t own;
    (void)snprintf(service, sizeof service, "%u", port);
    int failed = getaddrinfo(host, service, &want, &list);
    if (failed != 0)
        return ERR(e, ERR_USAGE, "'%s' is no address to listen on: %s", host, gai_strerror(failed));
    fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ERR(e, ERR_IO, "no socket to listen on: %m");
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, list->ai_addr, list->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        if (errno == EADDRINUSE)
            return ERR(e, ERR_IO,
                       "port %u is in use, perhaps by another 'evenstock serve'; end that one or choose another port "
                       "with --port",
                       port);
        return ERR(e, ERR_IO, "cannot listen on %s port %u: %m", host, port);
    }
    if (!port_of(fd, &own))
        return ERR(e, ERR_IO, "cannot tell which port is listened on: %m");
    *ret_fd = handed_over(&fd);
    *ret_port = own;
    return true;
}
