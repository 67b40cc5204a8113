/*
 * test_tls_altcp.c - lwIP's altcp over TLS, with itself on the other end
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/lwip port/wolfssl lwip wolfssl ssl crypto
 * tests: wrap pbuf_alloc
 *
 * One lwIP stack whose only interface hands every packet back: a client pcb
 * talks to a server pcb. Writes of the connections below TLS can be made to
 * fail, and each callback to abort or close.
 */
#include "tls_support.h"

#include "loopback.h"
#include "../../port/wolfssl/altcp_tls_wolfssl.h"
#include "lwip/altcp_tcp.h"
#include "lwip/memp.h"
#include "lwip/priv/altcp_priv.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"
#include "lwip/tcp.h"

#define PORT 2525

/* ---- pools that are empty ---- */

static int no_pbufs;

struct pbuf *__real_pbuf_alloc(pbuf_layer, u16_t, pbuf_type);
struct pbuf *__wrap_pbuf_alloc(pbuf_layer, u16_t, pbuf_type);

struct pbuf *__wrap_pbuf_alloc(pbuf_layer layer, u16_t len, pbuf_type type)
{
	return no_pbufs ? NULL : __real_pbuf_alloc(layer, len, type);
}

/* ---- two applications ---- */

enum act { NOTHING, ABORT, CLOSE, REFUSE };

struct app {
	struct altcp_pcb *pcb;
	struct altcp_pcb *listener;
	size_t to_write;  /* octets still to be written */
	size_t wrote;     /* octets written */
	size_t sent;      /* octets reported as sent */
	size_t got;       /* octets received, all right */
	size_t credit_at; /* hold altcp_recved() back until so many came */
	size_t held;      /* not yet altcp_recved() */
	unsigned refuse;  /* times recv answers ERR_MEM */
	enum act on_recv, on_sent, on_poll, on_connected;
	int connected, eof, truncated, errors;
	err_t error;
	enum smtpd_tls_reason reason;
	int close_when_done, shut_when_done, close_on_eof;
	int wrong; /* an octet was not what it should be */
};

static struct app server;
static struct app client;
static struct altcp_tls_config *server_tls;
static struct altcp_tls_config *client_tls;

static uint8_t octet(size_t i)
{
	return (uint8_t)(i * 31 + (i >> 9));
}

static void detach(struct app *a)
{
	struct altcp_pcb *pcb = a->pcb;

	a->pcb = NULL;
	altcp_arg(pcb, NULL);
	altcp_recv(pcb, NULL);
	altcp_sent(pcb, NULL);
	altcp_err(pcb, NULL);
	altcp_poll(pcb, NULL, 0);
}

static err_t act(struct app *a, enum act what)
{
	struct altcp_pcb *pcb = a->pcb;

	if (what == ABORT && pcb) {
		detach(a);
		altcp_abort(pcb);
		return ERR_ABRT;
	}
	if (what == CLOSE && pcb && altcp_close(pcb) == ERR_OK)
		a->pcb = NULL;
	return ERR_OK;
}

static void pump(struct app *a)
{
	uint8_t buf[SMTPD_TLS_WRITE_MAX];

	while (a->pcb && a->to_write) {
		size_t n = altcp_sndbuf(a->pcb);
		size_t i;

		n = n < a->to_write ? n : a->to_write;
		n = n < sizeof buf ? n : sizeof buf;
		if (!n)
			return;
		for (i = 0; i < n; i++)
			buf[i] = octet(a->wrote + i);
		if (altcp_write(a->pcb, buf, (u16_t)n, TCP_WRITE_FLAG_COPY) !=
			ERR_OK)
			return;
		a->wrote += n;
		a->to_write -= n;
		altcp_output(a->pcb);
	}
	if (a->pcb && a->close_when_done && altcp_close(a->pcb) == ERR_OK)
		a->pcb = NULL;
	if (a->pcb && a->shut_when_done &&
		altcp_shutdown(a->pcb, 0, 1) == ERR_OK)
		a->shut_when_done = 0;
}

