/*
 * message_head.c - header blocks: fields, and what they say of a part
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * `field` holds the name and behind it the value of one field as it came, but
 * for line ends; it is decoded in place. A line that is no field ends a block
 * that has none yet, and is skipped in any other.
 */
#include "message.h"

#if SMTPD_MESSAGE

/* see message.h */
void smtpd_head_start(struct smtpd_message *m)
{
	m->state = M_BLOCK;
	m->eol = 0;
	m->seen = m->levels && m->bound_len[m->levels - 1] & DIGEST
			  ? SEEN_DIGEST
			  : 0;
	m->coding = CODING_NONE;
	m->disposition = SMTPD_DISPOSITION_NONE;
	m->part_charset = SMTPD_CHARSET_UNKNOWN;
	m->in_part = m->fields = m->part_cut = m->field_cut = false;
	m->field_len = m->name_len = 0;
	m->type_len = m->file_len = 0;
}

/* ---- fields of MIME ---- */

static void content_type(struct smtpd_message *m, struct smtpd_str v)
{
	const char *end = memchr(v.s, ';', v.len);
	size_t n = end ? (size_t)(end - v.s) : v.len;
	char charset[16];
	size_t len;

	m->type_len = 0;
	for (size_t i = 0; i < n && v.s[i] != '('; i++) {
		if (smtpd_is_space(v.s[i]))
			continue;
		if (m->type_len == sizeof m->type) {
			m->part_cut = true;
			break;
		}
		m->type[m->type_len++] = smtpd_lower(v.s[i]);
	}
	if (!memchr(m->type, '/', m->type_len))
		m->type_len = 0; /* RFC 2045 5.2: as if there were none */
	len = smtpd_mime_param(v, "charset", charset, sizeof charset);
	if (len && len <= sizeof charset)
		m->part_charset = (uint8_t)smtpd_charset_find(charset, len);
	if (!(m->seen & SEEN_DISPOSITION) || !m->file_len)
		smtpd_mime_name(m, v, "name");
	if (m->levels < SMTPD_MESSAGE_DEPTH) {
		len = smtpd_mime_param(v, "boundary", m->bound[m->levels],
			SMTPD_MESSAGE_BOUNDARY_MAX);
		m->bound_len[m->levels] =
			(uint8_t)(len <= SMTPD_MESSAGE_BOUNDARY_MAX ? len : 0);
	}
}

static void content_coding(struct smtpd_message *m, struct smtpd_str v)
{
	size_t n = 0;

	while (n < v.len && v.s[n] != ';' && v.s[n] != '(' &&
		!smtpd_is_space(v.s[n]))
		n++;
	if (smtpd_is_lower(v.s, n, "base64"))
		m->coding = CODING_BASE64;
	else if (smtpd_is_lower(v.s, n, "quoted-printable"))
		m->coding = CODING_QUOTED;
}

static void content_disposition(struct smtpd_message *m, struct smtpd_str v)
{
	size_t n = 0;

	while (n < v.len && v.s[n] != ';' && !smtpd_is_space(v.s[n]))
		n++;
	if (n)
		m->disposition = smtpd_is_lower(v.s, n, "inline")
					 ? SMTPD_DISPOSITION_INLINE
					 : SMTPD_DISPOSITION_ATTACHMENT;
	smtpd_mime_name(m, v, "filename");
}

/* The first of each counts. */
static bool first(struct smtpd_message *m, uint8_t bit, const char *name)
{
	if (m->seen & bit || !smtpd_is_lower(m->field, m->name_len, name))
		return false;
	m->seen |= bit;
	return true;
}

static void mime_field(struct smtpd_message *m, struct smtpd_str v)
{
	if (first(m, SEEN_TYPE, "content-type"))
		content_type(m, v);
	else if (first(m, SEEN_CODING, "content-transfer-encoding"))
		content_coding(m, v);
	else if (first(m, SEEN_DISPOSITION, "content-disposition"))
		content_disposition(m, v);
}

/* ---- a field ---- */

/* Decode the value: it moves to the end of the array, then back. */
static size_t decode(struct smtpd_message *m, size_t len)
{
	char *value = m->field + m->name_len;
	char *in = m->field + sizeof m->field - len;
	struct smtpd_words w;

	memmove(in, value, len);
	smtpd_words_start(&w, value, NULL, m->charset);
	smtpd_words_decode(&w, in, len);
	m->field_cut |= w.cut;
	return (size_t)(w.out - value);
}

