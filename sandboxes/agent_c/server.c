/* Warm servers: a process that has loaded its language once and runs program after program.
 *
 * What a server is given: descriptors 0, 1 and 2, the standard streams of its programs; 3, requests; 4,
 * its answers. It writes "ready\n" to 4 when it can begin. A request is one line. The program's files lie in
 * /box/work, where the server goes for each program; what it may read waits in 0 and has no end. The server
 * runs it as the cold command would, in a child or inside itself, without descriptors 3 and 4, waits for its
 * end, sees that all it wrote has left, and answers one line:
 *
 *     CODE MICROSECONDS KILOBYTES     exit code or negative number of a signal; processor time; peak memory
 *     cold                            it has not judged this one, and is good for the next
 *
 * A server that runs programs inside its own process shares its descriptors with them, so these lie elsewhere: 0 has
 * nothing to read; 7, requests; 8, its answers; 9, what the program may read, where a read never blocks. A request is
 * a word that no program is told, and an answer begins with it and a blank: what a program writes into every
 * descriptor is no answer.
 *
 * Whatever else happens (a limit, a lost server, an odd answer) ends the server. Where that says nothing
 * about the program, it is run cold.
 */
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
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK = 500, START_SECONDS = 60 };
enum { THREADS = 16 }; /* count as processes: a server that runs programs inside itself does not start with fewer */

static struct {
    pid_t process; /* 0: none */
    char word[20]; /* of the request to one that runs programs inside; "" */
    int input, input_end, requests, answers, output[2];
    uint32_t programs_left;
    uint64_t key, memory; /* bytes that it needs for itself */
} server;
static struct stream streams[2];
static uint64_t refused; /* the key of a server that did not start: its programs run cold from then on */

pid_t server_process(void) { return server.process; }
uint64_t server_memory(void) { return server.process ? server.memory : 0; }

static void hash(uint64_t *key, const char *at, size_t length) {
    for (uint64_t word; length > 0;) {
        size_t size = length < sizeof word ? length : sizeof word;
        word = (uint64_t)length << 56; /* of the last: two that differ by zeros at the end are two */
        memcpy(&word, at, size);
        *key = (*key ^ word) * 0x9e3779b97f4a7c15;
        *key ^= *key >> 32;
        at += size, length -= size;
    }
}

/* A server serves programs of one kind under one set of limits. */
static uint64_t key_of(const struct job *job) {
    uint64_t key = 0xcbf29ce484222325;
    hash(&key, (const char *)&job->limits, sizeof job->limits);
    for (int index = 0; index < job->server.command.count; index++)
        hash(&key, job->server.command.items[index], strlen(job->server.command.items[index]) + 1);
    for (int index = 0; index < job->server.file_count; index++) {
        hash(&key, job->server.files[index].name, strlen(job->server.files[index].name) + 1);
        hash(&key, job->server.files[index].content.at, job->server.files[index].content.length);
    }
    return key;
}

static void stop_server(void) {
    if (!server.process) return;
    server.process = 0;
    kill_all_but(0);
    close(server.input), close(server.input_end), close(server.requests), close(server.answers);
    close(server.output[0]), close(server.output[1]);
}

static _Noreturn void become(const struct job *job, int in, int out, int error, int requests, int answers) {
    setsid();
    int given[] = {in, out, error, requests, answers, open("/dev/null", O_RDONLY)}, place[] = {0, 1, 2, 3, 4, -1};
    if (job->server.inside) memcpy(place, (int[]){9, 1, 2, 7, 8, 0}, sizeof place);
    for (int index = 0; index < 6; index++) /* out of each other's way */
        if ((given[index] = fcntl(given[index], F_DUPFD_CLOEXEC, 100)) < 0) _exit(127);
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    umask(022);
    struct limits limits = job->limits;
    limits.own_namespaces = 0; /* one server, many programs */
    limits.processes++;        /* the server */
    if (!enter_fence(&limits)) _exit(127);
    set_limits(&limits, false);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    set_environment(&job->environment);
    if (!filter_calls()) _exit(127);
    for (int index = 0; index < 6; index++)
        if (place[index] >= 0 && dup2(given[index], place[index]) < 0) _exit(127);
    execv("/server/.interpreter", job->server.command.items); /* fence.c: not to be read, where that can be */
    execvp(job->server.command.items[0], job->server.command.items);
    _exit(127);
}

