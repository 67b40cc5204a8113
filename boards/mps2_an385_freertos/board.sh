# board.sh - the same board with FreeRTOS: mail goes to a task of its own
#
# SPDX-License-Identifier: BSD-3-Clause
. "$boards/mps2_an385/board.sh"

board_sources="lwip wolfssl freertos"
board_provision=--any-key
board_page=
