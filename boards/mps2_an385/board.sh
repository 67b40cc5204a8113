# board.sh - Arm MPS2 with AN385: the comfortable board, everything on
#
# SPDX-License-Identifier: BSD-3-Clause
. "$boards/common/firmware/qemu.sh"

board_cpu=Cortex-M3
board_memory="4 MB flash, 4 MB RAM"
board_network="LAN9118 at 0x40200000"
board_packages="cortex-m kconfig"
board_sources="lwip wolfssl"
board_cmake="-DSMTPD_KCONFIG_FILE=boards/mps2_an385/board.config
	-DCMAKE_TOOLCHAIN_FILE=$boards/common/cortex_m/toolchain.cmake"
board_program=lwsmtpd.elf
board_machine="qemu-system-arm -M mps2-an385"
board_nic=lan9118
board_settings="0x003f0000 64K"
board_provision="--any-key --make-page-password"
board_page=8025

board_start() {
	board_qemu "$@"
}
