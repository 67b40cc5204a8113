/*
 * test_unstuff.c - DATA decoded in vectors of 16
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=2 SMTPD_WIDE_SCAN=1
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 * tests: sources tests/unit/engine/unstuff_checks.c
 * tests: sources tests/unit/engine/unstuff_reference.c
 */
#include "engine/unstuff_checks.h"

int main(void)
{
	return unstuff_checks();
}
