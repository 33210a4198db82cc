/* The processes of the box: this one is the first of its pid namespace, so all that lose their parent become its children. */
#include "agent.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t fork_child(void) {
    pid_t child = fork();
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        signal(SIGPIPE, SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, NULL);
    }
    return child;
}

/* Children of this process, as numbers separated by spaces; false where the kernel does not tell. */
static bool read_children(char *text, size_t size) {
    int file = open("/proc/self/task/1/children", O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t length = read(file, text, size - 1);
    close(file);
    text[length > 0 ? length : 0] = 0;
    return length >= 0;
}

/* With `spared` living and a crowd that forks as fast as it is killed, or no list of children, `spared` goes too. */
void kill_all_but(pid_t spared) {
    static char text[1 << 16];
    for (int pass = 0; spared && pass < 64; pass++) {
        int others = 0;
        if (!read_children(text, sizeof text)) break;
        for (char *word = text; isdigit((unsigned char)*word);) {
            pid_t child = (pid_t)strtol(word, &word, 10);
            while (*word == ' ') word++;
            if (child == spared) continue;
            kill(child, SIGKILL);
            others++;
        }
        if (!others) return;
        for (pid_t ended; (ended = waitpid(-1, NULL, 0)) > 0 && others > 1; others--) {
            if (ended == spared) return kill_all_but(0);
        }
    }
    for (;;) {
        kill(-1, SIGKILL);
        if (waitpid(-1, NULL, 0) < 0) return;
    }
}

static bool read_proc(const char *process, const char *name, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%.20s/%s", process, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t length = read(file, text, size - 1);
    close(file);
    if (length <= 0) return false;
    text[length] = 0;
    return true;
}

static double of_every_process(pid_t but, double (*measure)(const char *process), bool sum) {
    double result = 0;
    DIR *folder = opendir("/proc");
    if (!folder) return 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        pid_t number = (pid_t)atoi(entry->d_name);
        if (number <= 1 || number == but) continue;
        double value = measure(entry->d_name);
        result = sum ? result + value : value > result ? value : result;
    }
    closedir(folder);
    return result;
}

static double cpu_of(const char *process) {
    char text[1024];
    unsigned long user, system;
    if (!read_proc(process, "stat", text, sizeof text)) return 0;
    char *fields = strrchr(text, ')'); /* the name in front may hold anything */
    if (!fields || sscanf(fields + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) return 0;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

double cpu_seconds_of_all(pid_t but) { return of_every_process(but, cpu_of, true); }

static double wait_of(const char *process) {
    char text[128];
    unsigned long long waited;
    if (!read_proc(process, "schedstat", text, sizeof text) || sscanf(text, "%*u %llu", &waited) != 1) return 0;
    return (double)waited / 1e9;
}

double seconds_waited(void) { return of_every_process(0, wait_of, false); }
