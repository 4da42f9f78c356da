/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Wire samples of tests/vectors for unit tests.
 */
#pragma once

#include "codec/cursor.h"

#include <glib.h>

/* tests/vectors/<name>.bin, such as "pxe/edk2-x64-discover". Aborts the test when it is not there.
 * Free with g_bytes_unref. */
GBytes *vector_load(const char *name);

/* Names of all samples of tests/vectors/<folder> that begin with `prefix`, sorted, each as
 * vector_load() takes it; never empty. Free with g_strfreev. */
GStrv vector_list(const char *folder, const char *prefix);

/* The bytes of a sample; they live as long as it. */
struct span vector_span(GBytes *vector);
