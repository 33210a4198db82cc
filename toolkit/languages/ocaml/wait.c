/* The end of a child, with what it used: exit code or negative signal, microseconds, kilobytes. */
#include <caml/alloc.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>
#include <sys/resource.h>
#include <sys/wait.h>

value langlift_wait(value process) {
    struct rusage usage = {0};
    int status = 0;
    wait4(Int_val(process), &status, 0, &usage);
    value ending = caml_alloc_tuple(3);
    Store_field(ending, 0, Val_int(WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)));
    Store_field(ending, 1, Val_long((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L +
                                    usage.ru_utime.tv_usec + usage.ru_stime.tv_usec));
    Store_field(ending, 2, Val_long(usage.ru_maxrss));
    return ending;
}
