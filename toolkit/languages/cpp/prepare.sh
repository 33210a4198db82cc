# $1 compiles: what starts a program under proof, a plugin, and every header that lies here. Which linker there is.
set -e
"$1" -c start.cpp -o start.o
"$1" -shared -fPIC early.cpp -o early.so 2>early.log || rm -f early.so # without it, headers cost some more
for header in *.h; do sh header.sh "$1" "$header"; done
for name in mold gold; do # in a fraction of the time of the usual one
  [ ! -x "/usr/bin/ld.$name" ] || [ -e linker ] || echo "-fuse-ld=$name" >linker
done
