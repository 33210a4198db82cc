#!/bin/sh
# Ruby from Debian's packages: run as root, on a machine or while an image is built.
set -eu
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ruby
