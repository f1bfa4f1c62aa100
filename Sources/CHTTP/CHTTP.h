/* libmicrohttpd, found through pkg-config. Only the module HTTPServer imports it. */
#pragma once
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/* A server without a listener: connections are given to it. One thread of its own has them all. MHD_start_daemon is variadic.
 * `timeout`: in seconds, for a connection on which nothing goes on. */
static inline struct MHD_Daemon *chttp_start(
    MHD_AccessHandlerCallback handler, MHD_RequestCompletedCallback completed, size_t (*unescape)(
        void *, struct MHD_Connection *, char *), void *server, unsigned int connections, size_t memory,
    unsigned int timeout, size_t stack) {
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, handler,
        server, MHD_OPTION_NOTIFY_COMPLETED, completed, server, MHD_OPTION_UNESCAPE_CALLBACK, unescape, server,
        MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout, MHD_OPTION_THREAD_STACK_SIZE, stack,
#if MHD_VERSION >= 0x00097600
        MHD_OPTION_CLIENT_DISCIPLINE_LVL, 2,
#else
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
#endif
        MHD_OPTION_END);
}

/* Takes the socket over, in any case. Of whom it is, its peer is asked for. */
static inline int chttp_add(struct MHD_Daemon *server, int socket) {
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof(address);
    if (getpeername(socket, (struct sockaddr *)&address, &length) != 0 || length < sizeof(sa_family_t)) {
        address.ss_family = AF_UNIX;
        length = sizeof(sa_family_t);
    }
    return MHD_add_connection(server, socket, (struct sockaddr *)&address, length) == MHD_YES;
}

/* Whose connection it is; NULL: nothing is known. */
static inline const struct sockaddr *chttp_client(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}

/* For one thread: the text is there until the next call. NULL: it is no address of a network. */
static inline const char *chttp_address_text(const struct sockaddr *address) {
    static _Thread_local char text[INET6_ADDRSTRLEN];
    switch (address->sa_family) {
    case AF_INET: return inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof(text));
    case AF_INET6: return inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text, sizeof(text));
    default: return NULL;
    }
}

/* Swift names the values of closed enumerations in ways that depend on all of them. */
static const enum MHD_Result chttp_no = MHD_NO;
static const enum MHD_Result chttp_yes = MHD_YES;
static const enum MHD_ValueKind chttp_headers = MHD_HEADER_KIND;
static const enum MHD_ValueKind chttp_arguments = MHD_GET_ARGUMENT_KIND;
static const enum MHD_ResponseMemoryMode chttp_copied = MHD_RESPMEM_MUST_COPY;

/* Macros that are casts. */
static const ssize_t chttp_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const uint64_t chttp_unknown_size = MHD_SIZE_UNKNOWN;
