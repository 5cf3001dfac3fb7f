# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the host command, ptbind: with glibc and shared libraries, whose sonames are the
# same in Debian 12 and 13. What is built on the older one runs on both.

CTL_SOURCES := $(sort $(wildcard ctl/*.c ctl/*/*.c))
CTL_OBJECTS := $(patsubst %.c,build/ctl-objects/%.o,$(LIB_SOURCES) $(CTL_SOURCES))

# Asked when needed: pkg-config may not be there before tests/install-packages ran.
CTL_PACKAGES := blkid json-c libarchive libkmod libnl-3.0 libpci libudev libxml-2.0 \
	mount smartcols
# The packages' as system directories: their warnings are not ours.
CTL_CPPFLAGS = -Ictl $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(CTL_PACKAGES)))
CTL_LIBS = $(shell pkg-config --libs $(CTL_PACKAGES))

CTL_CFLAGS := $(STD) -O2 -g -fPIE -fstack-protector-strong -fstack-clash-protection \
	-D_FORTIFY_SOURCE=2 -ffile-prefix-map=$(CURDIR)=.
CTL_LDFLAGS := -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed

build/ctl-objects/%.o: %.c ctl/ctl.mk Makefile
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(WARNINGS) $(CPPFLAGS) $(CTL_CPPFLAGS) $(CTL_CFLAGS) -MMD -MP -c -o $@ $<

build/ptbind.debug: $(CTL_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CTL_CFLAGS) $(CTL_LDFLAGS) -o $@ $^ $(CTL_LIBS)

build/ptbind: build/ptbind.debug
	$(call say,STRIP,$@)
	$(Q)strip -o $@ $<

-include $(CTL_OBJECTS:.o=.d)
