# qemu.sh - sourced by a board's board.sh: starts its image in QEMU
#
# SPDX-License-Identifier: BSD-3-Clause
#
# board_start() { board_qemu "$@"; } runs what board.sh has set:
# board_machine   QEMU's program and the machine: "qemu-system-arm -M ..."
# board_nic       its network controller: an argument of -nic's model= when it
#                 is the machine's own, or a whole -device
# board_settings  address and octets of the settings region: "0x3f0000 64K"
# board_provision more arguments of boards/common/provision
# board_page      port of its web page; empty: it has none

newline='
'

qemu_usage() {
	cat >&2 <<END
usage: boards/run $board [OPTIONS] [-- QEMU ARGUMENTS]
       boards/run $board --image-only
  --image-only       build, print the size table, and do not run it
  --smtp PORT        127.0.0.1's port for the board's 25 (2525)
  --smtps PORT       for its 465 (2465)
  --submission PORT  for its 587 (2587)
  --page PORT        for its 8025, the web page where it has one (8025)
  --settings FILE    configuration, as that of boards/linux
  --NAME=VALUE       an option of it; wins over the file
  --blob FILE        the settings region as it is, made by
                     boards/common/provision; alone
  --net tap:NAME     on this TAP device instead of QEMU's user network
  --no-host          without semihosting: the board has no entropy, no time
END
	exit 2
}

# Sets the qemu_ variables; the count of arguments taken in qemu_taken.
qemu_options() {
	qemu_smtp=2525 qemu_smtps=2465 qemu_submission=2587 qemu_page=8025
	qemu_taken=0
	qemu_settings='' qemu_blob='' qemu_net=user qemu_host=yes qemu_set=''
	while [ $# -gt 0 ]; do
		qemu_taken=$((qemu_taken + 1))
		case $1 in
		--) return ;;
		--no-host) qemu_host=no ;;
		--smtp | --smtps | --submission | --page | --settings | --blob | \
			--net)
			[ $# -gt 1 ] || qemu_usage
			eval "qemu_${1#--}=\$2"
			qemu_taken=$((qemu_taken + 1))
			shift
			;;
		--?*=*) qemu_set="$qemu_set--set$newline${1#--}$newline" ;;
		*) qemu_usage ;;
		esac
		shift
	done
}

# The network; its id is net0, for the monitor's set_link.
qemu_network() {
	forward=hostfwd=tcp:127.0.0.1
	case $qemu_net in
	user)
		network="user,id=net0,$forward:$qemu_smtp-:25"
		network="$network,$forward:$qemu_smtps-:465"
		network="$network,$forward:$qemu_submission-:587"
		[ -z "${board_page:-}" ] ||
			network="$network,$forward:$qemu_page-:$board_page"
		;;
	tap:*)
		network="tap,id=net0,ifname=${qemu_net#tap:}"
		network="$network,script=no,downscript=no"
		;;
	*) qemu_usage ;;
	esac
	case $board_nic in
	-device*) network="-netdev $network $board_nic,netdev=net0" ;;
	*) network="-nic $network,model=$board_nic" ;;
	esac
}

# What the settings region holds, on descriptor 9: others may make theirs at
# the same time.
qemu_provision() {
	if [ -n "$qemu_blob" ]; then
		[ -z "$qemu_settings$qemu_set" ] || {
			echo "boards/run: --blob is the whole region:" \
				"neither --settings nor --NAME=VALUE" >&2
			exit 2
		}
		exec 9<"$qemu_blob" || exit 1
		return
	fi
	exec 8>"$build/.settings.lock"
	flock 8
	set -f
	IFS=$newline
	# shellcheck disable=SC2086
	set -- $qemu_set
	unset IFS
	set +f
	"$boards/common/provision" --out "$build/settings.bin" \
		--size "${board_settings#* }" --make-certificate lwsmtpd \
		--make-user lwsmtpd ${board_provision:-} \
		${qemu_settings:+--config "$qemu_settings"} "$@" >&2 || exit
	exec 9<"$build/settings.bin" 8>&-
}

# Where the page is, if what descriptor 9 has opens it on the port that leads
# here.
qemu_page_url() {
	region=$("$boards/common/provision" --show /proc/self/fd/9 2>/dev/null)
	says() { printf '%s\n' "$region" | grep -q "^$1"; }
	says 'page_password: ' || return 0
	! says 'page_port = ' || says "page_port = $board_page\$" || return 0
	if says 'page_tls = no$'; then
		echo "http://127.0.0.1:$qemu_page/"
	elif [ "$qemu_host" = yes ] && ! says 'smtpd_use_tls = no$'; then
		echo "https://127.0.0.1:$qemu_page/"
	fi
}

qemu_hint() {
	[ "$qemu_net" = user ] || return 0
	cat >&2 <<END
127.0.0.1: $qemu_smtp is the board's port 25, $qemu_submission its 587, \
$qemu_smtps its 465; when it is ready:
try: swaks --server 127.0.0.1 --port $qemu_smtp --from camera@example.org \
--to you@example.org
END
	[ -n "${board_page:-}" ] || return 0
	url=$(qemu_page_url)
	[ -z "$url" ] || echo "and look at $url" >&2
}

board_qemu() {
	qemu_options "$@"
	shift "$qemu_taken"
	qemu_network
	qemu_provision
	qemu_hint
	settings=file=/proc/self/fd/9,addr=${board_settings% *},force-raw=on
	semihosting=
	[ "$qemu_host" = no ] ||
		semihosting="-semihosting-config enable=on,target=native"
	# shellcheck disable=SC2086
	exec $board_machine -display none -monitor none -serial stdio \
		-kernel "$build/$board_program" -device "loader,$settings" \
		$network $semihosting "$@"
}
