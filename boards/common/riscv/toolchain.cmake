# toolchain.cmake - GCC for RISC-V without an OS, with picolibc
#
# SPDX-License-Identifier: BSD-3-Clause
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_OBJCOPY riscv64-unknown-elf-objcopy CACHE FILEPATH "")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
# with the old name of the instruction set, which has the CSRs in it: under
# the new one GCC 12 finds no library
set(flags "-march=rv32imac -mabi=ilp32 -misa-spec=2.2 --specs=picolibc.specs")
set(CMAKE_C_FLAGS_INIT "${flags}")
set(CMAKE_ASM_FLAGS_INIT "${flags}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-nostartfiles")
