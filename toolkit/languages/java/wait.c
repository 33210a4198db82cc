/* What a virtual machine does not give its programs: descriptors by number, a child's usage, to be undumpable. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <jni.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUESTS = 3, ANSWERS = 4, MOST_WORDS = 64, PAGE = 65536 };

JNIEXPORT void JNICALL Java_LangliftServer_hide(JNIEnv *env, jclass class) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* its memory and descriptors are closed to its programs */
    fcntl(REQUESTS, F_SETFD, FD_CLOEXEC);
    fcntl(ANSWERS, F_SETFD, FD_CLOEXEC);
}

JNIEXPORT jstring JNICALL Java_LangliftServer_request(JNIEnv *env, jclass class) {
    char line[64];
    ssize_t length = read(REQUESTS, line, sizeof line - 1);
    if (length <= 0) return NULL;
    line[length] = 0;
    return (*env)->NewStringUTF(env, line);
}

JNIEXPORT void JNICALL Java_LangliftServer_answer(JNIEnv *env, jclass class, jstring line) {
    const char *text = (*env)->GetStringUTFChars(env, line, NULL);
    if (write(ANSWERS, text, strlen(text)) < 0) _exit(1);
    (*env)->ReleaseStringUTFChars(env, line, text);
}

/* What waits in the stream, in a pipe that has an end. */
static int input(void) {
    static char text[PAGE];
    int ends[2];
    ssize_t length = read(0, text, sizeof text);
    if (pipe2(ends, O_CLOEXEC)) _exit(1);
    if (length > 0 && write(ends[1], text, (size_t)length) != length) _exit(1);
    memset(text, 0, sizeof text);
    close(ends[1]);
    return ends[0];
}

JNIEXPORT jlongArray JNICALL Java_LangliftServer_run(JNIEnv *env, jclass class, jobjectArray command, jstring folder) {
    const char *words[MOST_WORDS + 1] = {0}, *work = (*env)->GetStringUTFChars(env, folder, NULL);
    int count = (*env)->GetArrayLength(env, command), status, in = input();
    struct rusage usage = {0};
    for (int index = 0; index < count && index < MOST_WORDS; index++)
        words[index] = (*env)->GetStringUTFChars(env, (*env)->GetObjectArrayElement(env, command, index), NULL);
    pid_t child = vfork();
    if (child == 0) {
        setsid();
        syscall(SYS_close_range, 3, ~0U, 4 /* on exec */);
        if (dup2(in, 0) < 0 || chdir(work)) _exit(127);
        execv(words[0], (char *const *)words);
        _exit(127);
    }
    close(in);
    if (child < 0 || wait4(child, &status, 0, &usage) != child) _exit(1);
    jlong ending[3] = {WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status),
                       (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
                       usage.ru_maxrss};
    jlongArray result = (*env)->NewLongArray(env, 3);
    (*env)->SetLongArrayRegion(env, result, 0, 3, ending);
    return result;
}
