// SPDX-License-Identifier: GPL-2.0-or-later
/* What boot, dry run and host command all do to come to a decision. */

#include "decide.h"
#include "machine_read.h"

int decide(const struct sysfs *sysfs, const struct cmdline *cmdline,
	   const struct allowlist *list, struct outcome *outcomes,
	   struct machine *ret_machine)
{
	struct machine machine = { 0 };
	const struct plan_input input = { cmdline, list, &machine };
	bool everything = false, search = false;
	int err;

	do {
		everything = search;
		machine_free(&machine);
		err = machine_read(sysfs, list, plan_facts(cmdline), everything,
				   &machine);
		if (err < 0)
			return err;
		err = plan_make(&input, outcomes, &search);
	} while (err == 0 && search && !everything);
	if (err < 0) {
		machine_free(&machine);
		return err;
	}

	*ret_machine = machine;
	return 0;
}
