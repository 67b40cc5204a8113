/*
 * fuzz_certificate.c - lines of a users file that name a certificate
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: link port/wolfssl wolfssl lwip
 * tests: sources boards/common/certificate.c boards/common/verifier.c
 * tests: sources boards/common/text.c boards/common/board_base64.c
 * tests: sources tests/unit/engine/octets.c
 */
#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "engine/octets.h"
#include "smtpd_port.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

uint32_t smtpd_port_now_ms(void)
{
	return 0;
}

int64_t smtpd_port_wall_s(void)
{
	return 0;
}

static void need(bool ok)
{
	if (!ok)
		abort();
}

/* What is taken matches a certificate of just that, and no other. */
static void check(const struct board_certificate *c)
{
	struct smtpd_str user = {c->user, c->user_len};
	struct smtpd_tls_peer peer;

	memcpy(peer.fingerprint, c->fingerprint, sizeof peer.fingerprint);
	memcpy(peer.subject, c->subject, sizeof peer.subject);
	need(c->user_len > 0 && c->user_len <= BOARD_USER_MAX);
	need(c->by_subject == (*c->subject != '\0'));
	need(board_certificate_match(c, &peer, user));
	user.len--;
	need(!user.len || !board_certificate_match(c, &peer, user));
	user.len++;
	if (c->by_subject)
		peer.subject[strlen(peer.subject) - 1] ^= 1;
	else
		peer.fingerprint[7] ^= 0x10;
	need(!board_certificate_match(c, &peer, user));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char *exact = exact_copy(p, len);
	struct board_certificate c;

	if (!board_certificate_parse(&c, exact, len)) {
		need(board_certificate_is(exact, len));
		check(&c);
	}
	free(exact);
	return 0;
}
