/*
 * tls_internal.h - what the engine's files share; not for ports
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_TLS_INTERNAL_H
#define SMTPD_TLS_INTERNAL_H

#include <wolfssl/ssl.h>

#include "smtpd_port.h"
#include "tls_engine.h"
#include "tls_memory.h"

#define RECORD_HEADER 5u

/* Keys of session tickets, RFC 5077 4: the current one and the one before. */
struct ticket_key {
	uint8_t name[16];
	uint8_t key[32];
	uint32_t made_s;
	bool valid;
};

struct generation {
	WOLFSSL_CTX *ctx;
	uint16_t refs; /* connections */
#if SMTPD_TLS_BINDING
	uint8_t end_point_len; /* RFC 5929 4; 0: none */
	uint8_t end_point[SMTPD_BINDING_MAX];
#endif
};

struct smtpd_tls_config {
	struct generation gen[2];
	uint8_t current;
	bool used;
	bool freed; /* by its owner; lives on for its connections */
	bool client;
	uint8_t ask; /* enum smtpd_tls_ask */
#if SMTPD_TLS_LEGACY
	uint8_t oldest; /* enum smtpd_tls_oldest */
#endif
#if SMTPD_TLS_TICKETS
	struct ticket_key ticket[2];
#endif
};

enum tls_state {
	TLS_FREE,
	TLS_TAKEN,
	TLS_HANDSHAKE,
	TLS_OPEN,
	TLS_SHUT, /* close_notify is sent */
	TLS_FAILED,
};

struct smtpd_tls {
	WOLFSSL *ssl;
	struct smtpd_tls_config *config;
	const struct smtpd_tls_io *io;
	void *arg;
	uint8_t *held; /* ciphertext `send` did not take, in the slot's arena */
#if SMTPD_TLS_CLIENT_CERT
	struct smtpd_tls_peer *peer; /* in the slot's arena, or NULL */
#endif
	uint32_t held_len;
	uint32_t held_at;
	struct smtpd_tls_info info;
	uint16_t body_left; /* octets of the record being read */
	uint16_t records;   /* of the handshake; then those without data */
	uint8_t state;      /* enum tls_state */
	uint8_t reason;     /* enum smtpd_tls_reason */
	uint8_t generation;
	bool eof;       /* nothing comes after what `recv` can give */
	bool input_end; /* reading has come to its end */
	bool truncated; /* without close_notify */
	bool fresh;     /* a record was begun and gave no data yet */
	bool sent_any;  /* the peer has octets of ours */
	bool not_tls;   /* its first octets were something else */
#if SMTPD_TLS_OTHER_SLOTS
	bool other; /* has one of their slots */
#endif
	uint8_t alert; /* the fatal one that the peer sent, or 0 */
#if SMTPD_TLS_BINDING
	uint8_t exporter[32]; /* RFC 9266 */
	bool bound;           /* there is one */
#endif
};

/* tls_engine.c */
int smtpd_tls_slot(const struct smtpd_tls *);
/* A slot that is free at the moment, or SMTPD_TLS_GLOBAL. */
int smtpd_tls_scratch(void);
/* The connection that wolfSSL works for at the moment, or NULL. */
struct smtpd_tls *smtpd_tls_selected(void);
enum smtpd_tls_result smtpd_tls_fail(struct smtpd_tls *, enum smtpd_tls_reason);

/* tls_config.c */
struct generation *smtpd_tls_generation(const struct smtpd_tls *);
void smtpd_tls_config_unref(struct smtpd_tls *);

/* tls_io.c: wolfSSL's I/O callbacks */
int smtpd_tls_rx(WOLFSSL *, char *buf, int len, void *tls);
int smtpd_tls_tx(WOLFSSL *, char *buf, int len, void *tls);

/* tls_client_cert.c */
#if SMTPD_TLS_CLIENT_CERT
/* Have the clients of a context asked; the authorities are loaded. */
void smtpd_tls_ask(WOLFSSL_CTX *, enum smtpd_tls_ask);
#endif
#if SMTPD_TLS_CLIENT || SMTPD_TLS_CLIENT_CERT
/* After each step of a handshake, while its slot is selected. */
void smtpd_tls_forget_chain(struct smtpd_tls *);
#else
#define smtpd_tls_forget_chain(t) ((void)(t))
#endif

/* tls_binding.c */
#if SMTPD_TLS_BINDING
/* The handshake is done. */
void smtpd_tls_bind(struct smtpd_tls *);
/* A certificate was loaded, PEM or DER. */
void smtpd_tls_end_point(struct generation *, const uint8_t *cert, size_t len);
#endif

/* tls_explain.c */
#if SMTPD_TLS_PEEK > 0 && SMTPD_TOLERANT
/* Octets of the ClientHello that came; t is closed. */
void smtpd_tls_look(const struct smtpd_tls *t, const uint8_t *p, size_t len);
void smtpd_tls_look_away(const struct smtpd_tls *t);
#else
#define smtpd_tls_look(t, p, len) ((void)(t), (void)(p), (void)(len))
#define smtpd_tls_look_away(t)    ((void)(t))
#endif

/* Which versions a configuration speaks, enum smtpd_tls_oldest. */
#if SMTPD_TLS_LEGACY
#define OLDEST(config) ((enum smtpd_tls_oldest)(config)->oldest)
#else
#define OLDEST(config) ((void)(config), SMTPD_TLS_OLDEST_12)
#endif

/* tls_reason.c: does such a configuration have one of these? */
struct smtpd_tls_list;
bool smtpd_tls_has_suite(const struct smtpd_tls_list *, enum smtpd_tls_oldest);

/* tls_ticket.c */
void smtpd_tls_ticket_setup(struct smtpd_tls_config *, WOLFSSL_CTX *);
void smtpd_tls_ticket_wipe(struct smtpd_tls_config *);

/* tls_reason.c */
enum smtpd_tls_reason smtpd_tls_classify(int wolfssl_error);
void smtpd_tls_alert(struct smtpd_tls *);
bool smtpd_tls_fill_info(struct smtpd_tls *);

enum smtpd_tls_reason smtpd_tls_check_entropy(void);
/* tls_platform.c: seconds since the start, never wraps */
uint32_t smtpd_tls_uptime_s(void);

#endif
