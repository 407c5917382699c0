#!/bin/sh
# Finds the part of a log that was written in a window of time, by seeking: a 5 GB log costs a few
# dozen small reads.  A part of the program that runs on a cluster node; see node.sh.
#
# Given are from and to (the window, seconds since 1970) and cap (bytes that a log may have).

: "${from:=0}" "${to:=0}" "${cap:=0}"

# Sets zone: seconds that the node's clock is ahead of UTC at the time $1.
local_zone() {
    offset_of "$(date -d "@$1" +%z)"
    zone=$offset
}

# Sets changed and year: when the log that is looked at was last written to.  The year may be the one that
# begins within two days, which time_of_syslog mends.
last_changed() {
    changed=$1 year=$((1970 + ($1 + 172800) / 31556952))
}

# Sets days: since 1970-01-01, of the day $1-$2-$3 (Howard Hinnant, "chrono-compatible date algorithms").
days_of() {
    days_year=$(($1 - (${2#0} <= 2))) days_month=$(((${2#0} + 9) % 12))
    days_era=$((days_year / 400)) days_year=$((days_year % 400))
    days=$((days_era * 146097 + days_year * 365 + days_year / 4 - days_year / 100))
    days=$((days + (153 * days_month + 2) / 5 + ${3#0} - 1 - 719468))
}

# Sets offset: seconds that a clock showing the zone $1 (+0900, +09:00, Z or nothing) is ahead of UTC.
offset_of() {
    case $1 in
    [+-][0-9][0-9][0-9][0-9]*) offset_hm=${1#?} ;;
    [+-][0-9][0-9]:[0-9][0-9]*) offset_hm=${1#?} offset_hm=${offset_hm%%:*}${offset_hm#*:} ;;
    Z*) offset=0; return ;;
    *) offset=$zone; return ;;
    esac
    offset_m=${offset_hm#??} offset_h=${offset_hm%"$offset_m"}
    offset_m=${offset_m%"${offset_m#??}"}
    offset=$((${offset_h#0} * 3600 + ${offset_m#0} * 60))
    case $1 in -*) offset=-$offset ;; esac
}

# Sets at: when the line $1 was written, in seconds since 1970; fails if the line does not say.
# Knows ISO 8601 anywhere in the line, 2011/11/23_01:23:20 (heartbeat), Nov 23 01:23:20 (syslog, Pacemaker).
time_of() {
    case $1 in
    [A-Z][a-z][a-z]\ [\ 0-3][0-9]\ [0-2][0-9]:[0-5][0-9]:[0-6][0-9]*) time_of_syslog "$1"; return ;;
    *[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9][T\ ][0-2][0-9]:[0-5][0-9]:[0-6][0-9]*)
        time_rest=${1#"${1%%[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:*}"} ;;
    *[12][0-9][0-9][0-9]/[01][0-9]/[0-3][0-9]_[0-2][0-9]:[0-5][0-9]:[0-6][0-9]*)
        time_rest=${1#"${1%%[12][0-9][0-9][0-9]/[01][0-9]/[0-3][0-9]_[0-2][0-9]:*}"} ;;
    *) return 1 ;;
    esac
    time_year=${time_rest%"${time_rest#????}"} time_rest=${time_rest#?????}
    time_month=${time_rest%"${time_rest#??}"} time_rest=${time_rest#???}
    time_day=${time_rest%"${time_rest#??}"} time_rest=${time_rest#???}
    time_zone=${time_rest#????????}
    case $time_zone in
    [.,][0-9]*) time_zone=${time_zone#?} time_zone=${time_zone#"${time_zone%%[!0-9]*}"} ;;
    esac
    offset_of "$time_zone"
    days_of "$time_year" "$time_month" "$time_day"
    clock_of "$time_rest"
    at=$((days * 86400 + clock - offset))
}

# Sets clock: seconds since midnight of $1, which begins HH:MM:SS.
clock_of() {
    clock_h=${1%%:*} clock_m=${1#*:}
    clock_s=${clock_m#*:} clock_m=${clock_m%%:*}
    clock_s=${clock_s%"${clock_s#??}"}
    clock=$((${clock_h#0} * 3600 + ${clock_m#0} * 60 + ${clock_s#0}))
}

# These have no year: the latest that is not after the file's last change.
time_of_syslog() {
    time_rest=${1#????}
    time_day=${time_rest%"${time_rest#??}"} time_rest=${time_rest#???}
    case $1 in
    Jan*) time_month=1 ;; Feb*) time_month=2 ;; Mar*) time_month=3 ;; Apr*) time_month=4 ;;
    May*) time_month=5 ;; Jun*) time_month=6 ;; Jul*) time_month=7 ;; Aug*) time_month=8 ;;
    Sep*) time_month=9 ;; Oct*) time_month=10 ;; Nov*) time_month=11 ;; Dec*) time_month=12 ;;
    *) return 1 ;;
    esac
    clock_of "$time_rest"
    days_of "$year" "$time_month" "${time_day# }"
    at=$((days * 86400 + clock - zone))
    [ $at -le $((changed + 86400)) ] && return
    days_of $((year - 1)) "$time_month" "${time_day# }"
    at=$((days * 86400 + clock - zone))
}

# ---- a part of a log, found by seeking: a 5 GB log costs a few dozen small reads

block=4096

# Sets at: the time of the first dated line of the blocks from number $2 on of the file $1.
time_at() {
    for time_count in 8 256; do
        at=$(dd if="$1" bs=$block skip="$2" count=$time_count 2>/dev/null | {
            # The line that the block begins in belongs to what is before.
            [ "$2" = 0 ] || read -r time_line
            first_time
        } 2>/dev/null)
        [ -z "$at" ] || return 0
    done
    return 1
}

# Prints the time of the first dated line of standard input.
first_time() {
    while read -r time_line; do
        time_of "$time_line" && { echo "$at"; break; }
    done
}

# Sets found: the byte of file $1 (of $2 bytes) at which its first line begins that was written at $3 or later.
# A part where nothing is dated is kept: $4 says which end of the window is looked for, "from" or "to".
seek() {
    seek_low=0 seek_high=$((($2 + block - 1) / block))
    while [ $((seek_high - seek_low)) -gt 1 ]; do
        seek_middle=$(((seek_low + seek_high) / 2))
        if time_at "$1" $seek_middle; then
            if [ "$at" -lt "$3" ]; then seek_low=$seek_middle; else seek_high=$seek_middle; fi
        elif [ "$4" = from ]; then seek_high=$seek_middle
        else seek_low=$seek_middle
        fi
    done
    # It begins in one of the two blocks; the first line of a block may have begun before it.
    found=0
    [ $seek_low = 0 ] || found=$(dd if="$1" bs=$block skip=$seek_low count=256 2>/dev/null | head -n 1 | wc -c)
    seek_older=$(dd if="$1" bs=$block skip=$seek_low count=256 2>/dev/null | tail -c +$((found + 1)) | older_than "$3")
    found=$((seek_low * block + found + seek_older))
    [ "$found" -le "$2" ] || found=$2
}

# Prints how many bytes of standard input stand before the first line that was written at $1 or later.
older_than() {
    older=0
    while IFS= read -r older_line; do
        time_of "$older_line" && [ "$at" -ge "$1" ] && break
        older=$((older + ${#older_line} + 1))
    done
    echo $older
} 2>/dev/null

# Prints "START LENGTH CUT" of the part of file $1 (of $2 bytes) that is in the window; CUT is 1 if it was too long.
part_of() {
    part_start=0 part_end=$2 part_cut=0
    if time_at "$1" 0; then
        if [ "$at" -lt "$from" ]; then seek "$1" "$2" "$from" from; part_start=$found; fi
        if [ "$changed" -gt "$to" ]; then seek "$1" "$2" $((to + 1)) to; part_end=$found; fi
    fi
    [ "$part_end" -gt "$part_start" ] || part_end=$part_start
    if [ $((part_end - part_start)) -gt "$cap" ]; then part_start=$((part_end - cap)) part_cut=1; fi
    echo "$part_start $((part_end - part_start)) $part_cut"
}
