/*
 * altcp_tls_info.c - lwIP's altcp_tls.h with wolfSSL: what is known of a pcb
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "lwip/opt.h"

#if LWIP_ALTCP && LWIP_ALTCP_TLS

#include "altcp_tls_internal.h"

static struct tls_pcb *state_of(struct altcp_pcb *conn)
{
	return conn && conn->fns == &altcp_tls_functions ? conn->state : NULL;
}

void *altcp_tls_context(struct altcp_pcb *conn)
{
	struct tls_pcb *s = state_of(conn);

	return s ? smtpd_tls_native(s->tls) : NULL;
}

/* see altcp_tls_wolfssl.h */
const struct smtpd_tls_info *altcp_tls_info(struct altcp_pcb *conn)
{
	struct tls_pcb *s = state_of(conn);

	return s ? smtpd_tls_get_info(s->tls) : NULL;
}

/* see altcp_tls_wolfssl.h */
bool altcp_tls_waits(struct altcp_pcb *conn)
{
	struct tls_pcb *s = state_of(conn);

	return s && smtpd_tls_waiting(s->tls);
}

/* see altcp_tls_wolfssl.h */
bool altcp_tls_truncated(struct altcp_pcb *conn)
{
	struct tls_pcb *s = state_of(conn);
	uint8_t octet;

	return s && s->flags & S_EOF &&
	       smtpd_tls_read(s->tls, &octet, 1) == SMTPD_TLS_TRUNCATED;
}

/* see altcp_tls_wolfssl.h */
const struct smtpd_tls *altcp_tls_engine(struct altcp_pcb *conn)
{
	const struct tls_pcb *s = state_of(conn);

	return s ? s->tls : NULL;
}

#endif
