# board.sh - RISC-V, RV32IMAC: QEMU's virt machine with virtio-net
#
# SPDX-License-Identifier: BSD-3-Clause
. "$boards/common/firmware/qemu.sh"

board_packages="riscv kconfig"
board_sources="lwip wolfssl"
board_cmake="-DSMTPD_KCONFIG_FILE=boards/$board/board.config
	-DCMAKE_TOOLCHAIN_FILE=$boards/common/riscv/toolchain.cmake"
board_program=lwsmtpd.elf
# 32 MB, since QEMU puts its device tree 16 MB above the start of memory
board_machine="qemu-system-riscv32 -M virt -bios none -m 32M"
board_nic="-device virtio-net-device"
board_settings=0x80100000

board_start() {
	board_qemu "$@"
}
