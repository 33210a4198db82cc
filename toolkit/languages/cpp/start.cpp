// Linked around a program's main: reads the nonce before the program's first constructor, and tells of the end
// after its last destructor, if its main has returned 0. Only system calls: what a program may give another
// meaning (read, write, atexit) is not used while the nonce is not yet told.
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

extern "C" int __real_main(int, char **, char **);

namespace {
char line[256];
int length;
bool entered, returned;

long call(long number, long first, long second, long third) {
#if defined(__x86_64__)
    long result;
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(first), "S"(second), "d"(third) : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 asm("x8") = number, x0 asm("x0") = first, x1 asm("x1") = second, x2 asm("x2") = third;
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
#else
#error "start.cpp knows x86_64 and aarch64"
#endif
}

void read_nonce(int, char **, char **) {
    line[length++] = '\n';
    while (length < 200 && call(SYS_read, 0, (long)(line + length), 1) == 1 && line[length] != '\n') length++;
    for (const char *word = " done\n"; *word;) line[length++] = *word++;
    long nothing = call(SYS_openat, -100, (long)"/dev/null", 0);
    call(SYS_dup3, nothing, 0, 0);
    if (nothing > 0) call(SYS_close, nothing, 0, 0);
}

__attribute__((section(".preinit_array"), used)) void (*first)(int, char **, char **) = read_nonce;

__attribute__((destructor(101))) void tell() {
    if (!returned) return;
    fflush(nullptr);
    call(SYS_write, 1, (long)line, length);
}
}

extern "C" int __wrap_main(int count, char **arguments, char **environment) {
    if (entered) call(SYS_exit_group, 97, 0, 0); // by the program: main would end twice
    entered = true;
    int code = __real_main(count, arguments, environment);
    returned = code == 0;
    return code;
}
