# $1 compiles, $2 is a header: precompiled beside itself, with the plugin where that fits this compiler.
set -e
plugin="$(dirname "$0")/early.so"
[ -e "$plugin" ] && "$1" "-fplugin=$plugin" -x c++-header "$2" -o "$2.gch" 2>/dev/null || "$1" -x c++-header "$2" -o "$2.gch"