static err_t on_recv(
	void *arg, struct altcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct app *a = arg;
	struct pbuf *q;
	u16_t i;

	(void)err;
	if (!p) {
		a->eof++;
		a->truncated = altcp_tls_truncated(pcb);
		a->close_when_done |= a->close_on_eof;
		pump(a);
		return ERR_OK;
	}
	if (a->refuse) {
		a->refuse--;
		return ERR_MEM;
	}
	for (q = p; q; q = q->next)
		for (i = 0; i < q->len; i++)
			if (((uint8_t *)q->payload)[i] != octet(a->got++))
				a->wrong = 1;
	a->held += p->tot_len;
	pbuf_free(p);
	if (a->got >= a->credit_at && a->held) {
		altcp_recved(pcb, (u16_t)a->held);
		a->held = 0;
	}
	return act(a, a->on_recv);
}

static err_t on_sent(void *arg, struct altcp_pcb *pcb, u16_t len)
{
	struct app *a = arg;

	(void)pcb;
	a->sent += len;
	CHECK(a->sent <= a->wrote);
	if (a->on_sent)
		return act(a, a->on_sent);
	pump(a);
	return ERR_OK;
}

static err_t on_poll(void *arg, struct altcp_pcb *pcb)
{
	struct app *a = arg;

	(void)pcb;
	if (a->on_poll)
		return act(a, a->on_poll);
	pump(a);
	return ERR_OK;
}

static void on_err(void *arg, err_t err)
{
	struct app *a = arg;

	a->pcb = NULL;
	a->errors++;
	a->error = err;
	a->reason = altcp_tls_last_reason();
}

static err_t on_connected(void *arg, struct altcp_pcb *pcb, err_t err)
{
	struct app *a = arg;

	(void)pcb;
	(void)err;
	a->connected++;
	CHECK(altcp_tls_info(pcb) != NULL);
	if (a->on_connected)
		return act(a, a->on_connected);
	pump(a);
	return ERR_OK;
}

static void attach(struct app *a, struct altcp_pcb *pcb)
{
	a->pcb = pcb;
	altcp_arg(pcb, a);
	altcp_recv(pcb, on_recv);
	altcp_sent(pcb, on_sent);
	altcp_err(pcb, on_err);
	altcp_poll(pcb, on_poll, 1);
	pcb->connected = on_connected;
}

/* ---- writes below TLS that fail ---- */

static struct altcp_functions faulty;
static const struct altcp_functions *sound;
static unsigned write_fails; /* every n-th fails, 0 none */
static unsigned close_fails; /* the next n */
static unsigned writes;

static err_t faulty_write(
	struct altcp_pcb *pcb, const void *p, u16_t len, u8_t flags)
{
	if (write_fails && ++writes % write_fails)
		return ERR_MEM;
	return sound->write(pcb, p, len, flags);
}

static err_t faulty_close(struct altcp_pcb *pcb)
{
	if (close_fails) {
		close_fails--;
		return ERR_MEM;
	}
	return sound->close(pcb);
}

static void make_faulty(struct altcp_pcb *pcb)
{
	sound = pcb->inner_conn->fns;
	faulty = *sound;
	faulty.write = faulty_write;
	faulty.close = faulty_close;
	pcb->inner_conn->fns = &faulty;
}

static int want_faulty;

static err_t on_accept(void *arg, struct altcp_pcb *pcb, err_t err)
{
	struct app *a = arg;

	(void)err;
	if (a->pcb)
		return ERR_MEM;
	attach(a, pcb);
	if (want_faulty)
		make_faulty(pcb);
	return ERR_OK;
}

static void listen_at(struct altcp_pcb *pcb)
{
	CHECK(pcb && altcp_bind(pcb, IP_ADDR_ANY, PORT) == ERR_OK);
	server.listener = altcp_listen(pcb);
	CHECK(server.listener != NULL);
	altcp_arg(server.listener, &server);
	altcp_accept(server.listener, on_accept);
}

