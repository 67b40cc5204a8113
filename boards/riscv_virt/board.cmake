# board.cmake - QEMU's RISC-V virt machine: RV32IMAC, everything on
#
# SPDX-License-Identifier: BSD-3-Clause
include(boards/common/firmware/firmware.cmake)

# The instruction set by its old name, which has the CSRs in it: under the new
# one GCC 12 finds no library. picolibc's other build copies octet by octet.
board_firmware(
	CPU -march=rv32imac -mabi=ilp32 -misa-spec=2.2
		--specs=picolibc.specs --picolibc-buildtype=release
	ARCH riscv
	SOURCES boards/riscv_virt/board.c boards/common/drivers/ns16550.c
		boards/common/drivers/virtio_net.c
	LINKER_SCRIPT boards/riscv_virt/memory.ld
	OPTIONS LWIP_SUPPORT_CUSTOM_PBUF=1 BOARD_ENVELOPE_MAX=8192)
