# toolchain.cmake - for CMAKE_TOOLCHAIN_FILE: gcc for RISC-V
#
# SPDX-License-Identifier: BSD-3-Clause
#
# Which CPU it is says the board in board_firmware().
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(BOARD_TOOL_PREFIX riscv64-unknown-elf-)
