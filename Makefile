# SPDX-License-Identifier: GPL-2.0-or-later
# Builds, tests and installs ptbind; everything built goes to build/.

# All rules are here: make's own would write apply.sh over apply.
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:

MUSL_CC ?= musl-gcc
DESTDIR ?=

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla -Wundef -Wcast-qual
CPPFLAGS := -D_GNU_SOURCE -Ilib
STD := -std=gnu11

# V=1 shows the commands themselves.
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-8s %s\n' $(1) $(2)
endif

LIB_SOURCES := $(sort $(wildcard lib/*.c))
EARLY_SOURCES := $(sort $(wildcard early/*.c))

all: build/ptbind-early build/ptbind

# The host command.
include ctl/ctl.mk

# The boot-time program: static, with musl and libkmod.
include early/libkmod.mk

SIZE_FLAGS := -Os -flto -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
EARLY_CFLAGS := $(STD) $(SIZE_FLAGS) -fstack-protector-strong
EARLY_LDFLAGS := -static -Wl,--gc-sections -Wl,-z,noseparate-code -Wl,-z,relro -Wl,-z,now

EARLY_OBJECTS := $(patsubst %.c,build/early-objects/%.o,$(LIB_SOURCES) $(EARLY_SOURCES))

build/early-objects/%.o: %.c $(KMOD_HEADER) build/musl-include/.done Makefile
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(MUSL_CC) $(WARNINGS) $(CPPFLAGS) $(EARLY_CFLAGS) $(KMOD_CPPFLAGS) \
		-idirafter build/musl-include -MMD -MP -c -o $@ $<

build/ptbind-early.debug: $(EARLY_OBJECTS) $(KMOD_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(MUSL_CC) $(EARLY_CFLAGS) $(EARLY_LDFLAGS) -o $@ $^

build/ptbind-early: build/ptbind-early.debug
	$(call say,STRIP,$@)
	$(Q)strip -o $@ $<

-include $(EARLY_OBJECTS:.o=.d)

# Where hooks/kernel/zz-ptbind is run from.
KERNEL_HOOK_DIRS := kernel/postinst.d kernel/postrm.d initramfs/post-update.d

install: all docs
	install -D -m 0755 build/ptbind-early $(DESTDIR)/usr/lib/ptbind/ptbind-early
	install -D -m 0755 build/ptbind $(DESTDIR)/usr/sbin/ptbind
	install -D -m 0755 hooks/proxmox/ptbind-gate $(DESTDIR)/usr/share/ptbind/ptbind-gate
	install -D -m 0755 hooks/libvirt/ptbind $(DESTDIR)/etc/libvirt/hooks/qemu.d/ptbind
	install -D -m 0755 hooks/initramfs/hook \
		$(DESTDIR)/usr/share/initramfs-tools/hooks/ptbind
	install -D -m 0755 hooks/initramfs/00-ptbind \
		$(DESTDIR)/usr/share/initramfs-tools/scripts/init-top/00-ptbind
	test -e $(DESTDIR)/etc/ptbind/allowlist || \
		install -D -m 0644 conf/allowlist $(DESTDIR)/etc/ptbind/allowlist
	install -d -m 0700 $(DESTDIR)/var/lib/ptbind
	install -D -m 0644 -t $(DESTDIR)/usr/lib/ptbind hooks/recovery.sh \
		hooks/initramfs/images.sh
	install -D -m 0755 hooks/grub/42_ptbind $(DESTDIR)/etc/grub.d/42_ptbind
	install -D -m 0644 hooks/grub/submenu.awk $(DESTDIR)/usr/lib/ptbind/grub-submenu.awk
	install -D -m 0644 -t $(DESTDIR)/usr/lib/ptbind hooks/kernel/boot-entries.sh
	install -D -m 0755 -t $(DESTDIR)/usr/lib/ptbind hooks/kernel/proxmox-boot-entries \
		hooks/kernel/remove-boot-entries
	install -D -m 0755 -t $(DESTDIR)/usr/lib/kernel/install.d \
		hooks/kernel/95-ptbind.install
	for dir in $(KERNEL_HOOK_DIRS); do \
		install -D -m 0755 -t $(DESTDIR)/etc/$$dir hooks/kernel/zz-ptbind || exit; \
	done
	install -D -m 0644 hooks/bash-completion/ptbind \
		$(DESTDIR)/usr/share/bash-completion/completions/ptbind
	install -D -m 0644 hooks/zsh/_ptbind \
		$(DESTDIR)/usr/share/zsh/vendor-completions/_ptbind
	install -D -m 0644 -t $(DESTDIR)/usr/lib/udev/rules.d hooks/udev/79-ptbind.rules
	install -D -m 0644 -t $(DESTDIR)/usr/share/man/man5 build/docs/ptbind.allowlist.5
	install -D -m 0644 -t $(DESTDIR)/usr/share/man/man8 build/docs/ptbind-early.8 \
		build/docs/ptbind.8
	install -D -m 0644 -t $(DESTDIR)/usr/share/doc/ptbind README.md debian/copyright \
		$(wildcard docs/*.md)

# The owner's list stays, and so does the state; the images are to be rebuilt.
uninstall:
	test -n "$(DESTDIR)" || ! test -x /usr/lib/ptbind/remove-boot-entries || \
		/usr/lib/ptbind/remove-boot-entries
	rm -f $(DESTDIR)/usr/sbin/ptbind \
		$(DESTDIR)/etc/libvirt/hooks/qemu.d/ptbind \
		$(DESTDIR)/usr/share/initramfs-tools/hooks/ptbind \
		$(DESTDIR)/usr/share/initramfs-tools/scripts/init-top/00-ptbind \
		$(DESTDIR)/etc/grub.d/42_ptbind \
		$(DESTDIR)/usr/lib/kernel/install.d/95-ptbind.install \
		$(DESTDIR)/usr/lib/udev/rules.d/79-ptbind.rules \
		$(KERNEL_HOOK_DIRS:%=$(DESTDIR)/etc/%/zz-ptbind) \
		$(DESTDIR)/usr/share/bash-completion/completions/ptbind \
		$(DESTDIR)/usr/share/zsh/vendor-completions/_ptbind \
		$(DESTDIR)/usr/share/man/man5/ptbind.allowlist.5 \
		$(DESTDIR)/usr/share/man/man8/ptbind-early.8 \
		$(DESTDIR)/usr/share/man/man8/ptbind.8
	rm -rf $(DESTDIR)/usr/lib/ptbind $(DESTDIR)/usr/share/ptbind \
		$(DESTDIR)/usr/share/doc/ptbind

# Manual pages.
MANUALS := $(patsubst docs/%.scd,build/docs/%,$(wildcard docs/*.scd))

build/docs/%: docs/%.scd
	@mkdir -p $(@D)
	$(call say,MAN,$@)
	$(Q)scdoc < $< > $@

docs: $(MANUALS)

# The Debian package, for Debian 12 and 13 if it is built on Debian 12.
# With directories, which are newer once a file in them is gone: as DIR/., for docs is also
# a target.
DEB_INPUTS = $(shell find . -path ./build -prune -o -path ./.git -prune -o \
	-type d -printf '%p/.\n' -o -print)

deb: install-deb
	@$(MAKE) --no-print-directory build/deb/.done

build/deb/.done: $(DEB_INPUTS) $(KMOD_TARBALL)
	$(call say,DEB,build/deb)
	$(Q)rm -rf build/deb
	$(Q)debian/build-package build/deb.build build/deb
	$(Q)touch $@

# What a guest runs of the host command's tests: it has another kernel than this machine.
build/guest/test-network: qemu-test/guest/test-network.c \
		$(filter-out %/ctl/main.o,$(CTL_OBJECTS))
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(WARNINGS) $(CPPFLAGS) -Itests/unit $(CTL_CPPFLAGS) $(CTL_CFLAGS) \
		-o $@ $^ -lcmocka $(CTL_LIBS)

# Tests. Each is a command that prints TAP; tests/run runs them and sums up.
RELEASES := bookworm trixie
SCENARIOS := $(sort $(wildcard qemu-test/scenarios/*))
RUN_TESTS := tests/run --jobs 2

LINT_TESTS := tests/lint
PACKAGE_TESTS := tests/package/build $(foreach r,$(RELEASES),"tests/package/life $(r)")
GATE_TESTS := tests/gate/gate \
	$(foreach t,hooks libvirt,$(foreach r,$(RELEASES),"tests/gate/$(t) $(r)"))
IMAGE_TESTS := $(foreach t,image grub systemd-boot proxmox-boot,\
	$(foreach r,$(RELEASES),"tests/image/$(t) $(r)"))
QEMU_TESTS := $(foreach s,$(SCENARIOS),$(foreach r,$(RELEASES),"$(s) $(r)"))

# The host command on the fixture trees, and at work in hosts.
HOST_COMMAND_TESTS := $(addprefix tests/host/,apply-fails check claim edit guards list status)
APPLY_TESTS := $(foreach t,apply apply-systemd-boot apply-proxmox-boot,\
	$(foreach r,$(RELEASES),"tests/host/$(t) $(r)"))

# Whole hosts take minutes each: not every firmware with every release in every run.
HOST_TESTS := "qemu-test/hosts/grub bookworm bios" "qemu-test/hosts/grub trixie uefi" \
	$(foreach r,$(RELEASES),"qemu-test/hosts/systemd-boot $(r) uefi") \
	$(foreach r,$(RELEASES),"qemu-test/hosts/guards $(r)" "qemu-test/hosts/layers $(r)")
OTHER_HOST_TESTS := "qemu-test/hosts/grub bookworm uefi" "qemu-test/hosts/grub trixie bios"

include tests/unit/unit.mk
include tests/fuzz/fuzz.mk

# The longest first, so that none is left alone at the end.
ALL_TESTS = $(HOST_TESTS) $(PACKAGE_TESTS) $(APPLY_TESTS) $(IMAGE_TESTS) $(QEMU_TESTS) \
	$(LINT_TESTS) $(UNIT_TESTS) $(HOST_COMMAND_TESTS) $(GATE_TESTS)

# Here and in the demonstration, what is missing is installed; see tests/install-packages.
check: install-all
	@$(MAKE) --no-print-directory -j2 check-ready
	@$(MAKE) --no-print-directory trees
	@$(RUN_TESTS) $(ALL_TESTS)

check-full: install-all
	@$(MAKE) --no-print-directory -j2 check-ready
	@$(MAKE) --no-print-directory trees
	@$(RUN_TESTS) $(ALL_TESTS) $(OTHER_HOST_TESTS)

check-ready: all docs deb $(UNIT_PROGRAMS) build/guest/test-network

check-unit: install-test
	@$(MAKE) --no-print-directory all $(UNIT_PROGRAMS)
	@$(RUN_TESTS) $(UNIT_TESTS) $(HOST_COMMAND_TESTS)

check-lint: install-lint
	@$(MAKE) --no-print-directory all docs
	@$(RUN_TESTS) $(LINT_TESTS)

check-gate: install-qemu
	@$(MAKE) --no-print-directory all trees
	@$(RUN_TESTS) $(GATE_TESTS)

check-image: install-qemu
	@$(MAKE) --no-print-directory all trees
	@$(RUN_TESTS) $(IMAGE_TESTS)

check-package: install-all
	@$(MAKE) --no-print-directory deb trees
	@$(RUN_TESTS) $(PACKAGE_TESTS)

check-hosts: install-all
	@$(MAKE) --no-print-directory deb trees build/guest/test-network
	@$(RUN_TESTS) $(HOST_TESTS)

check-qemu: install-qemu
	@$(MAKE) --no-print-directory all trees
	@$(RUN_TESTS) $(QEMU_TESTS)

demo: install-qemu
	@$(MAKE) --no-print-directory all
	@qemu-test/demo

bench: install-bench
	@$(MAKE) --no-print-directory all trees
	@tests/bench/figures

fuzz: install-test

install-deb:
	@tests/install-packages build deb
install-all:
	@tests/install-packages build deb test qemu lint
install-test:
	@tests/install-packages build test
install-qemu:
	@tests/install-packages build qemu
install-bench:
	@tests/install-packages build qemu bench
install-lint:
	@tests/install-packages build lint

# Two at once: each takes minutes, most of them waiting.
trees:
	@$(MAKE) --no-print-directory -j2 $(foreach r,$(RELEASES),tree-$(r) tree-host-$(r))
tree-%:
	@qemu-test/build-tree $*

# For tests/lint: the value of a variable.
print-%:
	@printf '%s\n' '$($*)'

clean:
	rm -rf build

.PHONY: all docs deb install uninstall clean check check-full check-ready check-unit \
	check-lint check-gate check-image check-package check-hosts check-qemu demo bench \
	install-deb install-all install-test install-qemu install-bench install-lint trees
.DELETE_ON_ERROR:
