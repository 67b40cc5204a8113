# firmware.cmake - board_firmware(): the image of a board without an OS
#
# SPDX-License-Identifier: BSD-3-Clause
#
#   board_firmware(ARCH cortex_m CPU -mcpu=cortex-m3 -mthumb
#       SOURCES FILE... LINKER_SCRIPT FILE [OPTIONS NAME=VALUE...]
#       [NO_MAIN] [LIBRARIES ...] [LWIP_OPTIONS HEADER])
#
# ARCH     folder boards/common/ARCH: start-up, faults, sections.ld; its
#          sources are SMTPD_BOARD_<ARCH>_SOURCES in Filelists.cmake
# CPU      options of compiler and linker, for every file
# OPTIONS  definitions for every file: options of lwsmtpd and of lwIP;
#          BOARD_SINKS=0: no RAM for boards/common/sinks
# LWIP_OPTIONS  header with lwIP's options instead of lwip_firmware.h, which it
#          may include
# NO_MAIN  SOURCES have a main(), such as that of an RTOS
#
# Leaves lwsmtpd.elf, .bin, .hex, and prints the size table. Paths are relative
# to the project's folder.
if(NOT CMAKE_CROSSCOMPILING)
	message(FATAL_ERROR "firmware wants a CMAKE_TOOLCHAIN_FILE, as the "
		"board's board.sh gives")
endif()

# Options of all our libraries and of third parties.
function(board_options)
	target_compile_options(smtpd_config INTERFACE ${arg_CPU} -Os
		-ffunction-sections -fdata-sections -fno-common
		-fstack-usage -fcallgraph-info=su)
	target_compile_definitions(smtpd_config INTERFACE ${arg_OPTIONS}
		SMTPD_LWIP_BOARD_OPTS="${arg_LWIP_OPTIONS}")
	target_include_directories(smtpd_config INTERFACE
		${SMTPD_BOARD_FIRMWARE_INCLUDE_DIRS})
	target_sources(lwip PRIVATE ${SMTPD_LWIP_MDNS_SOURCES}
		${SMTPD_LWIP_MQTT_SOURCES})
endfunction()

function(board_link)
	target_link_libraries(lwsmtpd PRIVATE ${arg_CPU} -nostdlib
		-Wl,--start-group smtpd_core smtpd_port_lwip
		smtpd_port_wolfssl lwip wolfssl ${arg_LIBRARIES} -lc -lgcc
		-Wl,--end-group)
	target_link_options(lwsmtpd PRIVATE -fcallgraph-info=su
		-Wl,--gc-sections -Wl,--build-id=none
		-Wl,--fatal-warnings -L${SMTPD_DIR}/boards/common/${arg_ARCH}
		-T${SMTPD_DIR}/${arg_LINKER_SCRIPT}
		-Wl,-Map=${CMAKE_BINARY_DIR}/lwsmtpd.elf.map)
	set_target_properties(lwsmtpd PROPERTIES SUFFIX .elf LINK_DEPENDS
		"${SMTPD_DIR}/${arg_LINKER_SCRIPT};${SMTPD_DIR}/boards/common/${arg_ARCH}/sections.ld")
endfunction()

function(board_image)
	set(objcopy ${BOARD_TOOL_PREFIX}objcopy)
	add_custom_command(TARGET lwsmtpd POST_BUILD
		COMMAND ${objcopy} -O binary lwsmtpd.elf lwsmtpd.bin
		COMMAND ${objcopy} -O ihex lwsmtpd.elf lwsmtpd.hex
		COMMAND ${CMAKE_COMMAND} -E env NM=${BOARD_TOOL_PREFIX}nm
			READELF=${BOARD_TOOL_PREFIX}readelf
			${SMTPD_DIR}/config/size-report ${CMAKE_BINARY_DIR}
			lwsmtpd.elf
		COMMAND ${CMAKE_COMMAND} -E env NM=${BOARD_TOOL_PREFIX}nm
			${SMTPD_DIR}/boards/common/firmware/memory-map
			${CMAKE_BINARY_DIR}
		WORKING_DIRECTORY ${CMAKE_BINARY_DIR} VERBATIM)
endfunction()

include(boards/common/page/page.cmake)

function(board_firmware)
	cmake_parse_arguments(arg NO_MAIN "ARCH;LINKER_SCRIPT;LWIP_OPTIONS"
		"CPU;SOURCES;OPTIONS;LIBRARIES" ${ARGN})
	string(TOUPPER ${arg_ARCH} arch)
	if(NOT arg_LWIP_OPTIONS)
		set(arg_LWIP_OPTIONS lwip_firmware.h)
	endif()
	list(TRANSFORM arg_SOURCES PREPEND ${SMTPD_DIR}/
		REGEX "^boards/")
	if(CMAKE_SYSTEM_PROCESSOR STREQUAL arm)
		target_sources(wolfssl PRIVATE
			${SMTPD_WOLFSSL_CORTEX_M_SOURCES})
	endif()
	board_options()
	board_page_files(page_files)
	add_executable(lwsmtpd ${arg_SOURCES}
		${SMTPD_BOARD_COMMON_SOURCES} ${SMTPD_BOARD_FIRMWARE_SOURCES}
		${SMTPD_BOARD_${arch}_SOURCES}
		${SMTPD_BOARD_PAGE_SOURCES} ${page_files})
	if("BOARD_SINKS=0" IN_LIST arg_OPTIONS)
		target_sources(lwsmtpd PRIVATE
			${SMTPD_BOARD_PLAIN_SINK_SOURCES})
	else()
		target_sources(lwsmtpd PRIVATE ${SMTPD_BOARD_SINKS_SOURCES}
			${SMTPD_BOARD_FIRMWARE_SINKS_SOURCES})
	endif()
	if(NOT arg_NO_MAIN)
		target_sources(lwsmtpd PRIVATE ${SMTPD_BOARD_BARE_METAL_SOURCES})
	endif()
	target_compile_options(lwsmtpd PRIVATE ${SMTPD_WARNINGS})
	target_compile_definitions(lwsmtpd PRIVATE
		BOARD_NAME="${SMTPD_BOARD}" BOARD_SINK_ITEM_MAX=32)
	set_target_properties(lwsmtpd PROPERTIES C_EXTENSIONS ON)
	target_include_directories(lwsmtpd PRIVATE
		${SMTPD_BOARD_COMMON_INCLUDE_DIRS}
		${SMTPD_BOARD_FIRMWARE_INCLUDE_DIRS}
		${SMTPD_BOARD_PAGE_INCLUDE_DIRS}
		${SMTPD_BOARD_${arch}_INCLUDE_DIRS})
	board_link()
	board_image()
endfunction()
