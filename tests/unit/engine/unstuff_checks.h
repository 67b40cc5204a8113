/*
 * unstuff_checks.h - the tests of unstuff.c and find_eol.h
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Compiled by two programs: with and without SMTPD_WIDE_SCAN.
 */
#ifndef UNSTUFF_CHECKS_H
#define UNSTUFF_CHECKS_H

/* Runs them; an exit status. */
int unstuff_checks(void);

#endif
