# board.sh - Arm MPS2 with AN500: what mps2_an385 is, with a Cortex-M7
#
# SPDX-License-Identifier: BSD-3-Clause
. "$boards/mps2_an385/board.sh"

board_cpu=Cortex-M7
board_network="LAN9118 at 0xa0000000"
board_machine="qemu-system-arm -M mps2-an500"
