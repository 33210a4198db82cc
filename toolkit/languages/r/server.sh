# R opens files and no descriptors: its requests and answers go by way of two named pipes, passed on here.
set -u
# Calls that are not compiled (server.R) need less of the stack, at the least a tenth: none may end well that is
# too deep cold.
ulimit -S -s 850
mkfifo -m 600 /box/tmp/requests /box/tmp/answers || exit 1
exec 9<&0 # a process in the background would get nothing for 0
"$@" <&9 9<&- 3<&- 4>&- &
exec 5>/box/tmp/requests 6</box/tmp/answers
rm /box/tmp/requests /box/tmp/answers
exec </dev/null >/dev/null 2>&1
while read -r answer <&6; do
    echo "$answer" >&4
    read -r request <&3 || exit 1
    echo "$request" >&5
done
exit 1
