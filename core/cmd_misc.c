/*
 * cmd_misc.c - the commands that carry no message
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "session.h"

#if SMTPD_TLS
/* see session.h */
void smtpd_cmd_starttls(struct smtpd_session *s, char *arg)
{
	(void)arg;
	if (has_tls(s)) {
		smtpd_refuse(s, TEXT("503 5.5.1", "TLS is on already"));
	} else if (!offers_starttls(s)) {
		BLAME_POLICY(s, TLS_NOT_OFFERED);
		smtpd_refuse(s, TEXT("502 5.5.1", "STARTTLS is not offered"));
	} else if (smtpd_port_tls_reserve(s->conn) != 0) {
		BLAME_POLICY(s, TLS_BUSY);
		smtpd_refuse(s, TEXT("454 4.7.0", "TLS not available now"));
	} else {
		/* The port starts TLS once the 220 was taken. */
		smtpd_enter(s, ST_TLS);
		smtpd_reply(s, TEXT("220 2.0.0", "Go ahead"));
	}
}
#endif

/* see session.h */
void smtpd_cmd_rset(struct smtpd_session *s, char *arg)
{
	(void)arg;
	smtpd_forget(s, SMTPD_END_RESET);
	smtpd_enter(s, s->state == ST_START ? ST_START : ST_READY);
	smtpd_reply(s, TEXT("250 2.0.0", "Ok"));
}

/* see session.h */
void smtpd_cmd_noop(struct smtpd_session *s, char *arg)
{
	(void)arg;
	smtpd_reply(s, TEXT("250 2.0.0", "Ok"));
}

/* see session.h */
void smtpd_cmd_help(struct smtpd_session *s, char *arg)
{
	(void)arg;
	smtpd_reply(s, TEXT("214 2.0.0", "See RFC 5321"));
}

/* RFC 5321 3.5.3: neither confirmed nor denied */
void smtpd_cmd_vrfy(struct smtpd_session *s, char *arg)
{
	(void)arg;
	smtpd_reply(s, TEXT("252 2.5.2", "Send some mail, I will try"));
}

/* see session.h */
void smtpd_cmd_expn(struct smtpd_session *s, char *arg)
{
	(void)arg;
	smtpd_refuse(s, TEXT("502 5.5.1", "No mailing lists here"));
}

/* see session.h */
void smtpd_cmd_quit(struct smtpd_session *s, char *arg)
{
	(void)arg;
	smtpd_finish(s, SMTPD_END_QUIT, TEXT("221 2.0.0", "Bye"));
}
