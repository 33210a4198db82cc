# $1 compiles, $2 runs. Under proof the program is compiled before the harness is there to be seen.
set -e
if [ ! -e program.ml ]; then
  "$1" -w -a -o main.byte main.ml
  exec "$2" main.byte
fi
IFS= read -r nonce
"$1" -w -a -c program.ml
"$1" -w -a -o main.byte start.ml program.cmo main.ml
rm start.* main.ml main.cm*
exec "$2" main.byte <<END
$nonce
END
