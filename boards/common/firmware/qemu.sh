# qemu.sh - sourced by a board's board.sh: starts its image in QEMU
#
# SPDX-License-Identifier: BSD-3-Clause
#
# boards/run BOARD [--smtp PORT] [--smtps PORT] [--submission PORT]
#                  [--settings FILE] [--net user|tap:NAME] [--no-host]
#                  [-- QEMU ARGUMENTS]
#
# board_qemu PROGRAM MACHINE-ARGUMENTS... becomes QEMU. Set by board.sh:
# board_nic       model of the network controller, or the -device that is one
# board_settings  address of the settings region

qemu_usage() {
	cat >&2 <<END
usage: boards/run $board [OPTIONS] [-- QEMU ARGUMENTS]
  --smtp PORT        127.0.0.1's port for the board's 25 (2525)
  --smtps PORT       for its 465 (2465)
  --submission PORT  for its 587 (2587)
  --settings FILE    a settings region made with boards/common/provision
  --net tap:NAME     on this TAP device instead of QEMU's user network
  --no-host          without semihosting: the board has no entropy, no time
END
	exit 2
}

qemu_options() {
	qemu_smtp=2525 qemu_smtps=2465 qemu_submission=2587
	qemu_settings='' qemu_net=user qemu_host=yes
	while [ $# -gt 0 ]; do
		case $1 in
		--) return ;;
		--no-host) qemu_host=no ;;
		--smtp | --smtps | --submission | --settings | --net)
			[ $# -gt 1 ] || qemu_usage
			eval "qemu_${1#--}=\$2"
			shift
			;;
		*) qemu_usage ;;
		esac
		shift
	done
}

# The argument of -netdev; its id is net0 in any case.
qemu_netdev() {
	forward=hostfwd=tcp:127.0.0.1
	case $qemu_net in
	user) printf '%s' "user,id=net0,$forward:$qemu_smtp-:25," \
		"$forward:$qemu_smtps-:465," \
		"$forward:$qemu_submission-:587" ;;
	tap:*) printf '%s' "tap,id=net0,ifname=${qemu_net#tap:}," \
		"script=no,downscript=no" ;;
	*) qemu_usage ;;
	esac
}
