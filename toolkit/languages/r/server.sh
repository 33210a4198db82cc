# R opens files and no descriptors: its requests and answers go by way of two named pipes, passed on here. $1 is R's
# executable: it is run from a copy that no one may read, so no program can look into the server. Behind it the command.
set -u
# Calls that are not compiled (server.R) need less of the stack, at the least a tenth: none may end well that is
# too deep cold.
ulimit -S -s 850
cp "$1" /box/tmp/R && chmod 111 /box/tmp/R || exit 1
shift
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
