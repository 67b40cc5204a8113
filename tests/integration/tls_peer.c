/*
 * tls_peer.c - a TLS client that does what no mail client does
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tls_peer PORT WHAT [N]; one line says what came of it. Built by
 * test_cases_tls.py against OpenSSL.
 *   keyupdate N      N KeyUpdate messages in a row
 *   keyupdate_ask N  the same, each asking for ours
 *   keyupdate_ok N   a KeyUpdate, then NOOP, N times
 *   renegotiate      TLS 1.2, a second handshake
 *   early            data in the first flight of a resumed session
 *   resume           a second connection with the ticket of the first
 *   forged           the same, octets of the ticket changed
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

static SSL_CTX *context;
static SSL_SESSION *ticket;
static unsigned short port;

static int on_session(SSL *ssl, SSL_SESSION *session)
{
	(void)ssl;
	SSL_SESSION_free(ticket);
	ticket = session;
	return 1;
}

static int dial(void)
{
	struct sockaddr_in a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval wait = {.tv_sec = 5};

	memset(&a, 0, sizeof a);
	a.sin_family = AF_INET;
	a.sin_port = htons(port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) {
		puts("cannot connect");
		exit(1);
	}
	return fd;
}

static SSL *prepared(void)
{
	SSL *ssl = SSL_new(context);

	SSL_set_fd(ssl, dial());
	SSL_set_tlsext_host_name(ssl, "localhost");
	if (ticket)
		SSL_set_session(ssl, ticket);
	return ssl;
}

/* The reply's last line; "" when the connection is over. */
static const char *reply(SSL *ssl)
{
	static char line[4096];
	int n, len = 0;

	do {
		n = SSL_read(ssl, line + len, (int)sizeof line - 1 - len);
		if (n <= 0)
			return "";
		len += n;
		line[len] = '\0';
	} while (line[len - 1] != '\n');
	return line;
}

static SSL *greeted(void)
{
	SSL *ssl = prepared();

	if (SSL_connect(ssl) != 1 || strncmp(reply(ssl), "220", 3) != 0) {
		printf("no greeting: %s\n",
			ERR_reason_error_string(ERR_peek_error()));
		exit(1);
	}
	return ssl;
}

static int said(SSL *ssl, const char *line, const char *code)
{
	return SSL_write(ssl, line, (int)strlen(line)) > 0 &&
	       strncmp(reply(ssl), code, strlen(code)) == 0;
}

/* Close; the session stays good for another connection. */
static void done(SSL *ssl)
{
	SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	close(SSL_get_fd(ssl));
	SSL_free(ssl);
}

static void key_updates(long count, int kind, int talk)
{
	SSL *ssl = greeted();
	long i;

	for (i = 0; i < count; i++) {
		if (SSL_key_update(ssl, kind) != 1 ||
			SSL_do_handshake(ssl) != 1)
			break;
		if (talk && !said(ssl, "NOOP\r\n", "250"))
			break;
	}
	if (!said(ssl, "NOOP\r\n", "250"))
		printf("closed after %ld\n", i);
	else
		printf("survived %ld\n", i);
	done(ssl);
}

static void renegotiate(void)
{
	SSL *ssl;
	int went;

	SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
	ssl = greeted();
	printf("%s ", SSL_get_secure_renegotiation_support(ssl)
			      ? "offered"
			      : "not offered");
	SSL_renegotiate(ssl);
	went = SSL_do_handshake(ssl) == 1 && !SSL_renegotiate_pending(ssl);
	printf("%s %s\n", went ? "done" : "refused",
		said(ssl, "NOOP\r\n", "250") ? "open" : "closed");
	done(ssl);
}

/* A first connection, for its ticket. */
static void first(void)
{
	SSL *ssl = greeted();

	if (!said(ssl, "NOOP\r\n", "250"))
		puts("first: no 250");
	said(ssl, "QUIT\r\n", "221");
	SSL_read(ssl, &(char){0}, 1);
	done(ssl);
	if (!ticket || !SSL_SESSION_has_ticket(ticket)) {
		puts("no ticket");
		exit(0);
	}
}

static void second(void)
{
	SSL *ssl = greeted();

	printf("%s %s\n", SSL_session_reused(ssl) ? "reused" : "new",
		said(ssl, "EHLO x\r\n", "250") ? "open" : "closed");
	done(ssl);
}

/* Change octets of the ticket inside the session's DER. */
static void forge(void)
{
	const unsigned char *p, *octets;
	unsigned char *der = NULL, *at;
	size_t len;
	int n;

	SSL_SESSION_get0_ticket(ticket, &octets, &len);
	n = i2d_SSL_SESSION(ticket, &der);
	for (at = der; at + len <= der + n; at++)
		if (memcmp(at, octets, len) == 0)
			break;
	if (at + len > der + n) {
		puts("no ticket in the session");
		exit(1);
	}
	at[len / 2] ^= 1;
	at[len - 1] ^= 0x80;
	p = der;
	SSL_SESSION_free(ticket);
	ticket = d2i_SSL_SESSION(NULL, &p, n);
}

static void early(void)
{
	static const char evil[] = "EHLO x\r\nMAIL FROM:<early@example.org>"
				   "\r\nRCPT TO:<b@example.org>\r\n";
	SSL *ssl;
	size_t n = 0;
	int wrote;

	SSL_SESSION_set_max_early_data(ticket, 16384);
	ssl = prepared();
	wrote = SSL_write_early_data(ssl, evil, sizeof evil - 1, &n);

	if (SSL_connect(ssl) != 1) {
		printf("wrote %d, handshake failed\n", wrote);
		return;
	}
	printf("wrote %d, %s, ", wrote,
		SSL_get_early_data_status(ssl) == SSL_EARLY_DATA_ACCEPTED
			? "accepted"
			: "not accepted");
	if (strncmp(reply(ssl), "220", 3) != 0)
		puts("closed");
	else
		puts(said(ssl, "DATA\r\n", "503") ? "open" : "executed");
	done(ssl);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	long n = argc > 3 ? strtol(argv[3], NULL, 10) : 1;

	signal(SIGPIPE, SIG_IGN);
	port = (unsigned short)(argc > 1 ? strtol(argv[1], NULL, 10) : 0);
	context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(context, on_session);
	if (strcmp(what, "keyupdate") == 0)
		key_updates(n, SSL_KEY_UPDATE_NOT_REQUESTED, 0);
	else if (strcmp(what, "keyupdate_ask") == 0)
		key_updates(n, SSL_KEY_UPDATE_REQUESTED, 0);
	else if (strcmp(what, "keyupdate_ok") == 0)
		key_updates(n, SSL_KEY_UPDATE_REQUESTED, 1);
	else if (strcmp(what, "renegotiate") == 0)
		renegotiate();
	else
		first();
	if (strcmp(what, "forged") == 0)
		forge();
	if (strcmp(what, "early") == 0)
		early();
	else if (strcmp(what, "resume") == 0 || strcmp(what, "forged") == 0)
		second();
	return 0;
}
