#!/bin/sh
# Runs on a cluster node: takes what items.py names, and streams it to standard output.
#
# collectors/program.py puts the settings, window.sh and logs.sh before this file, a function for each
# item behind it, and ssh gives the whole to `/bin/sh -s`.  It needs a POSIX sh, tar and coreutils;
# more (zstd, ionice, what the items call) is used where it is.  It writes into one private folder
# only, in memory where there is a tmpfs, and removes it whatever happens.
#
# The stream: one line "ha-report-stream 1 COMPRESSOR TIME NODE", then tar, compressed in frames, a
# frame a phase: out/NAME (what the item said), err/NAME (what it said on standard error) and
# status/PHASE, a line an item: "NAME EXIT_STATUS BEGIN END", in seconds since the node was booted.
#
# Formats: POSIX.1-2017 XCU 2 (shell), pax ustar; /proc/PID/stat of proc(5).

: "${from:=0}" "${to:=0}" "${asked:=0}" "${cap:=0}" "${ha_logs=}" "${extra_logs=}" "${nodes=}" "${lanes:=4}"

LC_ALL=C PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
export LC_ALL PATH
umask 077

# Sets stamp: seconds since the node was booted, which costs no process.
stamp() { read -r stamp stamp_rest </proc/uptime; : "$stamp_rest"; }

# ---- processes

# Sets family: process $1 and all below it, from /proc, as ps is not everywhere and has many dialects.
family_of() {
    family=" $1 "
    if [ -r "/proc/$1/task/$1/children" ]; then family_by_children; else family_by_parents; fi
}

# Kernels since 3.5 name a process's children, most of them: a look at the family alone, however many others there are.
family_by_children() {
    family_waiting=$family
    while [ -n "${family_waiting# }" ]; do
        family_before=$family_waiting family_waiting=' '
        for family_pid in $family_before; do
            for family_children in /proc/"$family_pid"/task/*/children; do
                family_line=
                { read -r family_line <"$family_children"; } 2>/dev/null
                for family_child in $family_line; do
                    case $family in *" $family_child "*) continue ;; esac
                    family="$family$family_child " family_waiting="$family_waiting$family_child "
                done
            done
        done
    done
}

family_by_parents() {
    family_before=
    while [ "$family" != "$family_before" ]; do
        family_before=$family
        for family_stat in /proc/[0-9]*/stat; do
            { read -r family_line <"$family_stat"; } 2>/dev/null || continue
            family_pid=${family_line%% *}
            # The name stands in parentheses, and may hold some; behind it: state, parent.
            family_parent=${family_line##*) ? } family_parent=${family_parent%% *}
            case $family in
            *" $family_pid "*) ;;
            *" $family_parent "*) family="$family$family_pid " ;;
            esac
        done
    done
}

# Ends process $1 and all below it, but for $2.  They are stopped first: what is born while
# one looks at /proc would get away.
kill_family() {
    kill_all=' ' kill_before=
    while [ "$kill_all" != "$kill_before" ]; do
        kill_before=$kill_all
        family_of "$1"
        for kill_one in $family; do
            case "$kill_all${2-} " in *" $kill_one "*) ;; *) kill_all="$kill_all$kill_one " ;; esac
        done
        # shellcheck disable=SC2086  # a list of numbers, here and below
        kill -STOP $kill_all
    done
    # shellcheck disable=SC2086
    kill -KILL $kill_all
} 2>/dev/null

# Ends all processes of this program but the one that calls this, and removes what it wrote.
# Two that do it at once would stop each other: who makes the folder first does it.
end_all() {
    mkdir "$work/ending" || return
    read -r end_self end_rest </proc/self/stat
    : "$end_rest"
    kill_family $$ "$end_self"
    rm -rf "$work"
} 2>/dev/null

# Ends everything when whoever asked is gone: then standard input, which is number 3 here, ends.
guard() {
    trap '' TERM HUP INT
    while read -r guard_line; do : "$guard_line"; done <&3
    end_all
}

finish() {
    trap '' HUP INT TERM PIPE
    # Where the guard was first, it ends this process, too.
    end_all || sleep 10
    exit "$1"
}

# ---- items

# Says that this shell is the lane $1: limited waits in it, and watch wakes it.
begin_lane() {
    lane=$1
    read -r lane_pid lane_rest </proc/self/stat
    : "$lane_rest"
    trap : USR1
}

# Runs the function $3 for at most $2 seconds; its output becomes the file $1.  Sets rc.
# What hangs in the kernel cannot be killed, so nobody waits for its end.
limited() {
    "$3" </dev/null >"$box/out/$1" 2>"$box/err/$1" 3<&- &
    limited_pid=$! rc=
    stamp
    limited_until=$((${stamp%.*} + $2))
    echo "$limited_until $lane_pid" >"$work/turn.$lane_pid"
    while [ -z "$rc" ]; do
        wait $limited_pid
        rc=$?
        kill -0 $limited_pid || break
        # Woken: for this item, or a moment too late for the one before.
        stamp
        if [ "${stamp%.*}" -lt $limited_until ]; then rc=; else rc=timed-out; fi
    done
    : >"$work/turn.$lane_pid"
    [ "$rc" != timed-out ] || kill_family $limited_pid
} 2>/dev/null

