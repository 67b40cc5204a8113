# Filelists.cmake - source lists of every layer, for this and for your build
#
# SPDX-License-Identifier: BSD-3-Clause
#
# Sets variables and nothing else. Before include(): SMTPD_DIR is this
# project's folder, LWIP_DIR and WOLFSSL_DIR are unpacked releases; the lists
# of what you do not use may stay unset. A file whose option is off compiles
# to nothing, so the lists hold for every configuration.

# ---- the engine ----

set(SMTPD_INCLUDE_DIRS ${SMTPD_DIR}/core ${SMTPD_DIR}/config)
set(SMTPD_CORE_SOURCES
	${SMTPD_DIR}/core/alert.c
	${SMTPD_DIR}/core/alert_date.c
	${SMTPD_DIR}/core/alert_html.c
	${SMTPD_DIR}/core/alert_rules.c
	${SMTPD_DIR}/core/access.c
	${SMTPD_DIR}/core/base64.c
	${SMTPD_DIR}/core/cidr.c
	${SMTPD_DIR}/core/charset.c
	${SMTPD_DIR}/core/charset_gbk.c
	${SMTPD_DIR}/core/cmd_auth.c
	${SMTPD_DIR}/core/cmd_data.c
	${SMTPD_DIR}/core/cmd_hello.c
	${SMTPD_DIR}/core/cmd_mail.c
	${SMTPD_DIR}/core/cmd_misc.c
	${SMTPD_DIR}/core/command.c
	${SMTPD_DIR}/core/config.c
	${SMTPD_DIR}/core/evict.c
	${SMTPD_DIR}/core/greet.c
	${SMTPD_DIR}/core/hmac.c
	${SMTPD_DIR}/core/debts.c
	${SMTPD_DIR}/core/foreign.c
	${SMTPD_DIR}/core/input.c
	${SMTPD_DIR}/core/message.c
	${SMTPD_DIR}/core/message_body.c
	${SMTPD_DIR}/core/message_head.c
	${SMTPD_DIR}/core/message_param.c
	${SMTPD_DIR}/core/message_word.c
	${SMTPD_DIR}/core/params.c
	${SMTPD_DIR}/core/path.c
	${SMTPD_DIR}/core/peers.c
	${SMTPD_DIR}/core/pool.c
	${SMTPD_DIR}/core/proxy.c
	${SMTPD_DIR}/core/quirk.c
	${SMTPD_DIR}/core/received.c
	${SMTPD_DIR}/core/recipients.c
	${SMTPD_DIR}/core/relay_check.c
	${SMTPD_DIR}/core/reply.c
	${SMTPD_DIR}/core/scram.c
	${SMTPD_DIR}/core/scram_final.c
	${SMTPD_DIR}/core/scram_message.c
	${SMTPD_DIR}/core/session.c
	${SMTPD_DIR}/core/text.c
	${SMTPD_DIR}/core/tls_first.c
	${SMTPD_DIR}/core/tls_offer.c
	${SMTPD_DIR}/core/unstuff.c
	${SMTPD_DIR}/core/utf8.c
)

# ---- bindings ----

set(SMTPD_PORT_LWIP_INCLUDE_DIRS ${SMTPD_DIR}/port/lwip)
set(SMTPD_PORT_LWIP_SOURCES
	${SMTPD_DIR}/port/lwip/close.c
	${SMTPD_DIR}/port/lwip/conn.c
	${SMTPD_DIR}/port/lwip/hooks.c
	${SMTPD_DIR}/port/lwip/listener.c
	${SMTPD_DIR}/port/lwip/peer.c
	${SMTPD_DIR}/port/lwip/proxy.c
	${SMTPD_DIR}/port/lwip/pump.c
	${SMTPD_DIR}/port/lwip/random.c
	${SMTPD_DIR}/port/lwip/tcp_options.c
	${SMTPD_DIR}/port/lwip/tls.c
)

set(SMTPD_PORT_WOLFSSL_INCLUDE_DIRS ${SMTPD_DIR}/port/wolfssl)
set(SMTPD_PORT_WOLFSSL_SOURCES
	${SMTPD_DIR}/port/wolfssl/altcp_tls_config.c
	${SMTPD_DIR}/port/wolfssl/altcp_tls_info.c
	${SMTPD_DIR}/port/wolfssl/altcp_tls_run.c
	${SMTPD_DIR}/port/wolfssl/altcp_tls_wolfssl.c
	${SMTPD_DIR}/port/wolfssl/crypto.c
	${SMTPD_DIR}/port/wolfssl/tls_arena.c
	${SMTPD_DIR}/port/wolfssl/tls_binding.c
	${SMTPD_DIR}/port/wolfssl/tls_client_cert.c
	${SMTPD_DIR}/port/wolfssl/tls_config.c
	${SMTPD_DIR}/port/wolfssl/tls_der.c
	${SMTPD_DIR}/port/wolfssl/tls_engine.c
	${SMTPD_DIR}/port/wolfssl/tls_explain.c
	${SMTPD_DIR}/port/wolfssl/tls_io.c
	${SMTPD_DIR}/port/wolfssl/tls_memory.c
	${SMTPD_DIR}/port/wolfssl/tls_platform.c
	${SMTPD_DIR}/port/wolfssl/tls_reason.c
	${SMTPD_DIR}/port/wolfssl/tls_ticket.c
)

