/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider of the library's tests.
 */
#include "actor.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

struct _Actor {
    BootHostProvider parent_instance;
    guint served;
};

G_DEFINE_FINAL_TYPE(Actor, actor, BOOT_HOST_TYPE_PROVIDER)

static void shape(Actor *self, BootHostReply *reply) {
    BootHostProvider *provider = BOOT_HOST_PROVIDER_OBJECT(self);
    const char *prefix = boot_host_provider_get_setting(provider, "prefix");
    g_autofree char *file = g_strconcat(prefix, ".efi", NULL);
    g_autofree char *served = g_strdup_printf("%u", ++self->served);
    g_autoptr(GBytes) option = g_bytes_new_static("\001\002", 2);
    boot_host_reply_set_boot_file(reply, file);
    boot_host_reply_set_reason(reply, "it asked nicely");
    boot_host_reply_add_note(reply, "a note");
    g_assert_true(
        boot_host_reply_set_option(reply, BOOT_HOST_OPTION_SPACE_DHCP4, 209, option, NULL));
    g_assert_true(boot_host_reply_set_fact(reply, "served", served, NULL));
    g_assert_true(boot_host_reply_set_fact(reply, "gone", NULL, NULL));
}

static BootHostVerdict act_reply(Actor *self, BootHostReply *reply) {
    shape(self, reply);
    return BOOT_HOST_VERDICT_REPLY;
}

static BootHostVerdict act_menu(Actor *self, BootHostReply *reply) {
    g_assert_true(boot_host_reply_set_menu(reply, 5, "Choose", NULL));
    g_assert_true(boot_host_reply_add_menu_item(reply, 0, "Disk", NULL, NULL));
    g_assert_true(boot_host_reply_add_menu_item(reply, 7, "Net", "10.0.0.2", NULL));
    return BOOT_HOST_VERDICT_REPLY;
}

static BootHostVerdict act_hold(Actor *self, BootHostReply *reply) {
    boot_host_reply_set_message(reply, "wait");
    boot_host_reply_set_poll_seconds(reply, 30);
    return BOOT_HOST_VERDICT_HOLD;
}

static gboolean finish(gpointer user) {
    boot_host_reply_complete(user, BOOT_HOST_VERDICT_REPLY);
    g_object_unref(user);
    return G_SOURCE_REMOVE;
}

static void in_context(GSourceFunc function, gpointer user) {
    g_autoptr(GSource) timer = g_timeout_source_new(20);
    g_source_set_callback(timer, function, user, NULL);
    g_source_attach(timer, g_main_context_get_thread_default());
}

static BootHostVerdict act_soon(Actor *self, BootHostReply *reply) {
    shape(self, reply);
    in_context(finish, g_object_ref(reply));
    return BOOT_HOST_VERDICT_LATER;
}

static gpointer finish_on_thread(gpointer user) {
    g_usleep(20000);
    finish(user);
    return NULL;
}

static BootHostVerdict act_thread(Actor *self, BootHostReply *reply) {
    shape(self, reply);
    g_thread_unref(g_thread_new("late", finish_on_thread, g_object_ref(reply)));
    return BOOT_HOST_VERDICT_LATER;
}

static BootHostVerdict act_now(Actor *self, BootHostReply *reply) {
    shape(self, reply);
    g_assert_true(boot_host_reply_complete(reply, BOOT_HOST_VERDICT_REPLY));
    g_assert_false(boot_host_reply_complete(reply, BOOT_HOST_VERDICT_DROP));
    return BOOT_HOST_VERDICT_LATER;
}

static BootHostVerdict act_forget(Actor *self, BootHostReply *reply) {
    return BOOT_HOST_VERDICT_LATER;
}

static BootHostVerdict act_block(Actor *self, BootHostReply *reply) {
    g_usleep(10 * G_USEC_PER_SEC);
    return BOOT_HOST_VERDICT_PASS;
}

static BootHostVerdict act_exit(Actor *self, BootHostReply *reply) {
    _Exit(3);
}

static BootHostVerdict act_drop(Actor *self, BootHostReply *reply) {
    shape(self, reply);
    return BOOT_HOST_VERDICT_DROP;
}

