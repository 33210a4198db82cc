#!/bin/sh
# Makes the base image of the language images from Debian's own packages, for a daemon that can not pull one.
#
#   base.sh NAME FOLDER    NAME: of the image; FOLDER: keeps the file system as an archive, for the next daemon
#
# Needs root, debootstrap and a Debian machine: the mirror and the release are those of its own apt.
set -eu
name=${1:?usage: base.sh NAME FOLDER} folder=${2:?usage: base.sh NAME FOLDER}

die() {
    echo "base.sh: $1" >&2
    exit 3
}

# The first repository in apt's own order that has this release's main component.
mirror_of() {
    apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT) $(CREATED_BY)' 2>/dev/null |
        awk -v release="$1" '$2 == release && $3 == "main" && $4 == "Packages" {print $1; exit}'
}

[ "$(id -u)" = 0 ] || die "debootstrap needs root: run it with sudo, or build from an image that your daemon can pull"
command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
docker version >/dev/null 2>&1 || die "no Docker daemon answers: start it, or set DOCKER_HOST"
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ -n "$release" ] || die "this machine's release has no code name in /etc/os-release"
archive=$folder/base-$release.tar

mkdir -p "$folder"
if [ ! -s "$archive" ]; then
    mirror=$(mirror_of "$release")
    [ -n "$mirror" ] || { apt-get update -qq && mirror=$(mirror_of "$release"); }
    [ -n "$mirror" ] || die "apt knows no repository of $release: see /etc/apt/sources.list.d"
    made=$(mktemp -d "$folder/base.XXXXXX")
    trap 'rm -rf "$made"' EXIT
    trap 'exit 130' INT TERM
    echo "making $archive from $mirror ..."
    debootstrap --variant=minbase "$release" "$made/root" "$mirror" >"$made/log" 2>&1 || {
        tail -n 5 "$made/log" >&2
        die "debootstrap failed"
    }
    # What is lost when the machine goes down in the middle of a build is built again: packages need no fsync.
    echo force-unsafe-io >"$made/root/etc/dpkg/dpkg.cfg.d/image"
    printf 'path-exclude /usr/share/%s/*\n' doc man info locale >>"$made/root/etc/dpkg/dpkg.cfg.d/image"
    echo 'path-include /usr/share/doc/*/copyright' >>"$made/root/etc/dpkg/dpkg.cfg.d/image"
    tar -C "$made/root" --exclude='./var/cache/apt/archives/*.deb' --exclude='./var/lib/apt/lists/*' \
        --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -cf "$made/archive" . || die "no archive: is the disk full?"
    mv "$made/archive" "$archive" # last of all: an archive that is there is whole
fi
docker import --change 'ENV LANG=C.UTF-8' "$archive" "$name" >/dev/null || die "the daemon did not take $archive"
