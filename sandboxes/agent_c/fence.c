/* What surrounds a program: a root of its own, an empty folder of limited size, no rights. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BOX "/box"
#define HOST "/host" /* the machine's own root: taken away before the first program */
const char *const WORK = BOX "/work";
const char *const SERVER_FOLDER = "/server";
bool in_container;

static const char *const SYSTEM[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", NULL};
static const char *const SYSTEM_FILES[] = {"/etc/alternatives", "/etc/ld.so.cache", NULL};
static const char *const DEVICES[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", NULL};
static const char *const LINKS[][2] = {{BOX "/tmp", "/tmp"},          {BOX "/shm", "/dev/shm"},
                                       {"/proc/self/fd", "/dev/fd"},  {"/proc/self/fd/0", "/dev/stdin"},
                                       {"/proc/self/fd/1", "/dev/stdout"}, {"/proc/self/fd/2", "/dev/stderr"}};
const char *const FOLDERS[] = {BOX "/work", BOX "/tmp", BOX "/shm"};
const char *const CONTAINER_FOLDERS[] = {BOX "/work", BOX "/tmp", "/dev/shm"};
enum { SHOWN_LENGTH = 4096 };
static uint64_t box_bytes;

const char *trouble(const char *what) {
    static char text[SHOWN_LENGTH + 256];
    snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
    return text;
}

int set_read_only(const char *target, bool recursive, bool on) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_NOSUID | (on ? MOUNT_ATTR_RDONLY : 0),
                                    .attr_clr = on ? 0 : MOUNT_ATTR_RDONLY};
    return (int)syscall(SYS_mount_setattr, AT_FDCWD, target, recursive ? AT_RECURSIVE : 0, &attributes, sizeof attributes);
}

/* The folder and all above it. */
static void make_folders(const char *path) {
    char part[SHOWN_LENGTH];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(part, 0755);
    }
    mkdir(part, 0755);
}

static int bind_to(const char *source, const char *target) {
    struct stat state;
    if (stat(source, &state) < 0) return -1;
    if (S_ISDIR(state.st_mode)) {
        make_folders(target);
    } else {
        char folder[SHOWN_LENGTH];
        snprintf(folder, sizeof folder, "%s", target);
        *strrchr(folder, '/') = 0;
        make_folders(folder);
        int file = open(target, O_CREAT | O_RDONLY | O_CLOEXEC, 0644);
        if (file >= 0) close(file);
    }
    return mount(source, target, NULL, MS_BIND | MS_REC, NULL);
}

/* As on the machine: a link as a link, a folder or file read-only; nothing where there is nothing. */
static int show_system(const char *root, const char *path) {
    char source[SHOWN_LENGTH], link[SHOWN_LENGTH];
    struct stat state;
    snprintf(source, sizeof source, HOST "%s%s", root, path);
    if (lstat(source, &state) < 0) return 0;
    if (S_ISLNK(state.st_mode)) {
        ssize_t length = readlink(source, link, sizeof link - 1);
        link[length > 0 ? length : 0] = 0;
        return symlink(link, path);
    }
    return bind_to(source, path) || set_read_only(path, true, true) ? -1 : 0;
}

static bool is_shown(const struct configuration *configuration, const char *path, int before) {
    for (int index = 0; index < before; index++) {
        size_t length = strlen(configuration->shown.items[index]);
        if (strncmp(path, configuration->shown.items[index], length) == 0 && (path[length] == '/' || !path[length])) return true;
    }
    if (*configuration->root) return false;
    for (const char *const *system = SYSTEM; *system; system++) {
        size_t length = strlen(*system);
        if (strncmp(path, *system, length) == 0 && (path[length] == '/' || !path[length])) return true;
    }
    return false;
}

static const char *show(const struct configuration *configuration) {
    for (const char *const *path = SYSTEM; *path; path++)
        if (show_system(configuration->root, *path)) return trouble(*path);
    for (const char *const *path = SYSTEM_FILES; *path; path++)
        if (show_system(configuration->root, *path)) return trouble(*path);
    for (const char *const *path = DEVICES; *path; path++) {
        char source[64];
        snprintf(source, sizeof source, HOST "%s", *path);
        if (bind_to(source, *path)) return trouble(*path);
    }
    for (int index = 0; index < configuration->shown.count; index++) {
        char source[SHOWN_LENGTH];
        const char *path = configuration->shown.items[index];
        if (is_shown(configuration, path, index)) continue;
        snprintf(source, sizeof source, HOST "%s", configuration->real.items[index]);
        if (bind_to(source, path) || set_read_only(path, true, true)) return trouble(path);
    }
    return NULL;
}

static void write_text(const char *path, const char *text) {
    int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (file < 0) return;
    if (write(file, text, strlen(text)) < 0) errno = 0; /* each of these is a bonus: the fence stands without */
    close(file);
}