# ---- lwIP ----

# Ours come first: lwipopts.h, arch/cc.h.
set(SMTPD_LWIP_INCLUDE_DIRS
	${SMTPD_DIR}/config/lwip
	${LWIP_DIR}/src/include
)
# Without altcp_alloc.c: port/wolfssl has its own altcp_tls_new().
set(SMTPD_LWIP_SOURCES
	${LWIP_DIR}/src/core/altcp.c
	${LWIP_DIR}/src/core/altcp_tcp.c
	${LWIP_DIR}/src/core/def.c
	${LWIP_DIR}/src/core/dns.c
	${LWIP_DIR}/src/core/inet_chksum.c
	${LWIP_DIR}/src/core/init.c
	${LWIP_DIR}/src/core/ip.c
	${LWIP_DIR}/src/core/mem.c
	${LWIP_DIR}/src/core/memp.c
	${LWIP_DIR}/src/core/netif.c
	${LWIP_DIR}/src/core/pbuf.c
	${LWIP_DIR}/src/core/raw.c
	${LWIP_DIR}/src/core/stats.c
	${LWIP_DIR}/src/core/sys.c
	${LWIP_DIR}/src/core/tcp.c
	${LWIP_DIR}/src/core/tcp_in.c
	${LWIP_DIR}/src/core/tcp_out.c
	${LWIP_DIR}/src/core/timeouts.c
	${LWIP_DIR}/src/core/udp.c
	${LWIP_DIR}/src/core/ipv4/acd.c
	${LWIP_DIR}/src/core/ipv4/autoip.c
	${LWIP_DIR}/src/core/ipv4/dhcp.c
	${LWIP_DIR}/src/core/ipv4/etharp.c
	${LWIP_DIR}/src/core/ipv4/icmp.c
	${LWIP_DIR}/src/core/ipv4/igmp.c
	${LWIP_DIR}/src/core/ipv4/ip4.c
	${LWIP_DIR}/src/core/ipv4/ip4_addr.c
	${LWIP_DIR}/src/core/ipv4/ip4_frag.c
	${LWIP_DIR}/src/core/ipv6/dhcp6.c
	${LWIP_DIR}/src/core/ipv6/ethip6.c
	${LWIP_DIR}/src/core/ipv6/icmp6.c
	${LWIP_DIR}/src/core/ipv6/inet6.c
	${LWIP_DIR}/src/core/ipv6/ip6.c
	${LWIP_DIR}/src/core/ipv6/ip6_addr.c
	${LWIP_DIR}/src/core/ipv6/ip6_frag.c
	${LWIP_DIR}/src/core/ipv6/mld6.c
	${LWIP_DIR}/src/core/ipv6/nd6.c
	${LWIP_DIR}/src/netif/ethernet.c
)
# Only with NO_SYS=0.
set(SMTPD_LWIP_API_SOURCES
	${LWIP_DIR}/src/api/err.c
	${LWIP_DIR}/src/api/tcpip.c
)
# lwIP's applications, where a board wants them.
set(SMTPD_LWIP_HTTPD_SOURCES
	${LWIP_DIR}/src/apps/http/fs.c
	${LWIP_DIR}/src/apps/http/httpd.c
)
set(SMTPD_LWIP_MQTT_SOURCES ${LWIP_DIR}/src/apps/mqtt/mqtt.c)
set(SMTPD_LWIP_MDNS_SOURCES
	${LWIP_DIR}/src/apps/mdns/mdns.c
	${LWIP_DIR}/src/apps/mdns/mdns_domain.c
	${LWIP_DIR}/src/apps/mdns/mdns_out.c
)
set(SMTPD_LWIP_SNTP_SOURCES ${LWIP_DIR}/src/apps/sntp/sntp.c)

# ---- wolfSSL ----

# SMTPD_WOLFSSL_SOURCES, _DEFINITIONS, _INCLUDE_DIRS; per processor
# SMTPD_WOLFSSL_X86_64_SOURCES and _FLAGS, SMTPD_WOLFSSL_CORTEX_M_SOURCES.
include(${SMTPD_DIR}/config/wolfssl/sources.cmake)

