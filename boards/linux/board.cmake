# board.cmake - the Linux program: lwIP inside the process
#
# SPDX-License-Identifier: BSD-3-Clause
if(NOT SMTPD_BOARD_LINUX_SOURCES)
	return()
endif()

find_path(SLIRP_INCLUDE_DIR libslirp.h PATH_SUFFIXES slirp)
find_library(SLIRP_LIBRARY slirp)
if(NOT SLIRP_INCLUDE_DIR OR NOT SLIRP_LIBRARY)
	message(FATAL_ERROR "no libslirp: run config/deps packages linux")
endif()

target_sources(lwip PRIVATE ${SMTPD_LWIP_MQTT_SOURCES})
# a TAP tells of each frame whether it has a checksum
target_compile_definitions(lwip PUBLIC LWIP_CHECKSUM_CTRL_PER_NETIF=1)
# for the self-signed certificate of the first run
target_compile_definitions(wolfssl PUBLIC WOLFSSL_CERT_GEN WOLFSSL_ALT_NAMES)

include(${SMTPD_DIR}/boards/common/page/page.cmake)
board_page_files(page_files)
add_executable(lwsmtpd ${SMTPD_BOARD_LINUX_SOURCES}
	${SMTPD_BOARD_COMMON_SOURCES} ${SMTPD_BOARD_SINKS_SOURCES}
	${SMTPD_BOARD_PAGE_SOURCES}
	${page_files})
target_compile_options(lwsmtpd PRIVATE ${SMTPD_WARNINGS})
target_include_directories(lwsmtpd PRIVATE
	${SMTPD_BOARD_COMMON_INCLUDE_DIRS}
	${SMTPD_BOARD_PAGE_INCLUDE_DIRS} ${SLIRP_INCLUDE_DIR})
target_compile_definitions(lwsmtpd PRIVATE _GNU_SOURCE)
set_target_properties(lwsmtpd PROPERTIES C_EXTENSIONS ON)
target_link_libraries(lwsmtpd PRIVATE
	-Wl,--start-group smtpd_core smtpd_port_lwip smtpd_port_wolfssl
	lwip wolfssl -Wl,--end-group ${SLIRP_LIBRARY} m)
target_link_options(lwsmtpd PRIVATE -Wl,--gc-sections
	-Wl,-Map=${CMAKE_BINARY_DIR}/lwsmtpd.map)
add_custom_command(TARGET lwsmtpd POST_BUILD
	COMMAND ${SMTPD_DIR}/config/size-report ${CMAKE_BINARY_DIR}
	lwsmtpd VERBATIM)
