#!/bin/sh
# An image of Julia in which the library for tests is compiled: programs start in a quarter of the time. Takes minutes.
#
#   prepare.sh           in the folder where it lies, for the julia on PATH: while an image of a container is built
#   prepare.sh FOLDER    in a root file system that holds Julia (sandboxes/images/julia/install.sh), as root
set -eu
place=/usr/share/langlift/prepared
root=
if [ $# -gt 0 ]; then
    from=$(cd "$(dirname "$0")" && pwd)
    root=$(cd "$1" && pwd)
    mkdir -p "$root$place"
    cd "$root$place"
    for name in image.jl warm.jl proof.jl; do cp "$from/$name" .; done
else
    place=$PWD
fi
cat >program.jl <<'END'
using Test
double(number) = 2number
@testset "fails" begin
    @test double(1) == 2
    @test double(1) == 3
end
END
# What is mounted for it is seen by nobody else, and gone behind it.
begin='cd "$0" && OPENBLAS_NUM_THREADS=1 HOME=/tmp exec julia --startup-file=no -O1 "$@"'
within='root=$1; shift; for each in /proc /dev; do mount --rbind $each "$root$each"; done; exec chroot "$root" /bin/sh -c "$@"'
julia() {
    if [ -n "$root" ]; then
        unshare --mount sh -ec "$within" sh "$root" "$begin" "$place" "$@"
    else
        sh -c "$begin" "$place" "$@"
    fi
}
base=$(julia -e 'print(unsafe_string(Base.JLOptions().image_file))')
# With pipes for streams, as in a sandbox.
echo | julia --trace-compile=statements-1 warm.jl 2>&1 | cat >/dev/null
echo nonce | julia --trace-compile=statements-2 proof.jl 2>&1 | cat >/dev/null
julia -J"$base" --output-o=image.o image.jl
"$(command -v cc || command -v gcc)" -shared -o image.made -Wl,--whole-archive image.o -Wl,--no-whole-archive
rm -f image.o statements-1 statements-2 program.jl
mv image.made image.so # last of all: one that is there is whole