# ---- boards ----

# What boards share, and may each use or leave.
set(SMTPD_BOARD_COMMON_INCLUDE_DIRS
	${SMTPD_DIR}/boards/common
	${SMTPD_DIR}/boards/common/mqtt
)
set(SMTPD_BOARD_COMMON_SOURCES
	${SMTPD_DIR}/boards/common/access.c
	${SMTPD_DIR}/boards/common/address.c
	${SMTPD_DIR}/boards/common/auth.c
	${SMTPD_DIR}/boards/common/certificate.c
	${SMTPD_DIR}/boards/common/content.c
	${SMTPD_DIR}/boards/common/blob.c
	${SMTPD_DIR}/boards/common/blocks.c
	${SMTPD_DIR}/boards/common/board_base64.c
	${SMTPD_DIR}/boards/common/event.c
	${SMTPD_DIR}/boards/common/flags.c
	${SMTPD_DIR}/boards/common/alerts/alert.c
	${SMTPD_DIR}/boards/common/alerts/inbox.c
	${SMTPD_DIR}/boards/common/alerts/reader.c
	${SMTPD_DIR}/boards/common/mqtt/mqtt_alert.c
	${SMTPD_DIR}/boards/common/mqtt/mqtt_channels.c
	${SMTPD_DIR}/boards/common/mqtt/mqtt_client.c
	${SMTPD_DIR}/boards/common/mqtt/mqtt_discovery.c
	${SMTPD_DIR}/boards/common/mqtt/mqtt_guard.c
	${SMTPD_DIR}/boards/common/mqtt/mqtt_mail.c
	${SMTPD_DIR}/boards/common/mqtt/mqtt_store.c
	${SMTPD_DIR}/boards/common/mqtt/mqtt_topic.c
	${SMTPD_DIR}/boards/common/policy.c
	${SMTPD_DIR}/boards/common/relay.c
	${SMTPD_DIR}/boards/common/rate.c
	${SMTPD_DIR}/boards/common/setting.c
	${SMTPD_DIR}/boards/common/text.c
	${SMTPD_DIR}/boards/common/verifier.c
)

# Several sinks behind one, for a board that has no sink of its own.
set(SMTPD_BOARD_SINKS_SOURCES
	${SMTPD_DIR}/boards/common/sinks/route.c
	${SMTPD_DIR}/boards/common/sinks/sink_inbox.c
	${SMTPD_DIR}/boards/common/sinks/sink_mqtt.c
	${SMTPD_DIR}/boards/common/sinks/sinks.c
	${SMTPD_DIR}/boards/common/sinks/sinks_list.c
	${SMTPD_DIR}/boards/common/sinks/sinks_read.c
	${SMTPD_DIR}/boards/common/sinks/sinks_route.c
)

# The web page; beside these the files that page.cmake makes.
set(SMTPD_BOARD_PAGE_INCLUDE_DIRS ${SMTPD_DIR}/boards/common/page)
set(SMTPD_BOARD_PAGE_SOURCES
	${SMTPD_DIR}/boards/common/page/http.c
	${SMTPD_DIR}/boards/common/page/page.c
	${SMTPD_DIR}/boards/common/page/page_alerts.c
	${SMTPD_DIR}/boards/common/page/page_answer.c
	${SMTPD_DIR}/boards/common/page/page_auth.c
	${SMTPD_DIR}/boards/common/page/page_events.c
	${SMTPD_DIR}/boards/common/page/page_gauges.c
	${SMTPD_DIR}/boards/common/page/page_json.c
	${SMTPD_DIR}/boards/common/page/page_metrics.c
)

