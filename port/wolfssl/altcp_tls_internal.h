/*
 * altcp_tls_internal.h - what the files of the altcp layer share
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef ALTCP_TLS_INTERNAL_H
#define ALTCP_TLS_INTERNAL_H

#include "altcp_tls_wolfssl.h"
#include "lwip/priv/altcp_priv.h"

struct altcp_tls_config {
	struct smtpd_tls_config *engine; /* NULL until there is a certificate */
	const char *host;
	bool used;
};

#define S_OPEN    0x01u /* the handshake is done */
#define S_EOF     0x02u /* the upper layer was told that the peer closed */
#define S_RUNNING 0x04u /* altcp_tls_run() is on the stack */
#define S_KICK    0x08u /* to be run by the timer */
#define S_WAITING 0x10u /* for a record buffer */
#define S_FIN     0x20u /* inner told that the peer closed */

/* A TLS connection between two altcp_pcbs; conn->state. */
struct tls_pcb {
	struct altcp_pcb *conn; /* the upper one; NULL: free */
	struct smtpd_tls *tls;
	struct pbuf *rx;       /* ciphertext the engine has not taken */
	struct pbuf *refused;  /* plaintext the upper layer has not taken */
	uint32_t serial;       /* changes when the slot is somebody else's */
	uint32_t credit;       /* ciphertext taken and not credited */
	uint32_t unrecved;     /* plaintext delivered and not altcp_recved() */
	uint32_t cipher_inner; /* ciphertext inner has, unacknowledged */
	uint32_t plain_unsent; /* plaintext written and not reported as sent */
	uint8_t flags;         /* S_ */
	altcp_tls_failed_fn failed;
};

/* altcp_tls_wolfssl.c */
extern const struct altcp_functions altcp_tls_functions;
void altcp_tls_free_state(struct tls_pcb *);

/* altcp_tls_run.c */
extern const struct smtpd_tls_io altcp_tls_io;
err_t altcp_tls_run(struct tls_pcb *);
void altcp_tls_kick(struct tls_pcb *);
void altcp_tls_credit(struct tls_pcb *);
void altcp_tls_attach(struct altcp_pcb *conn, struct altcp_pcb *inner);
void altcp_tls_detach(struct altcp_pcb *inner);
/* for the timer: the first state at or after i that is in use, or NULL */
struct tls_pcb *altcp_tls_state(unsigned *i);

#endif
