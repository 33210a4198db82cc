/* What a program writes: drained in full, kept in part. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

void open_stream(struct stream *stream, int descriptor, const struct limits *limits) {
    stream->descriptor = descriptor;
    stream->total = stream->in_tail = 0;
    stream->in_head = 0;
    stream->most = limits->output_bytes;
    stream->head = limits->kept_bytes - limits->kept_bytes / 2;
    stream->tail = limits->kept_bytes / 2;
    if (stream->capacity < limits->kept_bytes) {
        free(stream->kept);
        stream->capacity = limits->kept_bytes;
        stream->kept = malloc(stream->capacity);
        if (!stream->kept) abort();
    }
    if (descriptor >= 0) fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

static void add(struct stream *stream, const char *content, uint64_t length) {
    /* How much lies past the limit depends on when it was noticed: it is not kept. */
    if (length > stream->most - stream->total) length = stream->most - stream->total;
    stream->total += length;
    uint64_t room = stream->head - stream->in_head, first = length < room ? length : room;
    memcpy(stream->kept + stream->in_head, content, first);
    stream->in_head += first;
    for (content += first, length -= first; length > 0 && stream->tail > 0;) {
        uint64_t place = stream->in_tail % stream->tail, part = stream->tail - place;
        if (part > length) part = length;
        memcpy(stream->kept + stream->head + place, content, part);
        stream->in_tail += part;
        content += part;
        length -= part;
    }
}

bool is_full(const struct stream *stream) { return stream->total >= stream->most; }

bool drain(struct stream *stream) {
    static char chunk[CHUNK];
    ssize_t got = read(stream->descriptor, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) return true;
    if (got < 0 && errno == EAGAIN) return false;
    if (got <= 0) {
        close(stream->descriptor);
        stream->descriptor = -1;
        return false;
    }
    add(stream, chunk, (uint64_t)got);
    return true;
}

int kept(const struct stream *stream, struct iovec parts[3]) {
    int count = 0;
    uint64_t place = stream->tail ? stream->in_tail % stream->tail : 0;
    bool round = stream->in_tail > stream->tail;
    if (stream->in_head) parts[count++] = (struct iovec){stream->kept, stream->in_head};
    if (round) parts[count++] = (struct iovec){stream->kept + stream->head + place, stream->tail - place};
    else if (stream->in_tail) place = stream->in_tail;
    if (place) parts[count++] = (struct iovec){stream->kept + stream->head, place};
    return count;
}
