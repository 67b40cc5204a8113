# sources.cmake - which files of wolfSSL lwsmtpd compiles; sets variables only
# SPDX-License-Identifier: BSD-3-Clause
#
# Input:  WOLFSSL_DIR
# Output: SMTPD_WOLFSSL_SOURCES          every target
#         SMTPD_WOLFSSL_X86_64_SOURCES   x86-64 with SMTPD_TLS_ASM (assembly)
#         SMTPD_WOLFSSL_X86_64_FLAGS     options of all wolfSSL's files then, .c, .S
#         SMTPD_WOLFSSL_CORTEX_M_SOURCES Cortex-M3 and up with SMTPD_TLS_ASM
#         SMTPD_WOLFSSL_DEFINITIONS      for wolfSSL and port/wolfssl
#         SMTPD_WOLFSSL_INCLUDE_DIRS     the same; relative to this repository
# What a file leaves out by its options costs nothing, so one list serves all.

set(SMTPD_WOLFSSL_SOURCES)
foreach(f internal keys ssl tls tls13 wolfio)
  list(APPEND SMTPD_WOLFSSL_SOURCES ${WOLFSSL_DIR}/src/${f}.c)
endforeach()
foreach(f aes asn chacha chacha20_poly1305 coding curve25519 ecc error
    fe_low_mem fe_operations hash hmac kdf logging md5 memory poly1305 random rsa
    sha sha256 sha512 signature sp_c32 sp_c64 sp_int wc_encrypt wc_port wolfmath)
  list(APPEND SMTPD_WOLFSSL_SOURCES ${WOLFSSL_DIR}/wolfcrypt/src/${f}.c)
endforeach()

set(SMTPD_WOLFSSL_X86_64_SOURCES)
foreach(f aes_asm.S aes_gcm_asm.S chacha_asm.S cpuid.c fe_x25519_asm.S
    poly1305_asm.S sha256_asm.S sha512_asm.S sp_x86_64.c sp_x86_64_asm.S)
  list(APPEND SMTPD_WOLFSSL_X86_64_SOURCES ${WOLFSSL_DIR}/wolfcrypt/src/${f})
endforeach()
set(SMTPD_WOLFSSL_X86_64_FLAGS
  -DWOLFSSL_X86_64_BUILD -maes -mpclmul -msse4.1)

set(SMTPD_WOLFSSL_CORTEX_M_SOURCES ${WOLFSSL_DIR}/wolfcrypt/src/sp_cortexm.c)

set(SMTPD_WOLFSSL_DEFINITIONS WOLFSSL_USER_SETTINGS)
get_filename_component(_smtpd_config ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(SMTPD_WOLFSSL_INCLUDE_DIRS
  ${CMAKE_CURRENT_LIST_DIR} ${_smtpd_config} ${WOLFSSL_DIR})
