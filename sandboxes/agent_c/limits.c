/* What one program may use: by the kernel's limits of a process, and by a control group of the whole box. */
#include "agent.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_FILES = 512, OWN_MEMORY = 8 << 20 };

static struct {
    int memory, used, pids, events; /* descriptors; -1 where there is no such group */
    bool unified;
    uint64_t memory_set, pids_set;
} group = {.memory = -1, .used = -1, .pids = -1, .events = -1};
static int machine = -1;    /* /proc/vmstat */
static bool counted_outside; /* by a container's engine: the kernel's count of a user's processes spans all containers */
static unsigned beside; /* processes of ours that the kernel counts with the program's: those of the same user */

/* Never above what the machine's owner allows. */
static void lower(int which, rlim_t soft, rlim_t hard) {
    struct rlimit limit;
    getrlimit(which, &limit);
    if (limit.rlim_max != RLIM_INFINITY) {
        if (soft > limit.rlim_max) soft = limit.rlim_max;
        if (hard > limit.rlim_max) hard = limit.rlim_max;
    }
    setrlimit(which, &(struct rlimit){soft, hard});
}

void set_limits(const struct limits *limits, bool count_cpu) {
    rlim_t most = limits->processes + beside + (server_process() ? 1 : 0);
    rlim_t stack = 8 << 20; /* fixed, or how deep a program may recurse would depend on the machine */
    if (count_cpu) lower(RLIMIT_CPU, limits->cpu_seconds, limits->cpu_seconds + 1);
    lower(RLIMIT_FSIZE, limits->file_bytes, limits->file_bytes);
    if (!counted_outside) lower(RLIMIT_NPROC, most, most);
    lower(RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES);
    lower(RLIMIT_STACK, stack, stack);
    lower(RLIMIT_CORE, 0, 0);
    lower(RLIMIT_MSGQUEUE, 0, 0);
    if (limits->address_space_bytes) lower(RLIMIT_AS, limits->address_space_bytes, limits->address_space_bytes);
}

static int open_in(const char *folder, const char *name, int flags) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return open(path, flags | O_CLOEXEC);
}

/* A folder of our own whose limit can be set, or none. */
static int open_group(const char *folder, const char *limit, bool own) {
    if (!*folder) return -1;
    if (own) mkdir(folder, 0755);
    int file = open_in(folder, limit, O_WRONLY);
    if (own && file < 0) rmdir(folder);
    return file;
}

static void join(const char *folder) {
    int processes = open_in(folder, "cgroup.procs", O_WRONLY);
    if (processes < 0) return;
    if (write(processes, "0", 1) < 0) group.memory = group.pids = -1;
    close(processes);
}

/* Descriptors stay good after the folders are out of sight. Without a group the limits of a process stand alone. */
void open_cgroups(const struct configuration *configuration) {
    beside = configuration->container ? 1 : getuid() == 0 ? 0 : 2; /* this process and the guard */
    counted_outside = configuration->container && *configuration->pids_cgroup;
    machine = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
    const char *memory = configuration->memory_cgroup;
    bool own = !configuration->container;
    group.unified = configuration->unified;
    group.pids = open_group(configuration->pids_cgroup, "pids.max", own);
    group.memory = open_group(memory, group.unified ? "memory.max" : "memory.limit_in_bytes", own);
    if (*memory) group.used = open_in(memory, group.unified ? "memory.current" : "memory.usage_in_bytes", O_RDONLY);
    if (*memory) group.events = open_in(memory, group.unified ? "memory.events" : "memory.oom_control", O_RDONLY);
    if (own && group.unified && group.memory < 0) group.pids = -1; /* it was the same folder */
}

/* The agent alone: the guard stays outside and removes the groups. */
void join_cgroups(const struct configuration *configuration) {
    if (group.memory >= 0) join(configuration->memory_cgroup);
    if (group.pids >= 0) join(configuration->pids_cgroup);
}

bool has_memory_group(void) { return group.memory >= 0; }
bool has_process_group(void) { return group.pids >= 0; }

static void set(int descriptor, uint64_t value, uint64_t *was) {
    char text[32];
    if (descriptor < 0 || value == *was) return;
    int length = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    if (pwrite(descriptor, text, (size_t)length, 0) == length) *was = value;
}

void limit_cgroups(const struct limits *limits, uint64_t others) {
    set(group.memory, limits->memory_bytes + limits->file_bytes + OWN_MEMORY + others, &group.memory_set);
    set(group.pids, limits->processes + 2, &group.pids_set); /* this process and a server */
}

uint64_t memory_used(void) {
    char text[32];
    ssize_t length = group.used < 0 ? 0 : pread(group.used, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = 0;
    return strtoull(text, NULL, 10);
}

static uint64_t counted(int descriptor, const char *name) {
    char text[1 << 14];
    ssize_t length = descriptor < 0 ? 0 : pread(descriptor, text, sizeof text - 1, 0);
    if (length <= 0) return 0;
    text[length] = 0;
    size_t width = strlen(name);
    for (char *line = text; line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncmp(line, name, width) == 0 && line[width] == ' ') return strtoull(line + width, NULL, 10);
    }
    return 0;
}

/* By the kernel, since it started: in this group, or on the whole machine where there is no group. */
uint64_t memory_kills(void) { return counted(group.events >= 0 ? group.events : machine, "oom_kill"); }
