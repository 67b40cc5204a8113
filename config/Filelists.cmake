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
)

# ---- bindings ----

set(SMTPD_PORT_LWIP_INCLUDE_DIRS ${SMTPD_DIR}/port/lwip)
set(SMTPD_PORT_LWIP_SOURCES
)

set(SMTPD_PORT_WOLFSSL_INCLUDE_DIRS ${SMTPD_DIR}/port/wolfssl)
set(SMTPD_PORT_WOLFSSL_SOURCES
)

# ---- lwIP ----

# Ours come first: lwipopts.h, arch/cc.h.
set(SMTPD_LWIP_INCLUDE_DIRS
	${SMTPD_DIR}/config/lwip
	${LWIP_DIR}/src/include
)
set(SMTPD_LWIP_SOURCES
	${LWIP_DIR}/src/core/altcp.c
	${LWIP_DIR}/src/core/altcp_alloc.c
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

# ---- wolfSSL: compile with -DWOLFSSL_USER_SETTINGS ----

set(SMTPD_WOLFSSL_INCLUDE_DIRS ${SMTPD_DIR}/config/wolfssl ${WOLFSSL_DIR})
set(SMTPD_WOLFSSL_SOURCES
	${WOLFSSL_DIR}/src/internal.c
	${WOLFSSL_DIR}/src/keys.c
	${WOLFSSL_DIR}/src/ssl.c
	${WOLFSSL_DIR}/src/tls.c
	${WOLFSSL_DIR}/src/tls13.c
	${WOLFSSL_DIR}/src/wolfio.c
	${WOLFSSL_DIR}/wolfcrypt/src/aes.c
	${WOLFSSL_DIR}/wolfcrypt/src/asn.c
	${WOLFSSL_DIR}/wolfcrypt/src/chacha.c
	${WOLFSSL_DIR}/wolfcrypt/src/chacha20_poly1305.c
	${WOLFSSL_DIR}/wolfcrypt/src/coding.c
	${WOLFSSL_DIR}/wolfcrypt/src/cpuid.c
	${WOLFSSL_DIR}/wolfcrypt/src/curve25519.c
	${WOLFSSL_DIR}/wolfcrypt/src/ecc.c
	${WOLFSSL_DIR}/wolfcrypt/src/error.c
	${WOLFSSL_DIR}/wolfcrypt/src/fe_low_mem.c
	${WOLFSSL_DIR}/wolfcrypt/src/fe_operations.c
	${WOLFSSL_DIR}/wolfcrypt/src/hash.c
	${WOLFSSL_DIR}/wolfcrypt/src/hmac.c
	${WOLFSSL_DIR}/wolfcrypt/src/kdf.c
	${WOLFSSL_DIR}/wolfcrypt/src/logging.c
	${WOLFSSL_DIR}/wolfcrypt/src/memory.c
	${WOLFSSL_DIR}/wolfcrypt/src/misc.c
	${WOLFSSL_DIR}/wolfcrypt/src/poly1305.c
	${WOLFSSL_DIR}/wolfcrypt/src/pwdbased.c
	${WOLFSSL_DIR}/wolfcrypt/src/random.c
	${WOLFSSL_DIR}/wolfcrypt/src/rsa.c
	${WOLFSSL_DIR}/wolfcrypt/src/sha.c
	${WOLFSSL_DIR}/wolfcrypt/src/sha256.c
	${WOLFSSL_DIR}/wolfcrypt/src/sha512.c
	${WOLFSSL_DIR}/wolfcrypt/src/signature.c
	${WOLFSSL_DIR}/wolfcrypt/src/sp_c32.c
	${WOLFSSL_DIR}/wolfcrypt/src/sp_c64.c
	${WOLFSSL_DIR}/wolfcrypt/src/sp_cortexm.c
	${WOLFSSL_DIR}/wolfcrypt/src/sp_int.c
	${WOLFSSL_DIR}/wolfcrypt/src/sp_x86_64.c
	${WOLFSSL_DIR}/wolfcrypt/src/wc_encrypt.c
	${WOLFSSL_DIR}/wolfcrypt/src/wc_port.c
	${WOLFSSL_DIR}/wolfcrypt/src/wolfmath.c
)
set(SMTPD_WOLFSSL_X86_64_SOURCES
	${WOLFSSL_DIR}/wolfcrypt/src/aes_asm.S
	${WOLFSSL_DIR}/wolfcrypt/src/aes_gcm_asm.S
	${WOLFSSL_DIR}/wolfcrypt/src/chacha_asm.S
	${WOLFSSL_DIR}/wolfcrypt/src/fe_x25519_asm.S
	${WOLFSSL_DIR}/wolfcrypt/src/poly1305_asm.S
	${WOLFSSL_DIR}/wolfcrypt/src/sha256_asm.S
	${WOLFSSL_DIR}/wolfcrypt/src/sha512_asm.S
	${WOLFSSL_DIR}/wolfcrypt/src/sp_x86_64_asm.S
)

# ---- boards ----

set(SMTPD_BOARD_LINUX_SOURCES
)
