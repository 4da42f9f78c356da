/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boothost: the command line of administrators and authors. A thin main; the verbs are in cli/.
 */
#include "cli/cli.h"

int main(int argc, char **argv) {
    return cli_main(argc, argv);
}
