/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The checks of the conformance kit, each for one rule of the contract.
 */
#pragma once

#include <stddef.h>

#include "conformance/rules.h"
#include "conformance/trial.h"

struct check {
    const char *name; /* kebab-case: provider test --check NAME */
    enum rule_number rule;
    const char *words; /* what is true when it passes */
    gboolean loads;    /* it loads the module itself */
    void (*run)(struct trial *trial);
};

/* In their order; NULL behind the last. The first one must pass before others make sense. */
const struct check *check_at(size_t index);
const struct check *check_find(const char *name);

/* By theme, a file each. */
void check_table(struct trial *trial); /* check-module.c */
void check_exports(struct trial *trial);
void check_settings(struct trial *trial);
void check_loading(struct trial *trial);

void check_open(struct trial *trial); /* check-life.c */
void check_check(struct trial *trial);
void check_close(struct trial *trial);
void check_instances(struct trial *trial);
void check_process(struct trial *trial);
void check_growth(struct trial *trial);

void check_verdicts(struct trial *trial); /* check-calls.c */
void check_input(struct trial *trial);
void check_handles(struct trial *trial);
void check_blocking(struct trial *trial);
void check_parallel(struct trial *trial);
void check_events(struct trial *trial);

void check_later(struct trial *trial); /* check-later.c */
void check_cancel(struct trial *trial);
void check_drain(struct trial *trial);

void check_services(struct trial *trial); /* check-failure.c */
void check_memory(struct trial *trial);

void check_content(struct trial *trial); /* check-content.c */
void check_readers(struct trial *trial);

void check_state(struct trial *trial); /* check-state.c */
