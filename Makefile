# SPDX-License-Identifier: GPL-2.0-or-later
# Builds, tests and installs ptbind; everything built goes to build/.

VERSION := 0.1.0

MUSL_CC ?= musl-gcc
DESTDIR ?=

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla -Wundef -Wcast-qual
CPPFLAGS := -D_GNU_SOURCE -DPTBIND_VERSION='"$(VERSION)"' -Ilib
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

all: build/ptbind-early

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
		-idirafter build/musl-include -MMD -c -o $@ $<

build/ptbind-early.debug: $(EARLY_OBJECTS) $(KMOD_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(MUSL_CC) $(EARLY_CFLAGS) $(EARLY_LDFLAGS) -o $@ $^

build/ptbind-early: build/ptbind-early.debug
	$(call say,STRIP,$@)
	$(Q)strip -o $@ $<

-include $(EARLY_OBJECTS:.o=.d)

install: build/ptbind-early
	install -D -m 0755 build/ptbind-early $(DESTDIR)/usr/lib/ptbind/ptbind-early
	install -D -m 0755 hooks/initramfs/hook \
		$(DESTDIR)/usr/share/initramfs-tools/hooks/ptbind
	install -D -m 0755 hooks/initramfs/00-ptbind \
		$(DESTDIR)/usr/share/initramfs-tools/scripts/init-top/00-ptbind
	install -D -m 0644 conf/allowlist $(DESTDIR)/etc/ptbind/allowlist
	install -d -m 0700 $(DESTDIR)/var/lib/ptbind

clean:
	rm -rf build

.PHONY: all install clean
.DELETE_ON_ERROR:
