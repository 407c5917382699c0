#!/bin/sh
# Finds the logs of a cluster node, and sends them, each cut to the window and not copied to the disk for it.
# A part of the program that runs on a cluster node; see node.sh, and window.sh for how a log is cut.
#
# Given are ha_logs and extra_logs (asked for, one a line), from, to and cap; of node.sh: box, work, copy, have, limited,
# stamp.

: "${from:=0}" "${to:=0}" "${cap:=0}" "${ha_logs=}" "${extra_logs=}" "${work=}" "${box=}" "${stamp=}"

# Prints the files that are logs of this node, one a line: those asked for, those that the configuration
# names, and those where they usually are.
log_paths() {
    printf '%s\n' "$ha_logs" "$extra_logs"
    log_settings /etc/corosync/corosync.conf /etc/ais/openais.conf /etc/ha.d/ha.cf /etc/logd.cf \
        /etc/ha.d/logd.cf /etc/sysconfig/pacemaker /etc/default/pacemaker
    syslog_files /etc/rsyslog.conf /etc/rsyslog.d/*.conf /etc/syslog.conf
    printf '%s\n' /var/log/pacemaker/pacemaker.log /var/log/pacemaker.log /var/log/cluster/corosync.log \
        /var/log/corosync/corosync.log /var/log/corosync.log /var/log/ha-log /var/log/ha-log.txt /var/log/ha-debug \
        /var/log/messages /var/log/syslog /var/log/daemon.log /var/log/sbd.log /var/log/pcsd/pcsd.log \
        /var/log/crmsh/crmsh.log /var/log/booth.log /var/log/cluster/*.log /var/log/pacemaker/*.log \
        /var/log/pacemaker/bundles/*/*.log
}

# Prints the lines of the files that fit the expression $1; all lines where there is no grep, which is there for speed
# alone: a shell reads byte by byte.
lines_with() {
    lines_fit=$1
    shift
    if have grep; then grep -h -e "$lines_fit" -- "$@"; else copy "$@"; fi
} 2>/dev/null

# Prints what "logfile: X" (corosync), "logfile X" and "debugfile X" (heartbeat), PCMK_logfile=X name in the files.
log_settings() {
    lines_with 'logfile\|debugfile' "$@" | while read -r settings_key settings_value; do
        case $settings_key in
        logfile: | logfile | debugfile) echo "$settings_value" ;;
        PCMK_logfile=*) settings_key=${settings_key#*=} settings_key=${settings_key#[\"\']}
            echo "${settings_key%[\"\']}" ;;
        esac
    done
}

# Prints the files that syslogd writes messages of daemons, the kernel and the cluster's own facilities to,
# as in "local7.*;daemon.info  -/var/log/cluster.log" (syslog.conf(5)).
syslog_files() {
    lines_with '^[^#]*/' "$@" | while read -r settings_key settings_value settings_rest; do
        : "$settings_rest"
        case $settings_key in
        \#*) ;;
        \*.* | *daemon.* | *daemon,* | *kern.* | *local[0-7]*.* | *user.*)
            case $settings_value in /* | -/*) echo "${settings_value#-}" ;; esac ;;
        esac
    done
}

# Prints "SIZE CHANGED DEVICE:INODE PATH" of each log, and of those that rotation put beside it.
log_facts() {
    set --
    while IFS= read -r facts_path; do
        case $facts_path in /*) ;; *) continue ;; esac
        for facts_file in "$facts_path" "$facts_path".[0-9]* "$facts_path"-[0-9]* "$facts_path".old; do
            [ -f "$facts_file" ] && [ -r "$facts_file" ] && set -- "$@" "$facts_file"
        done
    done
    [ $# = 0 ] || stat -L -c '%s %Y %d:%i %n' -- "$@"
} 2>/dev/null

# Sends the logs, each cut to the window.
logs() {
    begin_lane logs
    make_box logs
    log_paths | log_facts >"$work/logs-found"
    seen=' ' names=' ' whole=
    while read -r log_size log_changed log_id log_path; do
        case $seen in *" $log_id "*) continue ;; esac
        seen="$seen$log_id "
        [ "$log_changed" -lt "$from" ] || log
    done <"$work/logs-found"
    # shellcheck disable=SC2086  # names without blanks
    [ -z "$whole" ] || (cd "$box" && tar -chf - $whole 2>/dev/null)
    asked_but_missing >>"$box/status/logs"
    (cd "$box" && tar -cf - status)
    rm -rf "$box" "$work/logs-found"
}

asked_but_missing() {
    printf '%s\n' "$ha_logs" "$extra_logs" | while IFS= read -r asked_path; do
        [ -z "$asked_path" ] || [ -r "$asked_path" ] || echo "${asked_path##*/} 127 0 0 $asked_path"
    done
}

