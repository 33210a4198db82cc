# Stands between the agent and a server that runs programs inside its own process.
#
# Such a server shares its descriptors with its programs, so the agent's are kept here, and an answer counts
# only with the word of its request, which no program is told: one that writes answers of its own into every
# descriptor is found out, this process ends, and the agent runs the program cold.
#
# What the server is given, beside the files that lie in /box/work:
#   0  nothing to read            7  requests, a line each: WORD
#   1, 2  its programs' streams   8  its answers, a line each: WORD CODE MICROSECONDS KILOBYTES; first "ready"
#                                 9  what the program may read; it waits there, and a read never blocks
# A program that it can not run as a cold start would, or can not clean up after, is one that it does not
# answer: it ends instead.
set -u
mkfifo -m 600 /box/tmp/requests /box/tmp/answers || exit 1
exec 9<&0 </dev/null
# Both sides open the two in the same order: each open waits for the other side's.
{ exec 7</box/tmp/requests 8>/box/tmp/answers 3<&- 4>&-; exec "$@"; } &
exec 5>/box/tmp/requests 6</box/tmp/answers
rm /box/tmp/requests /box/tmp/answers
exec 9<&- >/dev/null 2>&1

read -r line <&6 && [ "$line" = ready ] || exit 1
echo ready >&4
spare=
while read -r request <&3; do
    if [ "$spare" ]; then
        word=$spare spare=
    else # enough for two words: a read takes byte after byte
        IFS=- read -r word _ _ _ spare </proc/sys/kernel/random/uuid
    fi
    echo "$word" >&5
    read -r found answer <&6 && [ "$found" = "$word" ] || exit 1
    echo "$answer" >&4
done
