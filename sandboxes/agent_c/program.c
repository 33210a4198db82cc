/* One program from its fork to the end of the last process it started. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE = 1 << 15, TICK = 500 /* milliseconds between looks at the processor time of all processes */ };
static const double CPU_SURE = 0.5;    /* of the limit: what is reported and what the limit counts are sampled differently */
static const int MOST_PATIENCE = 20; /* times the wall limit, for a program that waits for a processor all the time */
int death_of_child = -1;
static struct stream streams[2];

struct run {
    const struct job *job;
    pid_t main;
    int writer; /* of its stdin; -1 when there is nothing more to write */
    struct bytes rest;
    bool ended;
    int status;
    enum limit limit;
    double started, stopped, main_cpu, cpu_before;
    uint64_t peak;
};

static double children_cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* An allow-list: nothing of this process's own crosses. */
void set_environment(const struct list *more) {
    static char *const words[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/box/work", "TMPDIR=/box/tmp"};
    clearenv();
    for (size_t index = 0; index < sizeof words / sizeof *words; index++) putenv(words[index]);
    for (int index = 0; index < more->count; index++) putenv(more->items[index]);
}

static void fail(int report, const char *kind) {
    dprintf(report, "%s%s", kind, strerror(errno));
    _exit(127);
}

static _Noreturn void become(const struct job *job, int in, int out, int error, int report) {
    setsid();
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(error, 2) < 0 || dup2(report, 3) < 0) fail(report, "b");
    close_range(4, ~0U, CLOSE_RANGE_CLOEXEC);
    fcntl(3, F_SETFD, FD_CLOEXEC);
    umask(022);
    if (!enter_fence(&job->limits)) fail(3, "b");
    if (!write_files(job->files, job->file_count)) fail(3, "b");
    set_limits(&job->limits, true);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    set_environment(&job->environment);
    if (!filter_calls()) fail(3, "b");
    execvp(job->command.items[0], job->command.items);
    fail(3, "c");
    _exit(127);
}

/* Returns false when the trouble was answered. */
static bool start(struct run *run) {
    int in[2], out[2], error[2], report[2];
    const struct job *job = run->job;
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(error, O_CLOEXEC) || pipe2(report, O_CLOEXEC)) {
        answer_words(BOX_TROUBLE, strerror(errno));
        return false;
    }
    run->rest = job->input;
    run->writer = in[1];
    if (job->input.length <= AT_ONCE) { /* it fits into the pipe: nothing to attend to */
        if (job->input.length && write(in[1], job->input.at, job->input.length) < 0) errno = 0;
        close(in[1]);
        run->writer = -1;
    } else fcntl(in[1], F_SETFL, O_NONBLOCK);
    run->cpu_before = children_cpu();
    run->started = now();
    run->main = fork_child();
    if (run->main == 0) become(job, in[0], out[1], error[1], report[1]);
    close(in[0]), close(out[1]), close(error[1]), close(report[1]);
    open_stream(&streams[0], out[0], &job->limits);
    open_stream(&streams[1], error[0], &job->limits);
    char words[512];
    ssize_t length = run->main < 0 ? snprintf(words, sizeof words, "b%s", strerror(errno)) : read(report[0], words, sizeof words - 1);
    close(report[0]); /* closed at the other end by a successful exec */
    if (length <= 0) return true;
    words[length] = 0;
    kill_all_but(server_process());
    close(out[0]), close(error[0]);
    if (run->writer >= 0) close(run->writer);
    answer_words(*words == 'c' ? COMMAND_TROUBLE : BOX_TROUBLE, words + 1);
    return false;
}

static void reap(struct run *run) {
    char sink[2048];
    while (read(death_of_child, sink, sizeof sink) > 0);
    struct rusage usage;
    int status;
    for (pid_t ended; (ended = wait4(-1, &status, WNOHANG, &usage)) > 0;) {
        if (ended != run->main) continue;
        run->ended = true;
        run->status = status;
        run->peak = (uint64_t)usage.ru_maxrss * 1024;
        run->main_cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    }
}

static void feed(struct run *run) {
    ssize_t written = write(run->writer, run->rest.at, run->rest.length);
    if (written > 0) run->rest.at += written, run->rest.length -= (size_t)written;
    if (run->rest.length && (written > 0 || errno == EAGAIN)) return;
    close(run->writer); /* all is written, or it does not read: its own business */
    run->writer = -1;
}