# Firmware: of every board, and of bare metal; per architecture.
set(SMTPD_BOARD_FIRMWARE_INCLUDE_DIRS ${SMTPD_DIR}/boards/common/firmware)
set(SMTPD_BOARD_FIRMWARE_SOURCES
	${SMTPD_DIR}/boards/common/firmware/auth_timer.c
	${SMTPD_DIR}/boards/common/firmware/commands.c
	${SMTPD_DIR}/boards/common/firmware/console.c
	${SMTPD_DIR}/boards/common/firmware/firmware.c
	${SMTPD_DIR}/boards/common/firmware/inbox_list.c
	${SMTPD_DIR}/boards/common/firmware/log.c
	${SMTPD_DIR}/boards/common/firmware/mqtt.c
	${SMTPD_DIR}/boards/common/firmware/net.c
	${SMTPD_DIR}/boards/common/firmware/page_open.c
	${SMTPD_DIR}/boards/common/firmware/record.c
	${SMTPD_DIR}/boards/common/firmware/semihosting.c
	${SMTPD_DIR}/boards/common/firmware/server.c
	${SMTPD_DIR}/boards/common/firmware/settings.c
	${SMTPD_DIR}/boards/common/firmware/stack.c
	${SMTPD_DIR}/boards/common/firmware/stats.c
)
# Its sinks, beside SMTPD_BOARD_SINKS_SOURCES; the one where RAM is short.
set(SMTPD_BOARD_FIRMWARE_SINKS_SOURCES
	${SMTPD_DIR}/boards/common/firmware/sink.c
	${SMTPD_DIR}/boards/common/firmware/sink_log.c
)
set(SMTPD_BOARD_PLAIN_SINK_SOURCES
	${SMTPD_DIR}/boards/common/firmware/sink_plain.c
)
set(SMTPD_BOARD_BARE_METAL_SOURCES ${SMTPD_DIR}/boards/common/firmware/main.c)
# A board takes the ones it has a device for.
set(SMTPD_BOARD_DRIVER_SOURCES
	${SMTPD_DIR}/boards/common/drivers/lan9118.c
	${SMTPD_DIR}/boards/common/drivers/ns16550.c
	${SMTPD_DIR}/boards/common/drivers/stellaris_enet.c
	${SMTPD_DIR}/boards/common/drivers/virtio_net.c
)
set(SMTPD_BOARD_CORTEX_M_INCLUDE_DIRS ${SMTPD_DIR}/boards/common/cortex_m)
set(SMTPD_BOARD_CORTEX_M_SOURCES
	${SMTPD_DIR}/boards/common/cortex_m/clock.c
	${SMTPD_DIR}/boards/common/cortex_m/fault.c
	${SMTPD_DIR}/boards/common/cortex_m/semihosting_call.c
	${SMTPD_DIR}/boards/common/cortex_m/start.c
)
set(SMTPD_BOARD_RISCV_INCLUDE_DIRS ${SMTPD_DIR}/boards/common/riscv)
set(SMTPD_BOARD_RISCV_SOURCES
	${SMTPD_DIR}/boards/common/riscv/fault.c
	${SMTPD_DIR}/boards/common/riscv/mtimer.c
	${SMTPD_DIR}/boards/common/riscv/plic.c
	${SMTPD_DIR}/boards/common/riscv/semihosting_call.S
	${SMTPD_DIR}/boards/common/riscv/start.S
)

# For boards with FreeRTOS.
set(SMTPD_BOARD_FREERTOS_INCLUDE_DIRS ${SMTPD_DIR}/boards/common/freertos)
set(SMTPD_BOARD_FREERTOS_SOURCES
	${SMTPD_DIR}/boards/common/freertos/application.c
	${SMTPD_DIR}/boards/common/freertos/main.c
)

# For boards with an RTOS: a sink on a task of its own.
set(SMTPD_BOARD_RTOS_INCLUDE_DIRS ${SMTPD_DIR}/boards/common/rtos)
set(SMTPD_BOARD_RTOS_SOURCES
	${SMTPD_DIR}/boards/common/rtos/queue_log.c
	${SMTPD_DIR}/boards/common/rtos/queue_sink.c
	${SMTPD_DIR}/boards/common/rtos/queue_task.c
)

set(SMTPD_BOARD_LINUX_SOURCES
	${SMTPD_DIR}/boards/linux/files.c
	${SMTPD_DIR}/boards/linux/host_ports.c
	${SMTPD_DIR}/boards/linux/log.c
	${SMTPD_DIR}/boards/linux/main.c
	${SMTPD_DIR}/boards/linux/mqtt.c
	${SMTPD_DIR}/boards/linux/net.c
	${SMTPD_DIR}/boards/linux/net_tap.c
	${SMTPD_DIR}/boards/linux/net_user.c
	${SMTPD_DIR}/boards/linux/options.c
	${SMTPD_DIR}/boards/linux/options_help.c
	${SMTPD_DIR}/boards/linux/options_read.c
	${SMTPD_DIR}/boards/linux/page_open.c
	${SMTPD_DIR}/boards/linux/page_password.c
	${SMTPD_DIR}/boards/linux/ready.c
	${SMTPD_DIR}/boards/linux/self_signed.c
	${SMTPD_DIR}/boards/linux/server.c
	${SMTPD_DIR}/boards/linux/sink_log.c
	${SMTPD_DIR}/boards/linux/sink_maildir.c
	${SMTPD_DIR}/boards/linux/sinks.c
	${SMTPD_DIR}/boards/linux/state.c
	${SMTPD_DIR}/boards/linux/tls_files.c
	${SMTPD_DIR}/boards/linux/users.c
	${SMTPD_DIR}/boards/linux/users_hash.c
	${SMTPD_DIR}/boards/linux/version.c
)
