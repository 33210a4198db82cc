# Forks a child for each program. The child leaves the BEGIN block, and the descriptor from which perl reads
# this script gives the program from then on: perl compiles and runs it as the main program that it is. What
# is not loaded here (modules above all) is not there for a program that has not asked for it.
BEGIN {
    my ($requests, $answers, %number);

    my $choose_numbers = sub {
        require Config;
        my $numbers = {
            x86_64 => { clone => 56, prctl => 157, setsid => 112, wait4 => 61, dup3 => 292 },
            aarch64 => { clone => 220, prctl => 167, setsid => 157, wait4 => 260, dup3 => 24 },
        }->{ $Config::Config{archname} =~ s/-.*//r } or exit 1;
        %number = %$numbers;
    };

    my $ending = sub {
        my ($status, $usage) = ("\0" x 8, "\0" x 144);
        syscall($number{wait4}, $_[0], $status, 0, $usage) == $_[0] or exit 1;
        my $code = unpack("l", $status);
        my ($user, $user_micro, $system, $system_micro, $kilobytes) = unpack("q5", $usage);
        $code = $code & 127 ? -($code & 127) : $code >> 8 & 255;
        return "$code " . (($user + $system) * 1_000_000 + $user_micro + $system_micro) . " $kilobytes\n";
    };

    # What waits in the stream, in a pipe that has an end.
    my $give_input = sub {
        sysread(STDIN, my $text, 65_536);
        pipe(my $reading, my $writing) or exit 1;
        syswrite($writing, $text) if length $text;
        close($writing);
        syscall($number{dup3}, fileno $reading, 0, 0) == 0 or exit 1;
    };

    # The descriptor of this script becomes the program's.
    my $read_program = sub {
        my @this = stat $0;
        for my $descriptor (3 .. 20) {
            open(my $file, "<&=", $descriptor) or next;
            my @that = stat $file;
            next if $this[0] != $that[0] || $this[1] != $that[1];
            open(my $program, "<", "main.pl") or exit 1;
            syscall($number{dup3}, fileno $program, $descriptor, 02000000) == $descriptor or exit 1;
            return;
        }
        exit 1;
    };

    my $serve = sub {
        while (<$requests>) {
            my $process = syscall($number{clone}, 17, 0, 0, 0, 0); # a fork that leaves the script's buffer as it is
            return if !$process;
            syswrite($answers, $ending->($process));
        }
        exit 0;
    };

    $choose_numbers->();
    open($requests, "<&=", 3) && open($answers, ">&=", 4) or exit 1;
    syscall($number{prctl}, 4, 0, 0, 0, 0); # its memory and descriptors are closed to its programs
    syswrite($answers, "ready\n");
    $serve->();
    syscall($number{prctl}, 4, 1, 0, 0, 0);
    syscall($number{setsid});
    close($requests);
    close($answers);
    chdir("/box/work") or exit 1;
    $give_input->();
    $read_program->();
    ($0, $^T, $_) = ("main.pl", time);
}
#line 1 "main.pl"