static double cpu_so_far(const struct run *run) {
    return children_cpu() - run->cpu_before + cpu_seconds_of_all(server_process());
}

/* The clock counts only while there was a processor to be had. */
static bool out_of_time(const struct run *run) {
    double wall = (double)run->job->limits.wall_milliseconds / 1e3, elapsed = now() - run->started;
    if (elapsed < wall) return false;
    return elapsed > MOST_PATIENCE * wall || elapsed - seconds_waited() >= wall;
}

static void attend(struct run *run) {
    double look = run->started + TICK / 1e3;
    while (!run->ended && !run->limit) {
        struct pollfd wanted[5] = {{0, 0, 0}, {death_of_child, POLLIN, 0}, {streams[0].descriptor, POLLIN, 0},
                                   {streams[1].descriptor, POLLIN, 0}, {run->writer, POLLOUT, 0}};
        poll(wanted, 5, TICK);
        if (wanted[0].revents & (POLLHUP | POLLERR)) _exit(0); /* the pool is gone, and all in here goes with us */
        for (int which = 0; which < 2; which++)
            if (streams[which].descriptor >= 0 && wanted[2 + which].revents) {
                drain(&streams[which]);
                if (is_full(&streams[which])) run->limit = OUTPUT_LIMIT;
            }
        if (run->writer >= 0 && wanted[4].revents) feed(run);
        if (wanted[1].revents) reap(run);
        if (run->ended || run->limit || now() < look) continue;
        look = now() + TICK / 1e3;
        if (out_of_time(run)) run->limit = WALL_LIMIT;
        if (cpu_so_far(run) > (double)run->job->limits.cpu_seconds + 1) run->limit = CPU_LIMIT;
    }
    run->stopped = now();
}

static void drain_rest(struct run *run) {
    for (int which = 0; which < 2; which++) {
        struct stream *stream = &streams[which];
        while (stream->descriptor >= 0 && !is_full(stream) && drain(stream));
        if (is_full(stream) && !run->limit) run->limit = OUTPUT_LIMIT;
        if (stream->descriptor >= 0) close(stream->descriptor);
        stream->descriptor = -1;
    }
}

static enum limit limit_by_status(const struct run *run, int code, double cpu, uint64_t kills_before) {
    const struct limits *limits = &run->job->limits;
    bool killed = code == -SIGKILL || code == -SIGXCPU;
    if (killed && run->main_cpu >= CPU_SURE * (double)limits->cpu_seconds) return CPU_LIMIT;
    if (cpu > (double)limits->cpu_seconds + 1) return CPU_LIMIT;
    if (code != 0 && cpu >= (double)limits->cpu_seconds) return CPU_LIMIT; /* of a child, which it outlived */
    if (code != 0 && memory_kills() > kills_before) return MEMORY_LIMIT;
    if (code == -SIGXFSZ || (code != 0 && used_bytes() + PAGE > limits->file_bytes)) return FILES_LIMIT;
    if (too_much_used(limits->file_bytes)) return FILES_LIMIT;
    return NO_LIMIT;
}

void run_program(const struct job *job) {
    struct run run = {.job = job, .main = -1, .writer = -1};
    const char *words = prepare_box(job->limits.file_bytes);
    if (words) return answer_words(BOX_TROUBLE, words);
    limit_cgroups(&job->limits, server_memory());
    uint64_t kills = memory_kills();
    if (!start(&run)) return clean_box();
    attend(&run);
    if (run.writer >= 0) close(run.writer);
    bool was_running = !run.ended;
    kill_all_but(server_process());
    drain_rest(&run);
    int code = was_running || WIFSIGNALED(run.status) ? -(was_running ? SIGKILL : WTERMSIG(run.status)) : WEXITSTATUS(run.status);
    double cpu = children_cpu() - run.cpu_before;
    enum limit limit = run.limit ? run.limit : limit_by_status(&run, code, cpu, kills);
    if (run.limit) code = -SIGKILL; /* also where it ended by itself just before that was noticed */
    struct outcome outcome = {code, limit, cpu, run.stopped - run.started, run.peak, false};
    answer_outcome(&outcome, streams);
    clean_box();
}