/* One line of the server; false at a limit of time or when the server is gone. */
static bool read_line(char *line, size_t size, double deadline) {
    size_t length = 0;
    while (length < size - 1) {
        struct pollfd wanted[2] = {{0, 0, 0}, {server.answers, POLLIN, 0}};
        int left = (int)((deadline - now()) * 1000);
        if (left <= 0 || poll(wanted, 2, left) <= 0) return false;
        if (wanted[0].revents & (POLLHUP | POLLERR)) _exit(0); /* the pool is gone */
        if (read(server.answers, line + length, 1) != 1) return false;
        if (line[length++] == '\n') {
            line[length - 1] = 0;
            return true;
        }
    }
    return false;
}

static bool start_server(const struct job *job, uint64_t key) {
    int in[2], out[2], error[2], requests[2], answers[2];
    char line[16];
    if (write_server_files(&job->server) || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(error, O_CLOEXEC)) return false;
    if (pipe2(requests, O_CLOEXEC) || pipe2(answers, O_CLOEXEC)) return false;
    pid_t process = fork_child();
    if (process == 0) become(job, in[0], out[1], error[1], requests[0], answers[1]);
    close(out[1]), close(error[1]), close(requests[0]), close(answers[1]);
    server.input = in[1], server.input_end = in[0]; /* what a program leaves unread must not reach the next */
    fcntl(in[0], F_SETFL, O_NONBLOCK);
    server.process = process;
    server.requests = requests[1], server.answers = answers[0];
    server.output[0] = out[0], server.output[1] = error[0];
    server.programs_left = job->server.programs;
    server.key = key;
    for (int which = 0; which < 2; which++) fcntl(server.output[which], F_SETFL, O_NONBLOCK);
    if (process > 0 && read_line(line, sizeof line, now() + START_SECONDS) && !strcmp(line, "ready")) {
        server.memory = memory_used();
        return true;
    }
    stop_server();
    refused = key;
    return false;
}

/* As nobody, which is who reads them. */
static bool give_files(const struct job *job) {
    if (chdir(WORK)) return false;
    bool given = write_files(job->files, job->file_count);
    for (int index = 0; given && getuid() == 0 && index < job->file_count; index++)
        given = !lchown(job->files[index].name, NOBODY, NOBODY);
    return !chdir("/") && given;
}

static bool request(const struct job *job) {
    char sink[PAGE], line[sizeof server.word + 1];
    unsigned char chance[8];
    *server.word = 0;
    if (job->server.inside) {
        if (getrandom(chance, sizeof chance, 0) != sizeof chance) return false;
        for (int index = 0; index < 8; index++) sprintf(server.word + 2 * index, "%02x", chance[index]);
    }
    int length = sprintf(line, "%s\n", job->server.inside ? server.word : "run");
    while (read(server.input_end, sink, sizeof sink) > 0);
    if (job->input.length > PAGE) return false; /* more than surely fits: a program for a cold start */
    if (write(server.input, job->input.at, job->input.length) != (ssize_t)job->input.length) return false;
    return write(server.requests, line, (size_t)length) == length;
}

