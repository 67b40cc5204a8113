# board.sh - Arm MPS2 with AN385: Cortex-M3, 4 MB + 4 MB, in QEMU
#
# SPDX-License-Identifier: BSD-3-Clause
. "$boards/common/firmware/qemu.sh"

board_packages="cortex-m kconfig"
board_sources="lwip wolfssl"
board_cmake="-DSMTPD_KCONFIG_FILE=boards/$board/board.config
	-DCMAKE_TOOLCHAIN_FILE=$boards/common/cortex_m/toolchain.cmake"
board_program=lwsmtpd.elf
board_machine="qemu-system-arm -M mps2-an385"
board_nic=lan9118
board_settings="0x003f0000 64K"
board_provision=--any-key

board_start() {
	board_qemu "$@"
}
