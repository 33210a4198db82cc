# $1 is the folder of the JDK. Server and harness as classes, an archive of what a compiler loads, and the library
# that the server needs, where there is a compiler of C.
set -e
quick="-J-XX:+UseSerialGC -J-XX:TieredStopAtLevel=1 -J-XX:-UsePerfData -J-Xshare:auto"
"$1/bin/javac" $quick -J-XX:ArchiveClassesAtExit=javac.jsa -nowarn LangliftServer.java LangliftProof.java
compiler=$(command -v cc || command -v gcc) || exit 0
"$compiler" -O2 -shared -fPIC "-I$1/include" "-I$1/include/linux" -o libwait.so wait.c
