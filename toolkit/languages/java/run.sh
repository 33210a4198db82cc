# $1 is the folder of the JDK, $2 the one with what is prepared, if any; entry names the class whose main is run.
# The nonce is read late: what is compiled is not run yet, and what is run finds no harness's source.
set -e
java="$1/bin/java $(cat java.options)"
archive=
[ ! -e "$2/javac.jsa" ] || archive="-J-XX:SharedArchiveFile=$2/javac.jsa -J-Xlog:disable" # one that does not fit is not used
javac="$1/bin/javac $archive -J-XX:+UseSerialGC -J-XX:TieredStopAtLevel=1 -J-XX:-UsePerfData $(cat javac.options)"
mkdir classes
$javac -cp classes -d classes source/*.java </dev/null
[ -e harness ] || exec $java -cp classes "$(cat entry)"
proof="$2"
if [ ! -e "$proof/LangliftProof.class" ]; then
  proof=proof
  $javac -d "$proof" harness/LangliftProof.java </dev/null
fi
exec $java -cp "$proof:classes" LangliftProof "$(cat entry)"