static err_t connect_to(struct app *a, struct altcp_pcb *pcb)
{
	ip_addr_t to;

	IP_ADDR4(&to, 10, 0, 0, 1);
	CHECK(pcb != NULL);
	attach(a, pcb);
	return altcp_connect(pcb, &to, PORT, on_connected);
}

/* Both sides from their first packet until the handshake is done. */
static void both_up(void)
{
	listen_at(altcp_tls_new(server_tls, IPADDR_TYPE_V4));
	CHECK(connect_to(&client, altcp_tls_new(client_tls, IPADDR_TYPE_V4)) ==
		ERR_OK);
}

static int up(void)
{
	int i;

	for (i = 0; i < 200 && !(server.connected && client.connected); i++)
		step(10);
	return server.connected && client.connected;
}

/* ---- the tests ---- */

static void both_ways(void)
{
	client.to_write = 300000;
	server.to_write = 200000;
	both_up();
	CHECK(up());
	steps(4000, 10);
	CHECK(server.got == 300000 && client.got == 200000);
	CHECK(!server.wrong && !client.wrong);
	CHECK(client.sent == 300000 && server.sent == 200000);
	CHECK(!strcmp(altcp_tls_info(server.pcb)->version, "TLSv1.3"));
	client.close_when_done = 1;
	server.close_when_done = 1;
	steps(500, 10);
	CHECK(!client.pcb && !server.pcb);
	CHECK(client.errors == 0 && server.errors == 0);
}

static void clean_close(void)
{
	both_up();
	client.to_write = 100;
	CHECK(up());
	steps(100, 10);
	client.close_when_done = 1;
	steps(100, 10);
	CHECK(!client.pcb && server.got == 100 && server.eof == 1 &&
		!server.truncated);
	CHECK(server.errors == 0);
	server.close_when_done = 1;
	steps(300, 10);
	CHECK(!server.pcb);
}

/* The client's FIN comes with its last octets; the server answers still. */
static void half_close(void)
{
	client.to_write = 50000;
	client.shut_when_done = 1;
	client.close_on_eof = 1;
	both_up();
	CHECK(up());
	steps(1500, 10);
	CHECK(server.got == 50000 && server.eof == 1 && !server.truncated);
	server.to_write = 20000;
	server.close_when_done = 1;
	steps(1500, 10);
	CHECK(client.got == 20000 && client.eof == 1 && !client.truncated);
	CHECK(!server.pcb);
	CHECK(!client.pcb && client.errors == 0);
}

/* The server's FIN goes first; when the client's comes the pcb is in TIME_WAIT,
 * where lwIP polls no more. */
static const struct tcp_pcb *server_shuts(void)
{
	const struct tcp_pcb *tcp;

	both_up();
	CHECK(up());
	tcp = server.pcb->inner_conn->state;
	server.shut_when_done = 1;
	steps(100, 10);
	CHECK(client.eof == 1 && tcp->state == FIN_WAIT_2);
	return tcp;
}

static void case_153_fin_without_pbufs(void)
{
	const struct tcp_pcb *tcp = server_shuts();

	CHECK(altcp_close(client.pcb) == ERR_OK);
	client.pcb = NULL;
	no_pbufs = 1;
	steps(100, 10);
	CHECK(server.eof == 0 && tcp->state == TIME_WAIT);
	no_pbufs = 0;
	server.close_when_done = 1;
	steps(100, 10);
	CHECK(server.eof == 1 && !server.truncated && !server.pcb);
}

static void fin_and_refused_data(void)
{
	const struct tcp_pcb *tcp = server_shuts();

	server.refuse = 3;
	client.to_write = 100;
	client.close_when_done = 1;
	pump(&client);
	steps(20, 10);
	CHECK(server.eof == 0 && tcp->state == TIME_WAIT);
	server.close_when_done = 1;
	steps(200, 10);
	CHECK(server.got == 100 && server.eof == 1 && !server.pcb);
}

/* TCP's FIN without close_notify: the inner connection is closed alone. */
static void case_079_truncated(void)
{
	both_up();
	client.to_write = 1000;
	CHECK(up());
	steps(100, 10);
	altcp_shutdown(client.pcb->inner_conn, 0, 1);
	steps(100, 10);
	CHECK(server.got == 1000 && server.eof == 1 && server.truncated);
}

