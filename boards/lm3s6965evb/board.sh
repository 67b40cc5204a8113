# board.sh - LM3S6965 evaluation board: Cortex-M3, 256 KB + 64 KB, in QEMU
#
# SPDX-License-Identifier: BSD-3-Clause
. "$boards/common/firmware/qemu.sh"

board_packages="cortex-m kconfig"
board_sources="lwip wolfssl"
board_cmake="-DSMTPD_KCONFIG_FILE=boards/$board/board.config
	-DCMAKE_TOOLCHAIN_FILE=$boards/common/cortex_m/toolchain.cmake"
board_cpu=Cortex-M3
board_memory="256 KB flash, 64 KB RAM"
board_network="Stellaris Ethernet at 0x40048000"
board_program=lwsmtpd.elf
board_machine="qemu-system-arm -M lm3s6965evb"
board_nic=stellaris
board_settings="0x0003f000 4K"

board_start() {
	board_qemu "$@"
}
