# freertos.cmake - board_freertos(): the kernel and lwIP's port to it
#
# SPDX-License-Identifier: BSD-3-Clause
#
#   board_freertos(PORT)     before board_firmware(), which gets NO_MAIN,
#                            LIBRARIES freertos, LWIP_OPTIONS lwip_freertos.h
#                            and SMTPD_BOARD_FREERTOS_SOURCES
#
# PORT  folder below the kernel's portable/, such as GCC/ARM_CM3
#
# The kernel is the one at FREERTOS_KERNEL_PATH; without that the one which
# config/deps has got.
set(kernel ${SMTPD_DIR}/build/deps/freertos)
if(NOT "$ENV{FREERTOS_KERNEL_PATH}" STREQUAL "")
	set(kernel $ENV{FREERTOS_KERNEL_PATH})
endif()
set(FREERTOS_KERNEL_PATH ${kernel} CACHE PATH "Unpacked FreeRTOS kernel")
if(NOT EXISTS ${FREERTOS_KERNEL_PATH}/tasks.c)
	message(FATAL_ERROR "no FreeRTOS kernel at ${FREERTOS_KERNEL_PATH}: run "
		"config/deps freertos, or set FREERTOS_KERNEL_PATH")
endif()

function(board_freertos port)
	set(kernel ${FREERTOS_KERNEL_PATH})
	set(arch ${LWIP_DIR}/contrib/ports/freertos)
	add_library(freertos STATIC ${kernel}/list.c ${kernel}/queue.c
		${kernel}/tasks.c ${kernel}/portable/${port}/port.c
		${kernel}/portable/MemMang/heap_4.c ${arch}/sys_arch.c)
	target_compile_options(freertos PRIVATE -w)
	target_include_directories(freertos SYSTEM PUBLIC ${kernel}/include
		${kernel}/portable/${port})
	target_include_directories(freertos PUBLIC
		${SMTPD_BOARD_FREERTOS_INCLUDE_DIRS})
	target_link_libraries(freertos PUBLIC lwip)
	target_sources(lwip PRIVATE ${SMTPD_LWIP_API_SOURCES})
	target_include_directories(lwip SYSTEM PUBLIC ${arch}/include)
	target_include_directories(smtpd_config INTERFACE
		${SMTPD_BOARD_FREERTOS_INCLUDE_DIRS})
endfunction()
