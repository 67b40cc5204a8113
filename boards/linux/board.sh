# board.sh - one Linux process: lwIP over libslirp, or on a TAP device
#
# SPDX-License-Identifier: BSD-3-Clause
board_packages=linux
board_sources="lwip wolfssl"
board_cmake=-DSMTPD_PROFILE=full
board_program=lwsmtpd

board_start() {
	exec "$build/lwsmtpd" "$@"
}