/* see message.h */
void smtpd_head_field(struct smtpd_message *m)
{
	const char *p = m->field + m->name_len, *end = m->field + m->field_len;
	struct smtpd_field f;
	size_t len;

	if (!m->name_len)
		return;
	while (p < end && smtpd_is_space(*p))
		p++;
	while (end > p && smtpd_is_space(end[-1]))
		end--;
	len = (size_t)(end - p);
	memmove(m->field + m->name_len, p, len);
	p = m->field + m->name_len;
	if (!smtpd_is_lower(m->field, m->name_len, "received"))
		m->fields = true;
	mime_field(m, (struct smtpd_str){p, (uint16_t)len});
	len = decode(m, len);
	f.name = (struct smtpd_str){m->field, m->name_len};
	while (f.name.len && smtpd_is_space(f.name.s[f.name.len - 1]))
		f.name.len--;
	f.value = (struct smtpd_str){p, (uint16_t)len};
	f.level = m->levels;
	f.cut = m->field_cut;
	if (m->field_cut)
		m->flags |= SMTPD_MESSAGE_CUT;
	m->field_len = m->name_len = 0;
	m->field_cut = false;
	if (m->events->field)
		m->events->field(m->ctx, &f);
}

/* ---- the block ---- */

static bool is_type(const struct smtpd_message *m, const char *type)
{
	size_t len = strlen(type);

	return m->type_len >= len && !memcmp(m->type, type, len);
}

static void set_type(struct smtpd_message *m, const char *type)
{
	m->type_len = (uint8_t)strlen(type);
	memcpy(m->type, type, m->type_len);
}

static void begin_part(struct smtpd_message *m)
{
	struct smtpd_part part = {{m->type, m->type_len},
		{m->file, m->file_len}, (enum smtpd_disposition)m->disposition,
		(enum smtpd_charset)m->part_charset, m->index, m->levels,
		m->text, m->part_cut};

	m->in_part = true;
	m->coded = m->bits = 0;
	m->part_flags = 0;
	memset(&m->convert, 0, sizeof m->convert);
	m->convert.charset = m->part_charset;
	m->convert.other = m->charset;
	if (m->index < UINT16_MAX)
		m->index++;
	if (m->part_cut)
		m->flags |= SMTPD_MESSAGE_CUT;
	if (m->events->part_begin)
		m->events->part_begin(m->ctx, &part);
}

/* What has parts in it is opened, as deep as there is room. */
static bool open_container(struct smtpd_message *m)
{
	bool mail = is_type(m, "message/rfc822") && m->coding == CODING_NONE;

	if (!mail && !is_type(m, "multipart/"))
		return false;
	if (m->levels == SMTPD_MESSAGE_DEPTH) {
		m->flags |= SMTPD_MESSAGE_TOO_DEEP;
		m->coding = CODING_SKIP;
		m->part_cut = true;
		return false;
	}
	if (mail)
		m->bound_len[m->levels] = 0;
	else if (!m->bound_len[m->levels]) {
		set_type(m, "text/plain"); /* RFC 2046 5.1: must have one */
		return false;
	}
	if (is_type(m, "multipart/digest"))
		m->bound_len[m->levels] |= DIGEST;
	m->levels++;
	if (mail)
		smtpd_head_start(m);
	return true;
}

/* see message.h */
void smtpd_head_end(struct smtpd_message *m)
{
	smtpd_head_field(m);
	m->state = M_LINE;
	m->eol = 0;
	if (!m->headed) {
		m->headed = true;
		if (!m->fields)
			m->flags |= SMTPD_MESSAGE_NO_HEADER;
		if (m->events->header_end)
			m->events->header_end(m->ctx);
	}
	if (!m->type_len)
		set_type(m, m->seen & SEEN_DIGEST && !(m->seen & SEEN_TYPE)
				    ? "message/rfc822"
				    : "text/plain");
	if (open_container(m))
		return;
	m->text = is_type(m, "text/");
	begin_part(m);
}

/* ---- octets ---- */

static void store(struct smtpd_message *m, uint8_t c)
{
	if (m->field_len < sizeof m->field)
		m->field[m->field_len++] = (char)c;
	else
		m->field_cut = true;
}