static void reset_by_peer(void)
{
	struct altcp_pcb *pcb;

	both_up();
	CHECK(up());
	pcb = client.pcb;
	detach(&client);
	altcp_abort(pcb);
	steps(10, 10);
	CHECK(server.errors == 1 && server.error == ERR_RST && !server.pcb);
}

static void reset_in_handshake(void)
{
	int i;

	for (i = 1; i < 8; i++) {
		memset(&client, 0, sizeof client);
		server.errors = 0;
		if (!server.listener)
			both_up();
		else
			connect_to(&client,
				altcp_tls_new(client_tls, IPADDR_TYPE_V4));
		steps((unsigned)i, 1);
		if (client.pcb) {
			struct altcp_pcb *pcb = client.pcb;

			detach(&client);
			altcp_abort(pcb);
		}
		steps(20, 10);
		CHECK(!server.pcb || server.connected);
		if (server.pcb) {
			struct altcp_pcb *pcb = server.pcb;

			detach(&server);
			altcp_abort(pcb);
		}
		server.connected = 0;
	}
}

static void starttls(void)
{
	struct altcp_pcb *pcb;
	ip_addr_t to;

	IP_ADDR4(&to, 10, 0, 0, 1);
	listen_at(altcp_tcp_new());
	pcb = altcp_tcp_new();
	attach(&client, pcb);
	pcb->connected = NULL;
	client.to_write = 9;
	CHECK(altcp_connect(pcb, &to, PORT, NULL) == ERR_OK);
	steps(10, 10);
	CHECK(server.pcb != NULL);
	pump(&client);
	steps(50, 10);
	CHECK(server.got == 9 && client.sent == 9);
	/* 220, then both change to TLS */
	CHECK(smtpd_tls_reserve() == 0);
	server.got = client.wrote = client.sent = 0;
	pcb = altcp_tls_wrap(server_tls, server.pcb);
	CHECK(pcb != NULL);
	attach(&server, pcb);
	pcb = altcp_tls_wrap_host(client_tls, client.pcb, "gw.example");
	CHECK(pcb != NULL);
	attach(&client, pcb);
	client.to_write = 20000;
	server.to_write = 20000;
	CHECK(up());
	pump(&client);
	pump(&server);
	steps(1000, 10);
	CHECK(server.got == 20000 && client.got == 20000);
	CHECK(!server.wrong && !client.wrong);
	client.close_when_done = server.close_when_done = 1;
	steps(500, 10);
	CHECK(!client.pcb && !server.pcb);
}

/* Every second, third and so on write below TLS is the only one to work. */
static void case_153_writes_fail(void)
{
	unsigned n;

	for (n = 2; n < 6; n++) {
		struct altcp_pcb *listener = server.listener;

		memset(&server, 0, sizeof server);
		memset(&client, 0, sizeof client);
		want_faulty = 1;
		write_fails = n;
		server.to_write = 30000;
		client.to_write = 1000;
		if (listener) {
			server.listener = listener;
			altcp_arg(listener, &server);
			connect_to(&client,
				altcp_tls_new(client_tls, IPADDR_TYPE_V4));
		} else {
			both_up();
		}
		steps(8000, 50);
		CHECK(server.connected && client.connected);
		CHECK(client.got == 30000 && !client.wrong);
		CHECK(server.sent == 30000);
		server.close_when_done = 1;
		close_fails = 2;
		steps(500, 50);
		CHECK(!server.pcb && client.eof == 1 && !client.truncated);
		client.close_when_done = 1;
		steps(100, 50);
		CHECK(!client.pcb);
		CHECK(close_fails == 0);
	}
}

static void wanted(enum act *where, enum act what)
{
	client.to_write = 5000;
	server.to_write = 5000;
	*where = what;
	both_up();
	steps(500, 20);
	CHECK(!server.pcb);
	CHECK(what == ABORT ? client.errors == 1
			    : client.eof + client.errors >= 1);
}

