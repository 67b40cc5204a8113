/*
 * scram_final.c - SCRAM: the proof, its check, and ours (RFC 5802 3)
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "sasl.h"
#include "scram_message.h"
#include "smtpd_hmac.h"

#if SMTPD_SCRAM

/* ---- client-final-message ---- */

/* Decode in place. Returns the octets, or -1: it is no base64. */
static long decode(char *p, size_t len)
{
	struct smtpd_base64 b;
	size_t n;

	memset(&b, 0, sizeof b);
	n = smtpd_base64_push(&b, p, len, (uint8_t *)p);
	return smtpd_base64_done(&b) ? (long)n : -1;
}

/* Are c= and r= what they must be? The work is the same for any. */
static int check_expected(const struct smtpd_scram_exchange *x, const char *c,
	size_t c_len, struct smtpd_str nonce, bool *right)
{
	uint8_t digest[32];
	struct smtpd_hash h;
	int ret = smtpd_port_hash_start(&h);

	if (!ret)
		ret = smtpd_port_hash_update(&h, c, c_len);
	if (!ret)
		ret = smtpd_port_hash_update(&h, "", 1);
	if (!ret)
		ret = smtpd_port_hash_update(&h, nonce.s, nonce.len);
	if (!ret)
		ret = smtpd_port_hash_finish(&h, digest);
	*right = !ret && smtpd_equal(digest, x->expected, sizeof digest);
	return ret;
}

/* ClientKey is the proof without ClientSignature; its hash is StoredKey. */
static int check_proof(
	struct smtpd_scram_exchange *x, const char *proof, bool *right)
{
	uint8_t key[32];
	int ret = smtpd_hmac_finish(&x->client, x->keys.stored_key, key);

	for (unsigned i = 0; i < sizeof key; i++)
		key[i] ^= (uint8_t)proof[i];
	if (!ret)
		ret = smtpd_sha256(key, sizeof key, key);
	*right = !ret && smtpd_equal(key, x->keys.stored_key, sizeof key);
	smtpd_wipe(key, sizeof key);
	if (!ret)
		ret = smtpd_hmac_finish(
			&x->server, x->keys.server_key, x->keys.server_key);
	return ret;
}

static void tell(struct smtpd_session *s, const struct smtpd_scram_exchange *x)
{
	struct smtpd_auth a;

	memset(&a, 0, sizeof a);
	a.mechanism = x->plus ? "SCRAM-SHA-256-PLUS" : "SCRAM-SHA-256";
	a.authcid.s = s->line;
	a.authcid.len = (uint16_t)strlen(s->line);
	a.password.s = "";
	a.proof = x->proven ? SMTPD_PROOF_RIGHT : SMTPD_PROOF_WRONG;
	smtpd_auth_ask(s, &a);
}

/* see scram.h */
void smtpd_scram_client_final(struct smtpd_session *s)
{
	struct smtpd_scram_exchange *x = smtpd_scram_of(s);
	char *text = s->line + strlen(s->line) + 1;
	struct smtpd_scram_final m;
	bool bound, proven;
	long n = -1, proof = -1;
	int ret = SMTPD_ENONE;

	if (smtpd_scram_read_final(
		    text, (size_t)(s->line + s->line_len - text), &m)) {
		ret = smtpd_scram_add(x, m.bare.s, m.bare.len);
		n = decode(text + (m.binding.s - text), m.binding.len);
		proof = decode(text + (m.proof.s - text), m.proof.len);
	}
	if (n < 0 || proof != 32) {
		smtpd_auth_malformed(
			s, TEXT("501 5.5.2", "Malformed SCRAM message"));
		return;
	}
	if (!ret)
		ret = check_expected(
			x, m.binding.s, (size_t)n, m.nonce, &bound);
	if (!ret)
		ret = check_proof(x, m.proof.s, &proven);
	if (ret) {
		smtpd_auth_unavailable(s, NULL);
		return;
	}
	x->proven = bound & proven & x->known;
	tell(s, x);
}

/* ---- server-final-message ---- */

/* see sasl.h */
bool smtpd_scram_accepted(struct smtpd_session *s)
{
	struct smtpd_scram_exchange *x = smtpd_scram_of(s);
	char text[2 + SCRAM_BASE64(32)] = "v=";

	if (!x)
		return false;
	if (!x->proven) { /* whatever the sink thinks of it */
		smtpd_auth_refused(s);
		return true;
	}
	smtpd_scram_base64(
		text + 2, x->keys.server_key, sizeof x->keys.server_key);
	smtpd_scram_end(s);
	smtpd_wipe(s->line, sizeof s->line);
	s->line_len = 0;
	smtpd_auth_expect(s, SCRAM_OUTCOME);
	if (!smtpd_scram_challenge(s, text, sizeof text))
		smtpd_auth_unavailable(s, NULL);
	return true;
}

#else
typedef int smtpd_no_scram_final; /* ISO C wants a declaration */
#endif
