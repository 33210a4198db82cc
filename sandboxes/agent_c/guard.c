/* Makes the namespaces, stays outside of them, and ends everything when the pool or the agent dies. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t agent;

static bool write_to(pid_t process, const char *name, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", process, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);
    if (file >= 0) close(file);
    return written;
}

/* The ids that this process knows, each mapped to itself; fewer than all in a container. */
static bool same_ids(const char *name, char *map, size_t size) {
    char path[64];
    unsigned first, count;
    size_t length = 0;
    bool nobody = false;
    snprintf(path, sizeof path, "/proc/self/%s", name);
    FILE *file = fopen(path, "re");
    while (file && length < size - 64 && fscanf(file, "%u %*u %u", &first, &count) == 2) {
        length += (size_t)snprintf(map + length, size - length, "%u %u %u\n", first, first, count);
        nobody |= first <= NOBODY && NOBODY - first < count;
    }
    if (file) fclose(file);
    return nobody;
}

/* Root keeps every id, to reach what others own; whoever else becomes nobody, the only id there is. */
static bool write_maps(pid_t owner, uid_t user, gid_t group) {
    char users[2048], groups[2048], one[64];
    bool root = user == 0 && same_ids("uid_map", users, sizeof users) && same_ids("gid_map", groups, sizeof groups);
    if (root && write_to(owner, "uid_map", users) && write_to(owner, "gid_map", groups)) return true;
    snprintf(one, sizeof one, "%d %u 1\n", NOBODY, user);
    if (!write_to(owner, "setgroups", "deny") || !write_to(owner, "uid_map", one)) return false;
    snprintf(one, sizeof one, "%d %u 1\n", NOBODY, group);
    return write_to(owner, "gid_map", one);
}

/* The maps are written by a child that stays outside. */
static const char *isolate(void) {
    static char words[256];
    int go[2], status;
    pid_t self = getpid();
    uid_t user = geteuid();
    gid_t group = getegid();
    if (pipe2(go, O_CLOEXEC)) return strerror(errno);
    pid_t mapper = fork();
    if (mapper == 0) {
        char byte;
        close(go[1]);
        _exit(read(go[0], &byte, 1) == 1 && write_maps(self, user, group) ? 0 : 1);
    }
    close(go[0]);
    int refused = unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS);
    snprintf(words, sizeof words, "unshare user, pid, network, uts: %s", strerror(errno));
    if (!refused && write(go[1], "1", 1) != 1) refused = -1;
    close(go[1]);
    waitpid(mapper, &status, 0);
    if (!refused && status) snprintf(words, sizeof words, "map of user ids: %s", strerror(EPERM));
    return refused || status ? words : NULL;
}

/* What is shown but not to be read would make programs fail that are not to blame. */
static const char *unreadable(const struct list *shown) {
    static char words[4200];
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct limits limits = {0};
        if (!enter_fence(&limits)) _exit(shown->count);
        for (int index = 0; index < shown->count; index++)
            if (access(shown->items[index], R_OK)) _exit(index);
        _exit(255);
    }
    if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) return "can not look at what is shown";
    int index = WEXITSTATUS(status);
    if (index == 255) return NULL;
    snprintf(words, sizeof words, "%s is not readable by user %d, as which programs run",
             index < shown->count ? shown->items[index] : WORK, NOBODY);
    return words;
}

static void serve(const struct configuration *configuration) {
    static struct job job;
    static struct frame frames[2];
    struct frame *frame = &frames[0], *other = &frames[1]; /* the other holds the texts of the server */
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    death_of_child = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
    join_cgroups(configuration);
    const char *words = build_fence(configuration);
    if (words || (words = prepare_box(PAGE)) || (words = unreadable(&configuration->shown))) return answer_words(REFUSED, words);
    char facts[64] = "";
    if (has_filter()) strcat(facts, "seccomp ");
    if (has_landlock()) strcat(facts, "landlock ");
    if (has_memory_group()) strcat(facts, "memory ");
    if (has_process_group()) strcat(facts, "processes ");
    answer_words(READY, facts);
    while (receive(0, frame)) {
        if ((words = read_job(frame, &job))) answer_words(BOX_TROUBLE, words);
        else if (!job.warm || !run_warm(&job)) run_program(&job);
        if (!job.brings_server) continue;
        struct frame *next = other;
        other = frame, frame = next;
    }
}

static void end_agent(int number) {
    (void)number;
    kill(agent, SIGKILL);
}

/* Empty as soon as the last of its dead is taken away, which the kernel does in its own time. */
static void remove_groups(const struct configuration *configuration) {
    const char *folders[] = {configuration->memory_cgroup, configuration->pids_cgroup};
    for (int which = 0; which < 2; which++)
        for (int attempt = 0; *folders[which] && attempt < 200 && rmdir(folders[which]) && errno == EBUSY; attempt++) usleep(10000);
}

/* The death of the first process of a pid namespace is the death of all in it. */
static void guard(const struct configuration *configuration) {
    pid_t pool = configuration->pool;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nothing, 0), dup2(nothing, 1);
    signal(SIGTERM, end_agent);
    struct pollfd ends[2] = {{(int)syscall(SYS_pidfd_open, agent, 0), POLLIN, 0}, {(int)syscall(SYS_pidfd_open, pool, 0), POLLIN, 0}};
    if (ends[0].fd >= 0 && ends[1].fd >= 0) {
        if (getppid() == pool) poll(ends, 2, -1);
        kill(agent, SIGKILL);
    }
    waitpid(agent, NULL, 0);
    remove_groups(configuration);
}

int main(void) {
    static struct frame frame;
    struct configuration configuration;
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!receive(0, &frame)) return 0;
    read_configuration(&frame, &configuration);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (configuration.container) {
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        open_cgroups(&configuration);
        serve(&configuration);
        return 0;
    }
    open_cgroups(&configuration);
    const char *words = isolate();
    if (words) {
        remove_groups(&configuration);
        answer_words(REFUSED, words);
        return 0;
    }
    int first_to_go = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (first_to_go >= 0 && write(first_to_go, "1000", 4) < 0) errno = 0;
    if (first_to_go >= 0) close(first_to_go);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    agent = fork();
    if (agent == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(&configuration);
        return 0;
    }
    guard(&configuration);
    return 0;
}
