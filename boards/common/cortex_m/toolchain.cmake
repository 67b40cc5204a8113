# toolchain.cmake - for CMAKE_TOOLCHAIN_FILE: gcc for Cortex-M
#
# SPDX-License-Identifier: BSD-3-Clause
#
# Which CPU it is says the board in board_firmware().
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_ASM_COMPILER arm-none-eabi-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(BOARD_TOOL_PREFIX arm-none-eabi-)
