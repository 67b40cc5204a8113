# embed.cmake - a file as a C array: cmake -DIN= -DOUT= -DNAME= -P embed.cmake
#
# SPDX-License-Identifier: BSD-3-Clause
file(READ ${IN} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR octets "${digits} / 2")
string(REGEX REPLACE "(..)" "0x\\1," hex "${hex}")
file(WRITE ${OUT}
	"#include \"page_files.h\"\n"
	"const uint8_t board_page_${NAME}[] = {${hex}};\n"
	"const size_t board_page_${NAME}_len = ${octets};\n")
