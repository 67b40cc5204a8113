/*
 * smtpd_counts.h - how often somebody was kept out, since the start
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef SMTPD_COUNTS_H
#define SMTPD_COUNTS_H

#include "smtpd.h"

/* Is any of it built? Without, smtpd_counts() has none to give. */
#define SMTPD_COUNTS                                                           \
	(SMTPD_ACCESS || SMTPD_RATES || SMTPD_AUTH_DELAY || SMTPD_FOREIGN ||   \
		SMTPD_EARLY_TALKER)

/* Each wraps at 2^32. */
struct smtpd_counts {
	uint32_t denied;   /* connections, by lists of who may connect */
	uint32_t too_fast; /* sessions and messages, by the rates of a peer */
	uint32_t auth_delayed; /* AUTHs that had to wait */
	uint32_t foreign;      /* sessions that spoke another protocol */
	uint32_t early;        /* and that spoke before the greeting */
};

/* Valid for ever, and always what is so now. Needs SMTPD_COUNTS. Any
 * callback. */
const struct smtpd_counts *smtpd_counts(void);

#endif