# Wakes the lanes that wait for longer than they want to.  One clock for all: a process an item would be many.
watch() {
    trap '' TERM HUP INT
    while sleep 1; do
        stamp
        for watch_turn in "$work"/turn.*; do
            { read -r watch_until watch_lane <"$watch_turn"; } || continue
            [ "${stamp%.*}" -lt "$watch_until" ] || kill -USR1 "$watch_lane"
        done
    done
} 2>/dev/null

# An item of a phase: file, limit in seconds, function, and what it needs one of, if it does.  Each lane takes the
# items whose turn is its own.
item() {
    turn=$((turn + 1))
    [ $((turn % lanes)) = "$lane" ] || return 0
    item_file=$1 item_limit=$2 item_function=$3
    shift 3
    if [ $# != 0 ] && ! any_there "$@"; then
        echo "$item_file 127 $began $began" >>"$box/status.$lane"
        return 0
    fi
    # What hangs once hangs again, as the cluster's tools do when a daemon is stuck.
    [ "$rc" != timed-out ] || [ "$item_limit" -le 3 ] || item_limit=3
    limited "$item_file" "$item_limit" "$item_function"
    stamp
    echo "$item_file $rc $began $stamp" >>"$box/status.$lane"
    began=$stamp
}

# Says whether one of the files and programs is there.
any_there() {
    for there; do
        case $there in
        /*) [ -e "$there" ] && return 0 ;;
        *) have "$there" && return 0 ;;
        esac
    done
    return 1
}

# Makes the folder box, where things are until they are sent.
make_box() {
    box=$work/$1
    mkdir "$box" "$box/out" "$box/err" "$box/status"
}

# Runs the items of the phase $1, which the function items_$1 lists.
take() {
    make_box "$1"
    lane=0 lane_pids=
    while [ $lane -lt "$lanes" ]; do
        ( begin_lane $lane; turn=0; stamp; began=$stamp; "items_$1" ) &
        lane_pids="$lane_pids $!" lane=$((lane + 1))
    done
    # shellcheck disable=SC2086  # a list of numbers
    wait $lane_pids
    cat "$box"/status.* >"$box/status/$1"
}

# Sends what the phase $1 left.
send_phase() {
    (cd "$work/$1" && tar -cf - out err status) | compress
    rm -rf "${work:?}/$1"
}

phase() {
    take "$1"
    send_phase "$1"
}

# Begins a phase of which the end is waited for later, with `late`.
early() {
    take "$1" &
    early_pid=$!
}

late() {
    wait "$early_pid"
    send_phase "$1"
}

# For items that copy: exit status 127 means the same as for a command, that it is not there.
copy() {
    copied=127
    for copy_path; do
        if [ -f "$copy_path" ]; then cat -- "$copy_path" && copied=0 || copied=1; fi
    done
    return $copied
}

# The same with the names between the files.
copy_all() {
    copied=127
    for copy_path; do
        if [ -f "$copy_path" ]; then echo "==> $copy_path"; cat -- "$copy_path" && copied=0 || copied=1; echo; fi
    done
    return $copied
}

have() { command -v "$1" >/dev/null 2>&1; }

# For items of several commands: runs those that are there, each below its own name.
several() {
    several_rc=127
    for several_command; do
        have "${several_command%% *}" || continue
        printf '%s\n' "\$ $several_command"
        eval "$several_command" 2>&1
        several_last=$?
        echo
        [ $several_rc = 0 ] || several_rc=$several_last
    done
    return $several_rc
}

# Says whether one of the programs runs; as the kernel has it, a name ends after 15 characters.
runs() {
    for runs_comm in /proc/[0-9]*/comm; do
        { read -r runs_name <"$runs_comm"; } 2>/dev/null || continue
        case " $* " in *" $runs_name "*) return 0 ;; esac
    done
    return 1
}

# Notes which node is the DC, as the output of crm_mon in the file $1 has it.
dc_of() {
    while read -r dc_line; do
        case $dc_line in
        *"Current DC: NONE"*) ;;
        *"Current DC: "*) dc_line=${dc_line#*Current DC: }; echo "${dc_line%% *}" >"$work/dc"; break ;;
        esac
    done <"$1"
}

# Prints which node is the DC.  crm_mon is asked, as crmadmin waits half a minute for a DC that just died.
dc() {
    if [ ! -s "$work/dc" ]; then
        crm_mon -1 >"$box/dc.$lane" 2>/dev/null
        dc_of "$box/dc.$lane"
    fi
    { read -r dc_line && echo "$dc_line"; } <"$work/dc"
} 2>/dev/null

