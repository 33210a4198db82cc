/* The agent: the process inside a fence that runs one program after another (sandboxes/README in SECURITY.md).
 *
 * It is the first process of a pid namespace, made by guard.c or by a container engine. It reads jobs
 * from descriptor 0 and answers on descriptor 1, in the frames that sandboxes/wire.py describes.
 */
#ifndef AGENT_H
#define AGENT_H
#define _GNU_SOURCE

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { NOBODY = 65534, PAGE = 4096, MOST_ARGUMENTS = 256, MOST_FILES = 256 };
enum limit { NO_LIMIT, CPU_LIMIT, WALL_LIMIT, MEMORY_LIMIT, OUTPUT_LIMIT, FILES_LIMIT };
enum answer { OUTCOME, COMMAND_TROUBLE, BOX_TROUBLE, READY, REFUSED };

struct bytes {
    char *at;
    size_t length;
};

struct file {
    char *name;
    struct bytes content;
};

struct list {
    char *items[MOST_ARGUMENTS + 1]; /* ends with NULL */
    int count;
};

struct limits {
    uint64_t cpu_seconds, wall_milliseconds, memory_bytes, address_space_bytes, processes;
    uint64_t output_bytes, kept_bytes, file_bytes, own_namespaces;
};

/* A warm server: a process that runs program after program, by fork or inside itself (server.c). */
struct server_kind {
    struct list command;
    struct file files[MOST_FILES];
    int file_count;
    uint32_t programs; /* after which it is replaced */
    bool inside;       /* it runs them in its own process */
};

struct job {
    struct limits limits;
    struct list command, environment;
    struct file files[MOST_FILES];
    int file_count;
    struct bytes input;
    bool warm, brings_server;  /* it is to be run by the server; this job is the first that names that one */
    struct server_kind server; /* the last that was named: it stays for the jobs behind */
};

struct configuration {
    bool container; /* the fence is a container's: nothing to isolate, no rights to mount */
    pid_t pool;
    char *root;                       /* a root file system folder in place of the machine's system; "" for the machine's */
    struct list shown, real;          /* folders and files to show, and where they lie */
    char *memory_cgroup, *pids_cgroup; /* folders that the guard makes and removes, of a container its engine; "": none */
    bool unified;                     /* cgroup v2 */
};

struct outcome {
    int code; /* of the exit, or the negative number of the signal */
    enum limit limit;
    double cpu_seconds, wall_seconds;
    uint64_t peak_bytes;
    bool warm;
};

/* Drained in full; keeps the first and the last half of what the limits let it keep. */
struct stream {
    int descriptor; /* -1 once nothing more will come */
    uint64_t total, most, head, tail;
    char *kept; /* head bytes, then a ring of tail bytes */
    size_t capacity, in_head;
    uint64_t in_tail; /* bytes that ever went to the ring */
};

/* wire.c */
struct frame {
    char *at;
    size_t length, capacity;
};
bool receive(int descriptor, struct frame *frame); /* false at the end of the stream */
void read_configuration(struct frame *frame, struct configuration *configuration);
const char *read_job(struct frame *frame, struct job *job); /* NULL, or what is wrong with it */
void answer_words(enum answer kind, const char *words);
void answer_outcome(const struct outcome *outcome, struct stream streams[2]);
double now(void);

/* stream.c */
void open_stream(struct stream *stream, int descriptor, const struct limits *limits);
bool drain(struct stream *stream); /* one read; false when nothing is there now, or ever again */
bool is_full(const struct stream *stream);
int kept(const struct stream *stream, struct iovec parts[3]); /* how many parts */

/* fence.c */
extern const char *const WORK;
const char *build_fence(const struct configuration *configuration); /* NULL, or what the kernel refuses */
const char *prepare_box(uint64_t bytes);
bool enter_fence(const struct limits *limits); /* in the child; false with errno */
uint64_t used_bytes(void);
bool too_much_used(uint64_t allowed);
const char *trouble(const char *what); /* with the words of errno */
int set_read_only(const char *target, bool recursive, bool on);
enum { FOLDER_COUNT = 3 };
extern const char *const FOLDERS[FOLDER_COUNT], *const CONTAINER_FOLDERS[FOLDER_COUNT];

/* files.c */
void clean_box(void);
bool write_files(const struct file *files, int count);
const char *write_server_files(const struct server_kind *kind);
extern const char *const SERVER_FOLDER;

/* limits.c */
void set_limits(const struct limits *limits, bool count_cpu);
void open_cgroups(const struct configuration *configuration);
void limit_cgroups(const struct limits *limits, uint64_t others); /* bytes that are not the program's */
void join_cgroups(const struct configuration *configuration);
uint64_t memory_kills(void);
uint64_t memory_used(void); /* by the group, in bytes; 0 where there is none */
bool has_memory_group(void);
bool has_process_group(void);

/* filter.c */
void prepare_landlock(const char *writable);
bool has_landlock(void);
bool has_filter(void);
bool filter_calls(void); /* seccomp and landlock, in the child */

/* processes.c */
pid_t fork_child(void); /* with the signals of a fresh process */
void kill_all_but(pid_t spared);
double cpu_seconds_of_all(pid_t but);
double seconds_waited(void); /* for a processor, the longest of any process here */

/* program.c */
void set_environment(const struct list *more);
void run_program(const struct job *job);

/* server.c */
bool run_warm(const struct job *job); /* false when it has to be run cold */
pid_t server_process(void);           /* 0 when none lives */
uint64_t server_memory(void);         /* what it needs for itself, beside what a program may use */

extern int death_of_child; /* a descriptor that tells of it */
extern bool in_container;
#endif