static void case_153_abort_in_recv(void)
{
	wanted(&server.on_recv, ABORT);
}

static void case_153_abort_in_sent(void)
{
	wanted(&server.on_sent, ABORT);
}

static void case_153_abort_in_poll(void)
{
	wanted(&server.on_poll, ABORT);
}

static void case_153_abort_in_connected(void)
{
	wanted(&server.on_connected, ABORT);
}

static void close_in_recv(void)
{
	wanted(&server.on_recv, CLOSE);
}

static void close_in_sent(void)
{
	wanted(&server.on_sent, CLOSE);
}

static void close_in_connected(void)
{
	wanted(&server.on_connected, CLOSE);
}

static void refused_data(void)
{
	server.refuse = 5;
	client.to_write = 20000;
	client.shut_when_done = 1;
	both_up();
	CHECK(up());
	steps(1000, 20);
	CHECK(server.got == 20000 && !server.wrong && server.eof == 1);
	CHECK(server.refuse == 0);
}

/* Without altcp_recved() no more than SMTPD_TLS_AHEAD comes. */
static void plaintext_ahead_is_bounded(void)
{
	server.credit_at = SIZE_MAX;
	client.to_write = 4 * SMTPD_TLS_AHEAD;
	both_up();
	CHECK(up());
	steps(2000, 10);
	CHECK(server.got == SMTPD_TLS_AHEAD);
	server.credit_at = 0;
	while (server.held) {
		size_t n = server.held < 60000 ? server.held : 60000;

		altcp_recved(server.pcb, (u16_t)n);
		server.held -= n;
	}
	steps(3000, 10);
	CHECK(server.got == 4 * SMTPD_TLS_AHEAD && !server.wrong);
}

static void handshake_failure(void)
{
	struct pem *rsa = identity_rsa();
	struct altcp_tls_config *good = client_tls;

	client_tls = altcp_tls_create_config_client(rsa->cert, rsa->cert_len);
	CHECK(client_tls != NULL);
	both_up();
	steps(200, 10);
	CHECK(client.errors == 1 && client.error == ERR_CLSD);
	CHECK(client.reason == SMTPD_TLS_UNTRUSTED);
	CHECK(server.errors == 1 && server.error == ERR_CLSD);
	CHECK(server.reason == SMTPD_TLS_PEER_ALERT);
	altcp_tls_free_config(client_tls);
	client_tls = good;
}

static void slots_run_out(void)
{
	struct app more[SMTPD_TLS_SLOTS];
	struct smtpd_tls_gauges g;
	int i;

	memset(more, 0, sizeof more);
	both_up();
	CHECK(up());
	/* two are taken; what is left is taken in pairs, then refused */
	server.pcb = NULL;
	for (i = 0; i < SMTPD_TLS_SLOTS; i++) {
		struct altcp_pcb *pcb =
			altcp_tls_new(client_tls, IPADDR_TYPE_V4);
		err_t err = connect_to(&more[i], pcb);

		smtpd_tls_get_gauges(&g);
		if (err != ERR_OK) {
			CHECK(err == ERR_MEM && g.slots_free == 0);
			detach(&more[i]);
			CHECK(altcp_close(pcb) == ERR_OK);
		}
	}
	steps(100, 10);
	for (i = 0; i < SMTPD_TLS_SLOTS; i++)
		if (more[i].pcb) {
			struct altcp_pcb *pcb = more[i].pcb;

			detach(&more[i]);
			altcp_abort(pcb);
		}
	steps(100, 10);
}

