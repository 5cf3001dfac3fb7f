# SPDX-License-Identifier: GPL-2.0-or-later
# A throw-away copy of a release's root tree, for what has to run inside of it: source
# it, call tree_open. The copy, and all of $scratch, is gone when the script ends.
# shellcheck shell=dash

top=${top:-$(cd "$(dirname "$0")/.." && pwd)}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ptbind-tree.XXXXXX")
tree=$scratch/root
trap tree_close EXIT
trap 'exit 1' HUP INT TERM

# tree_open RELEASE: makes $tree a directory that holds the release's tree and may be
# written to. An overlay costs nothing; where mounts are not allowed, a real copy.
tree_open() {
	mkdir "$tree"
	if ! tree_mount "$top/build/tree/$1" 2>"$scratch/mount.log"; then
		cp -a --reflink=auto "$top/build/tree/$1/." "$tree"
	fi
}

# tree_mount LOWER: mounts the overlay. Its upper layer is a tmpfs, as an overlay file
# system, such as a container's root, cannot be one.
tree_mount() {
	mkdir "$scratch/layer" &&
		mount -t tmpfs tmpfs "$scratch/layer" &&
		mkdir "$scratch/layer/upper" "$scratch/layer/work" &&
		mount -t overlay -o "lowerdir=$1,upperdir=$scratch/layer/upper" \
			-o "workdir=$scratch/layer/work" overlay "$tree"
}

# Takes the copy away.
tree_close() {
	for mount in "$tree" "$scratch/layer"; do
		! mountpoint -q "$mount" || umount "$mount"
	done
	rm -rf --one-file-system "$scratch"
}

# tree_kernel RELEASE: prints the release of the tree's kernel.
tree_kernel() {
	basename "$top/build/tree/$1/boot"/vmlinuz-* | sed 's/^vmlinuz-//'
}
