# board.cmake - MPS2 AN385 with FreeRTOS
#
# SPDX-License-Identifier: BSD-3-Clause
include(boards/common/firmware/firmware.cmake)
include(boards/common/freertos/freertos.cmake)

board_freertos(GCC/ARM_CM3)
board_firmware(
	CPU -mcpu=cortex-m3 -mthumb
	ARCH cortex_m
	SOURCES boards/mps2_an385/board.c boards/common/drivers/lan9118.c
		${SMTPD_BOARD_RTOS_SOURCES} ${SMTPD_BOARD_FREERTOS_SOURCES}
	LINKER_SCRIPT boards/mps2_an385/memory.ld
	LWIP_OPTIONS lwip_freertos.h
	LIBRARIES freertos
	NO_MAIN
	OPTIONS BOARD_LAN9118=0x40200000 SMTPD_DATA_CHUNK=4096 SMTPD_MQTT=0
		SMTPD_INBOX=0 SMTPD_PAGE=0 SMTPD_TLS_OTHER_SLOTS=0
		SMTPD_LWIP_OTHER_TCP=2 BOARD_SINKS=0 BOARD_ENVELOPE_MAX=96)
target_include_directories(lwsmtpd PRIVATE ${SMTPD_BOARD_RTOS_INCLUDE_DIRS})
