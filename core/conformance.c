/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost-conformance: one check of the conformance kit. See conformance/child.
 */
#include "conformance/child.h"

int main(int argc, char **argv) {
    return child_main(argc, argv);
}
