#!/bin/sh
# Julia from Debian 11, the last release of Debian that has it. Run as root:
#
#   install.sh           beside the packages of Debian 11 or 12: while an image is built
#   install.sh FOLDER    as a root file system in FOLDER, by debootstrap: for any machine; nothing else is changed
#
# MIRROR in the environment names an archive that has Debian 11. Without it: this machine's own where it is a Debian,
# else that of debootstrap. Debian 11 is past its support: an archive may drop it, then name one that keeps it.
set -eu
release=bullseye
keys=/usr/share/keyrings/debian-archive-keyring.gpg

die() {
    echo "install.sh: $1" >&2
    exit 3
}

own_mirror() {
    own=$(. /etc/os-release && [ "$ID" = debian ] && echo "${VERSION_CODENAME:-}") || return 0
    apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT) $(CREATED_BY)' 2>/dev/null |
        awk -v own="$own" '$2 == own && $3 == "main" && $4 == "Packages" {print $1; exit}'
}

make_root() {
    command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
    [ ! -e "$1" ] || die "$1 is there already"
    mkdir -p "$(dirname "$1")"
    made=$(mktemp -d "$1.XXXXXX")
    trap 'rm -rf "$made"' EXIT
    trap 'exit 130' INT TERM
    debootstrap --variant=minbase --include=julia "$release" "$made/root" $mirror >"$made/log" 2>&1 || {
        tail -n 5 "$made/log" >&2
        die "no Debian 11 from ${mirror:-the mirror of debootstrap}: is it still there? MIRROR=... names another"
    }
    (cd "$made/root/var" && rm -rf cache/apt/archives/*.deb lib/apt/lists/*)
    mv "$made/root" "$1" # last of all: a root that is there is whole
}

install_beside() {
    apt-get update -qq -o Acquire::Retries=3
    packages=julia
    if [ -z "$(apt-cache show julia 2>/dev/null)" ]; then
        [ -n "$mirror" ] || mirror=$(own_mirror)
        [ -n "$mirror" ] || die "apt knows no archive of Debian: name one by MIRROR=..."
        echo "deb [signed-by=$keys] $mirror $release main" >/etc/apt/sources.list.d/julia.list
        trap 'rm -f /etc/apt/sources.list.d/julia.list' EXIT
        apt-get update -qq -o Acquire::Retries=3
        packages="julia libunwind8/$release" # that of Debian 12 ends Julia where it shows an error
    fi
    # shellcheck disable=SC2086 # more words than one
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Acquire::Retries=3 --no-install-recommends $packages
}

[ "$(id -u)" = 0 ] || die "run it as root"
mirror=${MIRROR:-$(own_mirror)}
if [ $# -gt 0 ]; then make_root "$1"; else install_beside; fi