# Says whether this node is the one to tell what all nodes know: the DC, if it is asked, too.
speaks_for_all() {
    case $nodes in *' '*) ;; *) return 0 ;; esac
    speaks_dc=$(dc)
    [ "$speaks_dc" != "$this_node" ] || return 0
    case " $nodes " in *" $speaks_dc "*) ;; *) return 0 ;; esac
    echo "it is in the folder of the DC, $speaks_dc" >&2
    exit 127
}

# ---- folders

# Sends the files below the folder $2 that changed in the window, as out/$1/..., newest first, up to $3 of them.
folder() {
    stamp
    began=$stamp rc=127
    if [ -d "$2" ]; then
        rc=0
        make_box folder
        ln -s "$2" "$box/out/$1"
        changed_in_window "$2" | sort -rn >"$box/newest"
        [ "$(wc -l <"$box/newest")" -le "$3" ] || rc=truncated
        head -n "$3" "$box/newest" | while read -r folder_changed folder_file; do
            : "$folder_changed"
            printf '%s\n' "out/$1/$folder_file"
        done >"$box/list"
        [ ! -s "$box/list" ] || (cd "$box" && tar -cf - -T list 2>/dev/null)
        rm -rf "$box"
    fi
    stamp
    echo "$1/ $rc $began $stamp $2" >>"$work/folders"
}

# Sends the traces of agents where the CIB says that they are put elsewhere: the parameter trace_dir.
traces_elsewhere() {
    traces_seen=
    for traces_cib; do
        [ -r "$traces_cib" ] && while IFS= read -r traces_line; do
            case $traces_line in *'name="trace_dir"'*'value="/'*) ;; *) continue ;; esac
            traces_line=${traces_line##*value=\"} traces_line=${traces_line%%\"*}
            case " $traces_seen " in *" $traces_line "*) continue ;; esac
            traces_seen="$traces_seen $traces_line"
            folder trace_ra "$traces_line" 500
        done <"$traces_cib"
    done
}

# Sends how it went with the folders.
folders_told() {
    make_box told
    mv "$work/folders" "$box/status/"
    (cd "$box" && tar -cf - status)
    rm -rf "$box"
}

# Prints "CHANGED NAME" of the files in folder $1, and in the folders in it, that changed in the window.
changed_in_window() {
    (
        cd "$1" || exit
        stat -c '%f %Y %n' -- * */* */*/* | while read -r file_mode file_changed file; do
            case $file_mode:$file in *.last) continue ;; 8*) ;; *) continue ;; esac  # 8: an ordinary file
            [ "$file_changed" -lt "$from" ] || [ "$file_changed" -gt $((to + 60)) ] || echo "$file_changed $file"
        done
    ) 2>/dev/null
}

# ---- the whole

# Makes the private folder, in memory if there is a place with 4 MB to spare.
make_work() {
    for place in ${TMPDIR:+"$TMPDIR"} /dev/shm /run /tmp /var/tmp "$HOME"; do
        work=$(mktemp -d "$place/ha-report.XXXXXXXXXX" 2>/dev/null) || continue
        dd if=/dev/zero of="$work/probe" bs=65536 count=64 2>/dev/null && { rm -f "$work/probe"; return 0; }
        rm -rf "$work"
    done
    echo 'no room for a temporary folder of 4 MB in /dev/shm, /run, /tmp or /var/tmp' >&2
    return 1
}

choose_compressor() {
    for compressor in zstd xz gzip none; do
        have $compressor && return
    done
}

compress() {
    case $compressor in
    zstd) zstd -q -c ;; xz) xz -1 -c ;; gzip) gzip -c ;; *) cat ;;
    esac
}

main() {
    exec 3<&0 </dev/null
    ionice -c 2 -n 7 -p $$ >/dev/null 2>&1
    renice 5 $$ >/dev/null 2>&1
    make_work || exit 73
    home=$HOME HOME=$work TMPDIR=$work  # crm, top and others put files into them
    export TMPDIR
    unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME
    trap 'finish 143' HUP INT TERM PIPE
    guard >/dev/null 2>&1 &
    watch >/dev/null 2>&1 3<&- &
    choose_compressor
    now=$(date +%s) this_node=$(uname -n) rc=0
    # The window is that of the asker's clock; a clock that is wrong by more than a slow connection moves it.
    skew=$((now - asked))
    if [ $skew -gt 60 ] || [ $skew -lt -60 ]; then from=$((from + skew)) to=$((to + skew)); fi
    local_zone "$to"
    : "$home"
    printf 'ha-report-stream 1 %s %s %s\n' "$compressor" "$(date +%s.%N)" "$this_node"
    phases
    finish 0
}
