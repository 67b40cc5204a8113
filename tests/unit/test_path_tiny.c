/*
 * test_path_tiny.c - the address grammar where UTF-8 is compiled out
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * tests: options SMTPD_PROFILE=0
 * tests: sources tests/unit/engine/octets.c tests/unit/engine/engine.c
 * tests: sources tests/unit/engine/sink.c
 */
#define main path_main
#include "test_path.c"
#undef main

int main(void)
{
	return path_main();
}