static BootHostVerdict act_nothing(Actor *self, BootHostReply *reply) {
    shape(self, reply);
    return 0;
}

static BootHostVerdict act_99(Actor *self, BootHostReply *reply) {
    return 99;
}

static void cancelled(GCancellable *cancellable, gpointer user) {
    boot_host_reply_complete(user, BOOT_HOST_VERDICT_DROP);
}

static BootHostVerdict never(BootHostRequest *request, BootHostReply *reply) {
    g_cancellable_connect(boot_host_request_get_cancellable(request), G_CALLBACK(cancelled),
                          g_object_ref(reply), g_object_unref);
    return BOOT_HOST_VERDICT_LATER;
}

static BootHostVerdict decide(BootHostProvider *provider, BootHostRequest *request,
                              BootHostReply *reply, GError **error) {
    static const struct {
        const char *word;
        BootHostVerdict (*act)(Actor *self, BootHostReply *reply);
    } acts[] = {
        {"reply", act_reply}, {"menu", act_menu},       {"hold", act_hold},
        {"drop", act_drop},   {"nothing", act_nothing}, {"99", act_99},
        {"soon", act_soon},   {"thread", act_thread},   {"now", act_now},
        {"block", act_block}, {"forget", act_forget},   {"exit", act_exit},
    };
    const char *word = boot_host_request_get_host_name(request);
    for (gsize i = 0; i < G_N_ELEMENTS(acts); i++) {
        if (g_strcmp0(word, acts[i].word) == 0)
            return acts[i].act(TEST_ACTOR(provider), reply);
    }
    if (g_strcmp0(word, "never") == 0)
        return never(request, reply);
    if (g_strcmp0(word, "fail") != 0)
        return BOOT_HOST_VERDICT_PASS;
    shape(TEST_ACTOR(provider), reply);
    g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_NOT_FOUND, "no such image");
    return BOOT_HOST_VERDICT_FAILED;
}

static GBytes *big(void) {
    guint8 *bytes = g_malloc(ACTOR_BIG_BYTES);
    for (gsize i = 0; i < ACTOR_BIG_BYTES; i++)
        bytes[i] = (guint8) (i * 31 >> 3);
    return g_bytes_new_take(bytes, ACTOR_BIG_BYTES);
}

static void give_stream(BootHostContent *content, gint64 length) {
    g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_data("streamed", 8, NULL);
    boot_host_content_set_stream(content, stream, length);
}

static gboolean finish_content(gpointer user) {
    boot_host_content_set_text(user, "late");
    boot_host_content_complete(user, BOOT_HOST_VERDICT_REPLY);
    g_object_unref(user);
    return G_SOURCE_REMOVE;
}

static BootHostVerdict content(BootHostProvider *provider, BootHostRequest *request,
                               BootHostContent *content, GError **error) {
    const char *file = boot_host_request_get_file(request);
    g_autoptr(GBytes) bytes = big();
    if (g_str_equal(file, "bytes")) {
        g_autoptr(GBytes) few = g_bytes_new_static("\0\1\2", 3);
        boot_host_content_set_bytes(content, few);
    } else if (g_str_equal(file, "text")) {
        const char *owner = boot_host_request_get_fact(request, "owner");
        boot_host_content_set_text(content, owner != NULL ? owner : "nobody");
    } else if (g_str_equal(file, "path")) {
        boot_host_content_set_path(content, "/etc/hostname");
    } else if (g_str_equal(file, "name")) {
        boot_host_content_set_name(content, "other.efi");
    } else if (g_str_equal(file, "big")) {
        boot_host_content_set_bytes(content, bytes);
    } else if (g_str_equal(file, "stream")) {
        give_stream(content, -1);
    } else if (g_str_equal(file, "wrong-length")) {
        give_stream(content, 5);
    } else if (g_str_equal(file, "soon")) {
        in_context(finish_content, g_object_ref(content));
        return BOOT_HOST_VERDICT_LATER;
    } else if (g_str_equal(file, "drop")) {
        return BOOT_HOST_VERDICT_DROP;
    } else if (!g_str_equal(file, "nothing-given")) {
        return BOOT_HOST_VERDICT_PASS;
    }
    return BOOT_HOST_VERDICT_REPLY;
}

