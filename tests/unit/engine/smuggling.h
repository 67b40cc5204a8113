/*
 * smuggling.h - one message that is to look like two
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Compiled by two programs: full profile, and one without tolerance.
 */
#ifndef SMUGGLING_H
#define SMUGGLING_H

/* Runs the checks; an exit status. */
int smuggling_checks(void);

#endif
