/*
 * test_smuggling.c - one message that is to look like two: strict, tolerant
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=2
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c tests/unit/engine/smuggling.c
 * tests: sources tests/unit/engine/smuggling_model.c
 */
#include "engine/smuggling.h"

int main(void)
{
	return smuggling_checks();
}
