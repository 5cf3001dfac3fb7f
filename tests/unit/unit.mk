# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the unit tests, each with gcc and with clang, under AddressSanitizer and UBSan.
# UNIT_PROGRAMS are the files to build, UNIT_TESTS the commands that run them, as TAP.

UNIT_COMPILERS := gcc clang
UNIT_NAMES := $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test-*.c)))
UNIT_PROGRAMS := $(foreach cc,$(UNIT_COMPILERS),$(addprefix build/unit/$(cc)/,$(UNIT_NAMES)))
UNIT_TESTS := $(UNIT_PROGRAMS) tests/unit/cli tests/unit/completion tests/unit/install \
	tests/machines/run

# What is under test: the library, what stands alone of the boot-time program, and the host
# command without its main().
UNIT_SOURCES := $(LIB_SOURCES) early/kernel_log.c early/worker.c \
	$(filter-out ctl/main.c,$(CTL_SOURCES))
UNIT_OBJECTS := $(UNIT_SOURCES:.c=.o)

UNIT_CPPFLAGS = $(CPPFLAGS) -Iearly $(CTL_CPPFLAGS)
UNIT_CFLAGS := $(STD) -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all

# The test of the kernel log must not write to that of this machine.
build/unit/%/test-kernel-log: UNIT_LDFLAGS := -Wl,--wrap=open

# $(1): compiler
define unit_rules
build/unit/$(1)/%.o: %.c tests/unit/unit.mk
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(1) $$(WARNINGS) $$(UNIT_CPPFLAGS) $$(UNIT_CFLAGS) -MMD -MP -c -o $$@ $$<

build/unit/$(1)/test-%: build/unit/$(1)/tests/unit/test-%.o \
		$$(addprefix build/unit/$(1)/,$$(UNIT_OBJECTS))
	$$(call say,LINK,$$@)
	$$(Q)$(1) $$(UNIT_CFLAGS) $$(UNIT_LDFLAGS) -o $$@ $$^ -lcmocka $$(CTL_LIBS)

.PRECIOUS: build/unit/$(1)/%.o

-include $(patsubst %.o,build/unit/$(1)/%.d,$(UNIT_OBJECTS) $(UNIT_NAMES:%=tests/unit/%.o))
endef

$(foreach cc,$(UNIT_COMPILERS),$(eval $(call unit_rules,$(cc))))
