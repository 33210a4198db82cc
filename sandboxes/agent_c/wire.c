/* Frames: a length, then records of a tag, a length and bytes. Little-endian, as sandboxes/wire.py writes them. */
#include "agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool read_exactly(int descriptor, char *at, size_t length) {
    while (length > 0) {
        ssize_t got = read(descriptor, at, length);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got;
        length -= (size_t)got;
    }
    return true;
}

bool receive(int descriptor, struct frame *frame) {
    uint32_t length;
    if (!read_exactly(descriptor, (char *)&length, sizeof length)) return false;
    if (length + 1 > frame->capacity) {
        free(frame->at);
        frame->capacity = (size_t)length + 1;
        frame->at = malloc(frame->capacity);
        if (!frame->at) abort();
    }
    frame->length = length;
    frame->at[length] = 0;
    return read_exactly(descriptor, frame->at, length);
}

/* The next record; 0 at the end. Every record is followed by a zero byte, so that its text can be used in place. */
static char next(struct frame *frame, size_t *place, struct bytes *record) {
    uint32_t length;
    if (*place + 5 > frame->length) return 0;
    char tag = frame->at[*place];
    memcpy(&length, frame->at + *place + 1, sizeof length);
    if (*place + 6 + length > frame->length) return 0;
    *record = (struct bytes){frame->at + *place + 5, length};
    *place += 6 + (size_t)length;
    return tag;
}

static bool append(struct list *list, char *item) {
    if (list->count == MOST_ARGUMENTS) return false;
    list->items[list->count++] = item;
    list->items[list->count] = NULL;
    return true;
}

/* A name, a zero byte, the content. */
static bool add_file(struct file *files, int *count, struct bytes record) {
    size_t name = strnlen(record.at, record.length);
    if (*count == MOST_FILES || name == record.length) return false;
    files[(*count)++] = (struct file){record.at, {record.at + name + 1, record.length - name - 1}};
    return true;
}

void read_configuration(struct frame *frame, struct configuration *configuration) {
    struct bytes record;
    size_t place = 0;
    *configuration = (struct configuration){.root = "", .memory_cgroup = "", .pids_cgroup = ""};
    for (char tag; (tag = next(frame, &place, &record));) switch (tag) {
        case 'c': configuration->container = true; break;
        case 'p': configuration->pool = atoi(record.at); break;
        case 'r': configuration->root = record.at; break;
        case 's': append(&configuration->shown, record.at); break;
        case 'b': append(&configuration->real, record.at); break;
        case 'm': configuration->memory_cgroup = record.at; break;
        case 'n': configuration->pids_cgroup = record.at; break;
        case 'u': configuration->unified = true; break;
        }
}

static struct server_kind *server_of(struct job *job) {
    if (!job->brings_server) job->server.command.count = job->server.file_count = 0;
    job->warm = job->brings_server = true;
    return &job->server;
}

static const char *read_records(struct frame *frame, struct job *job) {
    struct bytes record;
    size_t place = 0;
    bool fits = true;
    job->command.count = job->environment.count = job->file_count = 0;
    job->warm = job->brings_server = false;
    job->input = (struct bytes){"", 0};
    for (char tag; (tag = next(frame, &place, &record));) switch (tag) {
        case 'L':
            if (record.length != sizeof job->limits) return "the limits are not what this agent knows";
            memcpy(&job->limits, record.at, sizeof job->limits);
            break;
        case 'C': fits &= append(&job->command, record.at); break;
        case 'E': fits &= append(&job->environment, record.at); break;
        case 'F': fits &= add_file(job->files, &job->file_count, record); break;
        case 'I': job->input = record; break;
        case 'W': fits &= append(&server_of(job)->command, record.at); break;
        case 'V': fits &= add_file(server_of(job)->files, &job->server.file_count, record); break;
        case 'N':
            server_of(job)->programs = (uint32_t)atoi(record.at);
            job->server.inside = record.length && record.at[record.length - 1] == '1';
            break;
        case 'K': job->warm = true; break; /* by the server that an earlier job brought */
        default: return "a record that this agent does not know";
        }
    if (!fits || place != frame->length) return "a job of more words or files than fit";
    if (job->warm && !job->server.command.count) return "a server that this agent does not know";
    return job->command.count ? NULL : "a job without a command";
}

const char *read_job(struct frame *frame, struct job *job) {
    const char *words = read_records(frame, job);
    if (words && job->brings_server) job->server.command.count = 0; /* it may be half of one */
    return words;
}

static void write_all(struct iovec *parts, int count) {
    while (count > 0) {
        ssize_t written = writev(1, parts, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) _exit(0); /* the pool is gone, and with this process all that it started */
        while (count > 0 && (size_t)written >= parts->iov_len) {
            written -= (ssize_t)parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + written;
            parts->iov_len -= (size_t)written;
        }
    }
}

struct __attribute__((packed)) head {
    uint32_t length;
    uint8_t kind;
};

void answer_words(enum answer kind, const char *words) {
    struct head head = {1 + (uint32_t)strlen(words), (uint8_t)kind};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)words, strlen(words)}};
    write_all(parts, 2);
}

struct __attribute__((packed)) body {
    struct head head;
    int32_t code;
    uint8_t limit, warm;
    double cpu_seconds, wall_seconds;
    uint64_t peak_bytes;
    uint32_t out, error;
};

void answer_outcome(const struct outcome *outcome, struct stream streams[2]) {
    struct iovec parts[7];
    int count = 1;
    uint32_t lengths[2] = {0, 0};
    for (int which = 0; which < 2; which++) {
        int more = kept(&streams[which], parts + count);
        for (int part = 0; part < more; part++) lengths[which] += (uint32_t)parts[count + part].iov_len;
        count += more;
    }
    struct body body = {
        {(uint32_t)(sizeof body - sizeof body.head.length) + lengths[0] + lengths[1], OUTCOME},
        outcome->code, (uint8_t)outcome->limit, outcome->warm, outcome->cpu_seconds, outcome->wall_seconds,
        outcome->peak_bytes, lengths[0], lengths[1],
    };
    parts[0] = (struct iovec){&body, sizeof body};
    write_all(parts, count);
}