/* Until the server answers, is lost, or a limit is reached. */
static enum limit wait_for_answer(const struct job *job, char *line, size_t size, bool *answered) {
    double started = now(), cpu = cpu_seconds_of_all(0), wall = (double)job->limits.wall_milliseconds / 1e3;
    double look = started + TICK / 1e3;
    size_t length = 0;
    for (;;) {
        struct pollfd wanted[4] = {{0, 0, 0}, {server.answers, POLLIN, 0}, {streams[0].descriptor, POLLIN, 0},
                                   {streams[1].descriptor, POLLIN, 0}};
        poll(wanted, 4, TICK);
        if (wanted[0].revents & (POLLHUP | POLLERR)) _exit(0);
        for (int which = 0; which < 2; which++) {
            if (streams[which].descriptor >= 0 && wanted[2 + which].revents) drain(&streams[which]);
            if (is_full(&streams[which])) return OUTPUT_LIMIT;
        }
        if (wanted[1].revents) {
            ssize_t got = read(server.answers, line + length, size - 1 - length);
            if (got <= 0) return NO_LIMIT;
            length += (size_t)got;
            line[length] = 0;
            if (line[length - 1] == '\n' || length == size - 1) return *answered = true, NO_LIMIT;
        }
        if (now() - started > wall) return WALL_LIMIT;
        if (now() < look) continue;
        look = now() + TICK / 1e3;
        if (cpu_seconds_of_all(0) - cpu > (double)job->limits.cpu_seconds) return CPU_LIMIT;
    }
}

static bool drain_all(void) {
    for (int which = 0; which < 2; which++) {
        while (!is_full(&streams[which]) && streams[which].descriptor >= 0 && drain(&streams[which]));
        if (is_full(&streams[which]) || streams[which].descriptor < 0) return false;
    }
    return true;
}

enum served { LOST, COLD, JUDGED };

/* What a server says of a program; LOST for an odd answer. */
static enum served read_answer(const char *line, struct outcome *outcome) {
    int end = 0;
    unsigned long long microseconds, kilobytes;
    size_t length = strlen(server.word);
    if (strncmp(line, server.word, length)) return LOST;
    if (!strcmp(line + length, length ? " cold\n" : "cold\n")) return COLD;
    if (sscanf(line + length, "%d %llu %llu\n%n", &outcome->code, &microseconds, &kilobytes, &end) != 3) return LOST;
    outcome->cpu_seconds = (double)microseconds / 1e6, outcome->peak_bytes = kilobytes * 1024;
    return line[length + (size_t)end] ? LOST : JUDGED;
}

static enum served serve(const struct job *job) {
    char line[128];
    bool answered = false;
    double started = now();
    for (int which = 0; which < 2; which++) open_stream(&streams[which], server.output[which], &job->limits);
    uint64_t kills = memory_kills();
    if (!give_files(job) || !request(job)) return LOST;
    enum limit limit = wait_for_answer(job, line, sizeof line, &answered);
    struct outcome outcome = {-SIGKILL, limit, 0, now() - started, 0, true};
    enum served served = limit ? JUDGED : answered ? read_answer(line, &outcome) : LOST;
    if (served == LOST) return LOST;
    if (!limit) {
        kill_all_but(server.process);
        if (!server.process || waitpid(server.process, NULL, WNOHANG) || !drain_all()) return LOST;
        if (outcome.code != 0 && memory_kills() > kills) outcome.limit = MEMORY_LIMIT;
        if (too_much_used(job->limits.file_bytes)) return LOST; /* a verdict for a cold start */
    }
    if (served == JUDGED) answer_outcome(&outcome, streams);
    if (limit || --server.programs_left == 0) stop_server();
    return served;
}

bool run_warm(const struct job *job) {
    uint64_t key = key_of(job);
    if (job->server.inside && job->limits.processes < THREADS) return false;
    if (key == refused || prepare_box(job->limits.file_bytes)) return false;
    if (server.process && server.key != key) stop_server();
    limit_cgroups(&job->limits, 0); /* a cold start would need as much for itself */
    enum served served = server.process || start_server(job, key) ? serve(job) : LOST;
    if (served == LOST) stop_server();
    clean_box();
    return served == JUDGED;
}