# Sends the log log_path, of log_size bytes, that was last written to at log_changed.
log() {
    stamp
    began=$stamp
    last_changed "$log_changed"
    log_name "$log_path"
    case $log_path in
    *.gz) packed gzip; return ;; *.bz2) packed bzip2; return ;;
    *.xz) packed xz; return ;; *.zst) packed zstd; return ;;
    esac
    limited "$name" 30 cut_log
    if [ "$rc" = 0 ] && read -r log_start log_length log_cut <"$box/out/$name"; then
        [ "$log_cut" = 0 ] || rc=truncated
        if [ "$log_length" = "$log_size" ]; then send_whole
        elif [ "$log_length" != 0 ]; then send "$log_start" "$log_length"
        fi
    fi
    log_done
}

log_done() {
    stamp
    echo "$name $rc $began $stamp $log_path" >>"$box/status/logs"
}

cut_log() { part_of "$log_path" "$log_size"; }

# A rotated log is sent as it is: to look into it costs as much as to send it.
packed() {
    rc=0
    packed_first=$("$1" -dc <"$log_path" 2>/dev/null | head -n 20 | first_time)
    [ "${packed_first:-$from}" -le "$to" ] || return 0
    if [ "$log_size" -gt "$cap" ]; then rc=skipped; else send_whole; fi
    log_done
}

# Sets name: the file in the bundle; where two logs have one name, the second is named after its path.
log_name() {
    name=${1##*/}
    case $name in ha-log) name=ha-log.txt ;; esac
    case $name in *[!A-Za-z0-9._@+=:-]*) name=$(printf %s "$name" | tr -c 'A-Za-z0-9._@+=:-' _) ;; esac
    case $names in *" $name "*) name=$(printf %s "${1#/}" | tr -c 'A-Za-z0-9._@+=:-' _) ;; esac
    names="$names$name "
}

# Leaves the log to the one tar that sends all logs of which nothing is cut: a process a log would be many.
send_whole() {
    rm -f "$box/out/$name"
    [ "$log_size" = 0 ] || { ln -s "$log_path" "$box/out/$name" && whole="$whole out/$name"; }
}

# Sends $2 bytes of the log from byte $1 on, as out/$name; nothing is copied to the disk for it.
send() {
    # A file of that size which occupies nothing: tar makes the header of it.
    rm -f "$box/out/$name"
    dd if=/dev/null of="$box/out/$name" bs=1 count=0 seek="$2" 2>/dev/null
    touch -r "$log_path" "$box/out/$name"
    (cd "$box" && tar -cf - "out/$name" 2>/dev/null) | dd bs=512 count=1 2>/dev/null
    {
        dd if="$log_path" bs=65536 skip=$(($1 / 65536)) 2>/dev/null | tail -c +$(($1 % 65536 + 1)) | head -c "$2"
        cat /dev/zero  # fills the last block, and what a log that was just emptied no longer has
    } 2>/dev/null | head -c $((($2 + 511) / 512 * 512))
    rm -f "$box/out/$name"
}

