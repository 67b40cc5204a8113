# page.cmake - the page's sources, and its own files as C arrays
#
# SPDX-License-Identifier: BSD-3-Clause
function(board_page_files sources)
	foreach(name html css js)
		set(in ${SMTPD_DIR}/boards/common/page/page.${name})
		set(out ${CMAKE_BINARY_DIR}/page/page_${name}.c)
		add_custom_command(OUTPUT ${out}
			COMMAND ${CMAKE_COMMAND} -DIN=${in} -DOUT=${out}
			-DNAME=${name}
			-P ${SMTPD_DIR}/boards/common/page/embed.cmake
			DEPENDS ${in}
			${SMTPD_DIR}/boards/common/page/embed.cmake VERBATIM)
		list(APPEND made ${out})
	endforeach()
	set(${sources} ${made} PARENT_SCOPE)
endfunction()