static void configurations(void)
{
	struct pem *ec = identity_ec();
	struct pem *rsa = identity_rsa();
	struct smtpd_tls_identity id = {
		ec->cert, ec->cert_len, rsa->key, rsa->key_len};
	enum smtpd_tls_reason r;
	struct altcp_tls_config *c;

	CHECK(!altcp_tls_config_identity(&id, &r) && r == SMTPD_TLS_MISMATCH);
	CHECK(!altcp_tls_create_config_server(2));
	c = altcp_tls_create_config_server(1);
	CHECK(c != NULL);
	CHECK(altcp_tls_config_server_add_privkey_cert(c, ec->key, ec->key_len,
		      (const u8_t *)"pass", 4, ec->cert,
		      ec->cert_len) == ERR_VAL);
	CHECK(altcp_tls_wrap(c, NULL) == NULL);
	/* mbedTLS wants the terminating NUL counted: it is accepted */
	ec->key[ec->key_len] = 0;
	ec->cert[ec->cert_len] = 0;
	CHECK(altcp_tls_config_server_add_privkey_cert(c, ec->key,
		      ec->key_len + 1, NULL, 0, ec->cert,
		      ec->cert_len + 1) == ERR_OK);
	CHECK(altcp_tls_config_server_add_privkey_cert(c, ec->key, ec->key_len,
		      NULL, 0, ec->cert, ec->cert_len) == ERR_MEM);
	CHECK(altcp_tls_configure_alpn_protocols(c, NULL) != 0);
	CHECK(altcp_tls_get_session(NULL, NULL) == ERR_VAL);
	altcp_tls_free_config(c);
}

/* ---- running ---- */

static void end(struct app *a)
{
	struct altcp_pcb *pcb = a->pcb;

	if (pcb) {
		detach(a);
		altcp_abort(pcb);
	}
	if (a->listener)
		close_listener(a->listener);
	memset(a, 0, sizeof *a);
}

static void pools_are_empty(void)
{
#if MEMP_STATS
	static const memp_t pools[] = {MEMP_ALTCP_PCB, MEMP_TCP_PCB,
		MEMP_TCP_PCB_LISTEN, MEMP_TCP_SEG, MEMP_PBUF, MEMP_PBUF_POOL};
	unsigned i;

	for (i = 0; i < sizeof pools / sizeof *pools; i++)
		if (lwip_stats.memp[pools[i]]->used) {
			printf("# pool %u has %u\n", i,
				(unsigned)lwip_stats.memp[pools[i]]->used);
			CHECK(!"a pool is not empty");
		}
#endif
}

static void with_stack(const char *name, void (*fn)(void))
{
	struct pem *p = identity_ec();
	struct smtpd_tls_gauges g;

	test_name = name;
	test_failed = 0;
	memset(&client, 0, sizeof client);
	memset(&server, 0, sizeof server);
	write_fails = close_fails = 0;
	want_faulty = 0;
	server_tls = altcp_tls_create_config_server_privkey_cert(
		p->key, p->key_len, NULL, 0, p->cert, p->cert_len);
	client_tls = altcp_tls_create_config_client(p->cert, p->cert_len);
	CHECK(server_tls && client_tls);
	altcp_tls_config_host(client_tls, "gw.example");
	fn();
	end(&client);
	end(&server);
	write_fails = 0;
	steps(700, 500); /* TIME_WAIT */
	smtpd_tls_get_gauges(&g);
	CHECK(g.slots_free == SMTPD_TLS_SLOTS);
	altcp_tls_free_config(server_tls);
	altcp_tls_free_config(client_tls);
	no_leaks();
	pools_are_empty();
	if (!test_failed)
		printf("ok %s\n", name);
	fflush(stdout);
}

#undef RUN
#define RUN(fn) with_stack(#fn, fn)

int main(void)
{
	stack_init();
	RUN(both_ways);
	RUN(clean_close);
	RUN(half_close);
	RUN(case_153_fin_without_pbufs);
	RUN(fin_and_refused_data);
	RUN(case_079_truncated);
	RUN(reset_by_peer);
	RUN(reset_in_handshake);
	RUN(starttls);
	RUN(case_153_writes_fail);
	RUN(case_153_abort_in_recv);
	RUN(case_153_abort_in_sent);
	RUN(case_153_abort_in_poll);
	RUN(case_153_abort_in_connected);
	RUN(close_in_recv);
	RUN(close_in_sent);
	RUN(close_in_connected);
	RUN(refused_data);
	RUN(plaintext_ahead_is_bounded);
	RUN(handshake_failure);
	RUN(slots_run_out);
	RUN(configurations);
	return failures != 0;
}
