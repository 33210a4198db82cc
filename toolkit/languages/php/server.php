<?php
// Forks a child for each program, which leaves this function and includes the program in the global scope.
(function (): Closure {
    $library = FFI::cdef('
        void _exit(int);
        int close(int);
        int dup2(int, int);
        int pipe(int *);
        long read(int, void *, unsigned long);
        long write(int, const void *, unsigned long);
        int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long);
    ');

    $answer = function (int $process) use ($library): void {
        if (pcntl_waitpid($process, $status, 0, $usage) !== $process) exit(1);
        $code = pcntl_wifsignaled($status) ? -pcntl_wtermsig($status) : pcntl_wexitstatus($status);
        $seconds = $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec'];
        $microseconds = $seconds * 1000000 + $usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec'];
        $line = "$code $microseconds {$usage['ru_maxrss']}\n";
        $library->write(4, $line, strlen($line));
    };

    // What waits in the stream, in a pipe that has an end.
    $give_input = function () use ($library): void {
        $text = $library->new('char[65536]');
        $length = $library->read(0, $text, 65536);
        $pipe = $library->new('int[2]');
        $library->pipe($pipe);
        if ($length > 0) $library->write($pipe[1], $text, $length);
        $library->dup2($pipe[0], 0);
        $library->close($pipe[0]);
        $library->close($pipe[1]);
    };

    $library->prctl(4, 0, 0, 0, 0); // its memory and descriptors are closed to its programs
    $library->write(4, "ready\n", 6);
    $line = $library->new('char[64]');
    do {
        if ($library->read(3, $line, 64) <= 0) exit(0);
        $process = pcntl_fork();
        if ($process > 0) $answer($process);
    } while ($process > 0);
    if ($process < 0) exit(1);

    $library->prctl(4, 1, 0, 0, 0);
    $library->close(3);
    $library->close(4);
    posix_setsid();
    chdir('/box/work');
    $give_input();
    foreach (['PHP_SELF', 'SCRIPT_NAME', 'SCRIPT_FILENAME', 'PATH_TRANSLATED'] as $name) $_SERVER[$name] = 'main.php';
    $GLOBALS['argv'] = $_SERVER['argv'] = ['main.php'];
    $_SERVER['REQUEST_TIME'] = (int) ($_SERVER['REQUEST_TIME_FLOAT'] = microtime(true));

    // At its regular end a program leaves without taking the interpreter apart, which would cost more than most
    // programs; not where its text tells of something that still happens then.
    $text = file_get_contents(file_exists('program.php') ? 'program.php' : 'main.php');
    $leaves = preg_match('/shutdown|__destruct|finally|ob_|header|session|popen|proc_|pcntl/i', $text) === 0;
    return function (mixed $value) use ($library, $leaves): void {
        if ($leaves) $library->_exit(0);
    };
})()(include './main.php');