static void event(BootHostProvider *provider, BootHostRequest *request, BootHostEventKind kind,
                  const char *name, const char *detail, gint64 value) {
    g_autofree char *text = g_strdup_printf("event %d of %s: %s, %s, %d", (int) kind,
                                            boot_host_request_get_mac(request), name,
                                            detail != NULL ? detail : "-", (int) value);
    boot_host_provider_log(provider, BOOT_HOST_LOG_LEVEL_INFO, text);
}

static gboolean open_actor(BootHostProvider *provider, BootHostOpenFlags flags, GError **error) {
    const char *prefix = boot_host_provider_get_setting(provider, "prefix");
    g_autofree char *text =
        g_strdup_printf("%s opens: wait %" G_GINT64_FORMAT ", flags %u",
                        boot_host_provider_get_instance_name(provider),
                        boot_host_provider_get_setting_number(provider, "wait"), flags);
    boot_host_provider_log(provider, BOOT_HOST_LOG_LEVEL_DEBUG, text);
    if (g_str_equal(prefix, "odd"))
        boot_host_provider_report_warning(provider, "prefix", 0, "that is odd");
    if (g_str_equal(prefix, "wrong"))
        boot_host_provider_report_error(provider, "list", 3, "that is wrong");
    if (!g_str_equal(prefix, "broken"))
        return TRUE;
    g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_DENIED, "the database is locked");
    return FALSE;
}

static void close_actor(BootHostProvider *provider) {
    boot_host_provider_log(provider, BOOT_HOST_LOG_LEVEL_DEBUG, "closed");
}

static gboolean save(BootHostProvider *provider, GError **error) {
    Actor *self = TEST_ACTOR(provider);
    g_autoptr(GBytes) bytes = g_bytes_new(&self->served, sizeof self->served);
    boot_host_provider_put_state(provider, "served", bytes);
    return TRUE;
}

static gboolean restore(BootHostProvider *provider, GError **error) {
    Actor *self = TEST_ACTOR(provider);
    GBytes *bytes = boot_host_provider_get_state(provider, "served");
    if (bytes == NULL || g_bytes_get_size(bytes) != sizeof self->served) {
        g_set_error(error, BOOT_HOST_ERROR, BOOT_HOST_ERROR_INVALID, "foreign state");
        return FALSE;
    }
    memcpy(&self->served, g_bytes_get_data(bytes, NULL), sizeof self->served);
    return TRUE;
}

static void actor_class_init(ActorClass *class) {
    BootHostProviderClass *provider = BOOT_HOST_PROVIDER_OBJECT_CLASS(class);
    provider->decide = decide;
    provider->content = content;
    provider->event = event;
    provider->open = open_actor;
    provider->close = close_actor;
    provider->save = save;
    provider->restore = restore;
}

static void actor_init(Actor *self) {
    BootHostProvider *provider = BOOT_HOST_PROVIDER_OBJECT(self);
    boot_host_provider_add_setting(provider, "prefix", BOOT_HOST_SETTING_TYPE_TEXT,
                                   BOOT_HOST_SETTING_FLAGS_REQUIRED, NULL, "Start of the file");
    boot_host_provider_add_setting(provider, "wait", BOOT_HOST_SETTING_TYPE_DURATION,
                                   BOOT_HOST_SETTING_FLAGS_NONE, "2s", "Unused");
    boot_host_provider_add_setting(provider, "list", BOOT_HOST_SETTING_TYPE_PATH,
                                   BOOT_HOST_SETTING_FLAGS_NONE, NULL, "Unused");
    boot_host_provider_add_setting(provider, "label.*", BOOT_HOST_SETTING_TYPE_TEXT,
                                   BOOT_HOST_SETTING_FLAGS_FAMILY, NULL, "Unused");
}

BootHostProvider *actor_new(void) {
    return g_object_new(TYPE_ACTOR, "name", "actor", "version", "1.2", "summary", "Acts", "at-once",
                        4, NULL);
}
