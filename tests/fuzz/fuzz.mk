# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzes the parsers with libFuzzer, each for FUZZ_SECONDS. What it finds stays in
# build/fuzz/NAME.crash-…; what it learns, in build/fuzz/corpus/NAME.

FUZZ_SECONDS ?= 60
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz-%.c,%,$(sort $(wildcard tests/fuzz/fuzz-*.c)))
FUZZ_OBJECTS := $(LIB_SOURCES:%.c=build/fuzz/%.o)
FUZZ_CFLAGS := $(STD) -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all

build/fuzz/lib/%.o: FUZZ_CFLAGS := $(subst fuzzer,fuzzer-no-link,$(FUZZ_CFLAGS))

build/fuzz/%.o: %.c tests/fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)clang $(WARNINGS) $(CPPFLAGS) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<

build/fuzz/fuzz-%: build/fuzz/tests/fuzz/fuzz-%.o $(FUZZ_OBJECTS)
	$(call say,LINK,$@)
	$(Q)clang $(FUZZ_CFLAGS) -o $@ $^

# What is learnt goes to the first corpus; the seeds stay as they are.
$(FUZZ_NAMES:%=fuzz-%): fuzz-%: build/fuzz/fuzz-%
	@mkdir -p build/fuzz/corpus/$*
	$(call say,FUZZ,$*)
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=5 -verbosity=0 \
		-print_final_stats=1 -artifact_prefix=build/fuzz/$*. \
		build/fuzz/corpus/$* tests/fuzz/corpus/$*

fuzz: $(FUZZ_NAMES:%=fuzz-%)

-include $(FUZZ_OBJECTS:.o=.d) $(FUZZ_NAMES:%=build/fuzz/tests/fuzz/fuzz-%.d)

.PHONY: fuzz $(FUZZ_NAMES:%=fuzz-%)
.PRECIOUS: build/fuzz/%.o
