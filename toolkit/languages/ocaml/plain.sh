"$1" -w -a -o program program.ml && exec "$2" program
