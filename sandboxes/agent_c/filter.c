/* System calls that no honest program of ours needs, refused; by seccomp, and by landlock where there is one. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "sandboxes/agent_c/filter.c knows x86_64 and aarch64"
#endif

/* Other processes; other namespaces and mounts; memory that outlives a program; large surfaces of the kernel. */
static const int REFUSED_CALLS[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, 438 /* pidfd_getfd */, 440 /* process_madvise */,
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, 428, 429, 430, 431, 432, 433, 442,
    SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_quotactl, 443, SYS_swapon, SYS_swapoff, SYS_acct,
    SYS_shmget, SYS_shmat, SYS_shmctl, SYS_semget, SYS_semctl, SYS_msgget, SYS_msgctl, SYS_mq_open,
    SYS_add_key, SYS_request_key, SYS_keyctl, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, 425, 426, 427,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_syslog, SYS_vhangup,
    SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_fanotify_init, SYS_lookup_dcookie,
};
enum { COUNT = sizeof REFUSED_CALLS / sizeof *REFUSED_CALLS, NOT_THERE = 435 /* clone3: callers fall back to clone */ };

static int ruleset = -1;

static int allow(const char *path, uint64_t rights) {
    int folder = open(path, O_PATH | O_CLOEXEC);
    if (folder < 0) return -1;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = folder};
    int result = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(folder);
    return result;
}

/* Writing in the box alone, no TCP, and from version 6 on no signal or abstract socket to what is outside. */
void prepare_landlock(const char *writable) {
    struct {
        uint64_t files, network, scope;
    } handled = {0};
    if (ruleset >= 0) close(ruleset);
    ruleset = -1;
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return;
    uint64_t reading = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    handled.files = (1ULL << (version == 1 ? 13 : version == 2 ? 14 : version < 5 ? 15 : 16)) - 1;
    if (version >= 4) handled.network = 3;
    if (version >= 6) handled.scope = 3;
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, version >= 6 ? 24 : version >= 4 ? 16 : 8, 0);
    if (ruleset < 0) return;
    fcntl(ruleset, F_SETFD, FD_CLOEXEC);
    uint64_t devices = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | (version >= 3 ? 1ULL << 14 : 0);
    bool whole = !allow("/", reading) && !allow("/dev", devices | reading) && !allow("/proc", devices | reading);
    if (in_container && whole) whole = !allow("/dev/shm", handled.files);
    if (whole && allow(writable, handled.files)) whole = false;
    if (!whole) {
        close(ruleset);
        ruleset = -1;
    }
}

static struct sock_filter statement(uint16_t code, uint32_t value) { return (struct sock_filter){code, 0, 0, value}; }
static struct sock_filter jump(uint16_t code, uint32_t value, int yes, int no) {
    return (struct sock_filter){code, (uint8_t)yes, (uint8_t)no, value};
}

static bool install(void) {
    struct sock_filter code[COUNT + 32];
    const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM, absent = SECCOMP_RET_ERRNO | ENOSYS;
    int count = 0;
#define LOAD(field) code[count++] = statement(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define RETURN(value) code[count++] = statement(BPF_RET | BPF_K, value)
#define UNLESS(test, value, skipped) code[count++] = jump(BPF_JMP | (test) | BPF_K, value, 0, skipped)
    LOAD(arch);
    code[count++] = jump(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    RETURN(refuse);
    LOAD(nr);
#if defined(__x86_64__)
    UNLESS(BPF_JGE, 0x40000000, 1); /* the x32 calls would go by other numbers */
    RETURN(absent);
#endif
    UNLESS(BPF_JEQ, NOT_THERE, 1);
    RETURN(absent);
    for (int index = 0; index < COUNT; index++)
        code[count++] = jump(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)REFUSED_CALLS[index], COUNT - index, 0);
    code[count++] = statement(BPF_JMP | BPF_JA, 1);
    RETURN(refuse);
    UNLESS(BPF_JEQ, SYS_clone, 3);
    LOAD(args[0]);
    UNLESS(BPF_JSET, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID, 6);
    RETURN(refuse);
    UNLESS(BPF_JEQ, SYS_socket, 4); /* host sockets that no network namespace hides, and netlink */
    LOAD(args[0]);
    code[count++] = jump(BPF_JMP | BPF_JGT | BPF_K, AF_INET, 0, 2);
    code[count++] = jump(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0);
    RETURN(refuse);
    RETURN(SECCOMP_RET_ALLOW);
    struct sock_fprog program = {(unsigned short)count, code};
    return !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

bool has_landlock(void) { return ruleset >= 0; }
bool has_filter(void) { return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0; }

bool filter_calls(void) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return false;
    if (ruleset >= 0 && syscall(SYS_landlock_restrict_self, ruleset, 0)) return false;
    return install() || errno == EINVAL; /* EINVAL: a kernel without seccomp, which `langlift doctor` tells */
}
