# SPDX-License-Identifier: GPL-2.0-or-later
# Builds libkmod, static and with musl, from the source of Debian's kmod package. The
# source is fetched from the Debian archive that this machine's apt uses, and checked.

KMOD_VERSION := 34.2
KMOD_SHA256 := 012d16e2099115486d8aa9f2c2a23d058d3d0cad83113a60512647d25d3869e8
KMOD_TARBALL := build/kmod_$(KMOD_VERSION).orig.tar.xz
# Another kmod can be linked with 'make KMOD_DIR=…'.
KMOD_DIR ?= build/kmod-$(KMOD_VERSION)
KMOD_HEADER := $(KMOD_DIR)/libkmod/libkmod.h

KMOD_SOURCES := $(addprefix libkmod/,libkmod.c libkmod-builtin.c libkmod-config.c \
	libkmod-elf.c libkmod-file.c libkmod-index.c libkmod-list.c libkmod-module.c \
	libkmod-signature.c) $(addprefix shared/,array.c hash.c strbuf.c util.c)
KMOD_OBJECTS := $(patsubst %.c,build/kmod-objects/%.o,$(KMOD_SOURCES))

# As a system directory: its warnings are not ours.
KMOD_CPPFLAGS := -isystem $(KMOD_DIR)/libkmod

$(KMOD_TARBALL):
	early/fetch-kmod $(KMOD_VERSION) $(KMOD_SHA256) $@

build/kmod-$(KMOD_VERSION)/libkmod/libkmod.h: $(KMOD_TARBALL)
	tar -C build -xf $< --no-same-owner
	touch $@

# Headers of the kernel for musl, which has none: links, so that nothing of glibc is seen.
build/musl-include/.done:
	mkdir -p $(@D)
	ln -sfn /usr/include/linux $(@D)/linux
	ln -sfn /usr/include/asm-generic $(@D)/asm-generic
	ln -sfn /usr/include/$$(gcc -print-multiarch)/asm $(@D)/asm
	touch $@

build/kmod-objects/config.h: early/libkmod-config.h.in build/musl-include/.done
	@mkdir -p $(@D)
	sed "s/@HAVE_DECL_BASENAME@/$$(early/have-decl string.h basename $(MUSL_CC))/" $< > $@

build/kmod-objects/%.o: $(KMOD_HEADER) build/kmod-objects/config.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(MUSL_CC) $(STD) $(SIZE_FLAGS) -include build/kmod-objects/config.h -I$(KMOD_DIR) \
		-idirafter build/musl-include -c -o $@ $(KMOD_DIR)/$*.c
