#!/bin/sh
# Python 3 from Debian's packages: run as root, on a machine or while an image is built.
set -eu
apt-get update -qq -o Acquire::Retries=3
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Acquire::Retries=3 --no-install-recommends python3