static const char *mount_box(uint64_t bytes) {
    char options[96];
    uint64_t pages = bytes / PAGE + 4;
    snprintf(options, sizeof options, "mode=755,size=%llu,nr_inodes=16384", (unsigned long long)(pages * PAGE));
    if (mount("tmpfs", BOX, "tmpfs", MS_NOSUID | MS_NODEV, options)) return trouble("mount " BOX);
    box_bytes = bytes;
    for (size_t index = 0; index < FOLDER_COUNT; index++) {
        mkdir(FOLDERS[index], 0700);
        if (getuid() == 0 && chown(FOLDERS[index], NOBODY, NOBODY)) return trouble(FOLDERS[index]);
        /* Mount points of their own: no program can put something else in their place. */
        if (mount(FOLDERS[index], FOLDERS[index], NULL, MS_BIND, NULL)) return trouble(FOLDERS[index]);
    }
    prepare_landlock(BOX);
    return set_read_only(BOX, false, true) ? trouble("mount_setattr " BOX) : NULL;
}

static const char *build_root(const struct configuration *configuration) {
    const char *root = "/tmp"; /* any folder that every machine has: it is covered in here alone */
    const char *words;
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC)) return trouble("unshare mount, ipc");
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)) return trouble("mount /");
    write_text("/proc/sys/user/max_user_namespaces", "0"); /* a program makes none of its own */
    if (sethostname("box", 3)) return trouble("sethostname");
    if (mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=4m")) return trouble("mount /tmp");
    if (chdir(root) || mkdir("." HOST, 0755) || syscall(SYS_pivot_root, ".", "." HOST) || chdir("/")) return trouble("pivot_root");
    if ((words = show(configuration))) return words;
    mkdir("/proc", 0555);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=2"))
        rmdir("/proc"); /* a container hides parts of its own, and so must not give a whole one */
    mkdir(BOX, 0755);
    mkdir(SERVER_FOLDER, 0755);
    if (mount("tmpfs", SERVER_FOLDER, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64m")) return trouble("mount /server");
    if (set_read_only(SERVER_FOLDER, false, true)) return trouble("mount_setattr /server");
    for (size_t index = 0; index < sizeof LINKS / sizeof *LINKS; index++)
        if (symlink(LINKS[index][0], LINKS[index][1]) && errno != EEXIST) return trouble(LINKS[index][1]);
    mkdir("/etc", 0755);
    write_text("/etc/passwd", "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/box/work:/bin/sh\n");
    if (umount2(HOST, MNT_DETACH) || rmdir(HOST)) return trouble("umount the machine's root");
    return set_read_only("/", false, true) ? trouble("mount_setattr /") : NULL;
}

const char *build_fence(const struct configuration *configuration) {
    in_container = configuration->container;
    if (!in_container) {
        const char *words = build_root(configuration);
        if (words) return words;
        for (int capability = 0; capability < 64 && !prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);) capability++;
    }
    if (in_container) prepare_landlock(BOX);
    return NULL;
}

const char *prepare_box(uint64_t bytes) {
    char options[64];
    if (in_container || bytes == box_bytes) return NULL;
    if (!box_bytes) return mount_box(bytes);
    snprintf(options, sizeof options, "size=%llu", (unsigned long long)((bytes / PAGE + 4) * PAGE));
    if (mount(NULL, BOX, NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV, options)) return trouble("remount " BOX);
    box_bytes = bytes;
    return set_read_only(BOX, false, true) ? trouble("mount_setattr " BOX) : NULL;
}

static bool own_namespaces(uint64_t bytes) {
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS)) return false;
    return !mount_box(bytes);
}

/* What a user keeps who is nobody from the start: else it would last until the program begins. */
static bool drop_rights(void) {
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    return !syscall(SYS_capset, &head, none);
}

bool enter_fence(const struct limits *limits) {
    if (limits->own_namespaces && !own_namespaces(box_bytes)) return false;
    if (in_container) write_text("/proc/self/oom_score_adj", "1000"); /* it goes first, not the agent */
    if (chdir(WORK)) return false;
    if (getuid() == NOBODY) return drop_rights();
    return !setgroups(0, NULL) && !setresgid(NOBODY, NOBODY, NOBODY) && !setresuid(NOBODY, NOBODY, NOBODY);
}

static uint64_t used_in(const char *folder) {
    struct statvfs state;
    if (statvfs(folder, &state)) return 0;
    return (uint64_t)(state.f_blocks - state.f_bfree) * state.f_frsize;
}

uint64_t used_bytes(void) {
    uint64_t sum = 0;
    if (!in_container) return used_in(BOX);
    for (size_t index = 0; index < sizeof CONTAINER_FOLDERS / sizeof *CONTAINER_FOLDERS; index++)
        sum += used_in(CONTAINER_FOLDERS[index]);
    return sum;
}

/* A container's folders are of one size for all jobs: what one may fill is looked at when it has ended. */
bool too_much_used(uint64_t allowed) { return in_container && used_bytes() > allowed + 4 * PAGE; }
