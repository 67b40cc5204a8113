/*
 * firmware.c - boot, and what the engine asks of a board
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "auth_timer.h"
#include "board.h"
#include "console.h"
#include "firmware.h"
#include "lwip_smtpd.h"
#include "mqtt.h"
#include "net.h"
#include "page_open.h"
#include "server.h"
#include "sink.h"
#include "smtpd_port.h"

struct board_settings board_settings;

/* ---- what the engine asks of a board ---- */

/* see smtpd_port.h */
int64_t smtpd_port_wall_s(void)
{
	return board_time_s();
}

/* see smtpd_port.h */
int smtpd_port_entropy(uint8_t *buf, size_t len)
{
	return board_entropy(buf, len) ? SMTPD_ENONE : 0;
}

/* see config/lwip/arch/cc.h */
void board_assert(const char *what, const char *file, int line)
{
	board_put("\r\nassert: ");
	board_put(what);
	board_put(" (");
	board_put(file);
	board_put(":");
	board_put_num((uint32_t)line);
	board_put_line(")");
	board_reset();
}

/* ---- start ---- */

void board_firmware_boot(void)
{
	const struct board_flash *flash = &board_settings_flash;

	board_put("\r\nlwsmtpd " SMTPD_VERSION " on ");
	board_put_line(board_name());
	board_settings_read(
		&board_settings, flash->p, flash->size, board_put_line);
}

void board_firmware_start(const struct smtpd_sink *sink)
{
	lwip_smtpd_init();
	board_auth_timer_open(&board_settings);
	if (!sink)
		board_sink_open();
	board_server_open(sink ? sink : &board_sink);
#if SMTPD_PAGE
	board_page_start();
#endif
	board_net_open();
#if SMTPD_MQTT
	if (!sink && board_sinks_have("mqtt"))
		board_mqtt_open();
#endif
}