/* The line that parts mails in a mailbox file, and got into one. */
static bool mbox_line(const struct smtpd_message *m, size_t len)
{
	return !m->headed && len == 5 && !memcmp(m->field, "From ", 5);
}

/* The line is no field. */
static void no_field(struct smtpd_message *m)
{
	size_t len = m->field_len;

	m->state = M_FIELD_SKIP;
	m->field_len = 0;
	if (m->fields || mbox_line(m, len))
		return;
	smtpd_head_end(m);
	if (m->state == M_LINE) {
		m->state = M_BODY;
		smtpd_body_content(m, (uint8_t *)m->field, len);
	}
}

/* The mark of UTF-8 that some put in front of the first field: is c its next
 * octet? */
static bool in_mark(const struct smtpd_message *m, uint8_t c)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf};

	return !m->headed && !m->fields && m->field_len < sizeof mark &&
	       (!m->field_len || m->field[0] & 0x80) && c == mark[m->field_len];
}

/* Is there a name in front of the colon? The mark goes. */
static bool has_name(struct smtpd_message *m)
{
	if (m->field_len && m->field[0] & 0x80) {
		if (m->field_len < 4 || smtpd_is_space(m->field[3]))
			return false;
		m->field_len = (uint16_t)(m->field_len - 3);
		memmove(m->field, m->field + 3, m->field_len);
	}
	return m->field_len > 0;
}

/* May c stand in a name, or is it white space before the colon? */
static bool in_name(const struct smtpd_message *m, uint8_t c)
{
	if (c & 0x80 ||
		(m->field_len && m->field_len < 3 && m->field[0] & 0x80))
		return in_mark(m, c);
	if (c == ' ' || c == '\t')
		return m->field_len > 0;
	return c > ' ' && c < 127 && c != ':' &&
	       m->field_len < sizeof m->field / 2 &&
	       !(m->field_len && smtpd_is_space(m->field[m->field_len - 1]));
}

/* An octet in a line. Returns whether it was used. */
static bool in_field(struct smtpd_message *m, uint8_t c)
{
	if (m->name_len) {
		if (c == '\n')
			m->state = M_BLOCK;
		else if (c != '\r')
			store(m, c);
	} else if (c == ':' && has_name(m)) {
		m->name_len = m->field_len;
	} else if (in_name(m, c)) {
		store(m, c);
	} else {
		no_field(m);
		return false;
	}
	return true;
}

/* The first octet of a line. Returns whether it was used. */
static bool at_line(struct smtpd_message *m, uint8_t c)
{
	if (c == '\n') {
		smtpd_head_end(m);
		return true;
	}
	if (c == '\r' && m->state == M_BLOCK) {
		m->state = M_BLOCK_CR;
		return true;
	}
	if ((c == ' ' || c == '\t') && (m->name_len || m->fields)) {
		m->state = m->name_len ? M_FIELD : M_FIELD_SKIP;
		return false;
	}
	smtpd_head_field(m);
	m->hold_len = 0;
	m->state = c == '-' && m->levels ? M_BLOCK_HOLD : M_FIELD;
	return false;
}

/* A line that may be a boundary, or is no field. Returns whether the octet was
 * used. */
static bool in_hold(struct smtpd_message *m, uint8_t c)
{
	if (c != '\n' && m->hold_len < sizeof m->hold) {
		m->hold[m->hold_len++] = (char)c;
		return true;
	}
	if (c == '\n' && smtpd_boundary(m))
		return true;
	m->field_len = m->hold_len; /* at most as long as a field */
	memcpy(m->field, m->hold, m->hold_len);
	no_field(m);
	return false;
}

/* see message.h */
size_t smtpd_head_push(struct smtpd_message *m, uint8_t *p, size_t len)
{
	size_t i = 0;

	while (i < len && m->state <= M_BLOCK_HOLD) {
		bool used = true;

		switch (m->state) {
		case M_BLOCK:
		case M_BLOCK_CR:
			used = at_line(m, p[i]);
			break;
		case M_FIELD:
			used = in_field(m, p[i]);
			break;
		case M_BLOCK_HOLD:
			used = in_hold(m, p[i]);
			break;
		default:
			if (p[i] == '\n')
				m->state = M_BLOCK;
		}
		i += used;
	}
	return i;
}

#else
typedef int smtpd_no_head; /* ISO C wants a declaration */
#endif
