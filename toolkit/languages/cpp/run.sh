# $1 compiles, $2 is the folder with what is prepared, where there is one. What is compiled
# must find nothing in stdin: a program may include that. What does not compile with precompiled headers is
# compiled again without: a compiler's error is that of a plain call, to the letter.
set -e
compiler="$1" prepared="$2" linker= name= start=start.cpp
compile() {
  # The heap from which on it collects: what it chooses itself where memory is not limited.
  "$compiler" -pipe $linker --param ggc-min-heapsize=131072 --param ggc-min-expand=100 -o main "$@" </dev/null
}
try() {
  if [ -e "$prepared/$name.h.gch" ] && said=$(compile -include "$prepared/$name.h" "$@" 2>&1); then
    [ -z "$said" ] || printf '%s\n' "$said" >&2
  else
    compile "$@"
  fi
}
[ ! -e "$prepared/linker" ] || read -r linker <"$prepared/linker"
[ ! -e headers ] || read -r name <headers
[ ! -e "$prepared/start.o" ] || start="$prepared/start.o"
if [ -e answers ]; then # a translation under what tells its answers
  IFS= read -r mark
  IFS= read -r memory
  try main.cpp >messages 2>&1 && built=yes || built=
  printf 'ready\n' >&2
  if [ -z "$built" ]; then
    printf '\n%s compile error\t0\t' "$mark"
    grep -m 1 error: messages || head -c 2000 messages
    exit 1
  fi
  exec ./main <<END
$mark
$memory
END
fi
if [ ! -e program.cpp ]; then
  try main.cpp
  exec ./main
fi
exec 3<&0 </dev/null
IFS= read -r nonce <&3
exec 3<&-
try -Wl,--wrap=main "$start" program.cpp
exec ./main <<END
$nonce
END
