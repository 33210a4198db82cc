# $1 compiles, $2 runs. The translation is compiled before the harness is there to be seen.
IFS= read -r nonce
IFS= read -r memory
refuse() {
  echo ready >&2
  printf '\n%s %s\t0\t' "$nonce" "$1"
  head -c 2000 messages
  exit 1
}
"$1" -w -a -c translation.ml >messages 2>&1 || refuse "compile error"
"$1" -w -a -c harness/langlift_check.ml >messages 2>&1 || refuse "harness error"
"$1" -w -a -I harness -o program harness/langlift_check.cmo translation.cmo tests.ml >messages 2>&1 || refuse "compile error"
rm -rf harness translation.* tests.*
exec "$2" program <<END
$nonce
$memory
END
