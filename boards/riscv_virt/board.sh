# board.sh - QEMU's RISC-V virt machine: a second architecture
#
# SPDX-License-Identifier: BSD-3-Clause
. "$boards/common/firmware/qemu.sh"

board_cpu=RV32IMAC
board_memory="1 MB flash, 512 KB RAM"
board_network="virtio-net over MMIO"
board_packages="riscv kconfig"
board_sources="lwip wolfssl"
board_cmake="-DSMTPD_KCONFIG_FILE=boards/riscv_virt/board.config
	-DCMAKE_TOOLCHAIN_FILE=$boards/common/riscv/toolchain.cmake"
board_program=lwsmtpd.elf
# 32 MB, since QEMU puts its device tree 16 MB above the start of memory
board_machine="qemu-system-riscv32 -M virt -bios none -m 32M"
board_nic="-device virtio-net-device"
board_settings="0x80100000 64K"
board_provision=--any-key

board_start() {
	board_qemu "$@"
}
