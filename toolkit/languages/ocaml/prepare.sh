# $1 compiles to native code: the server, which needs the compiler as a library, and a compiler of C.
set -e
"$1" -w -a -I +compiler-libs -o server unix.cmxa ocamlcommon.cmxa ocamlbytecomp.cmxa wait.c server.ml
rm -f -- *.c *.ml *.o *.cm*
