/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost-conformance: the process that runs one check of one module. A program of its own, which
 * links as little as it can: a sanitizer that a module brings must be the first library of the
 * process, and not every library bears that.
 */
#pragma once

/* The whole program. */
int child_main(int argc, char **argv);
