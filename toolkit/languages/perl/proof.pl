# Runs program.pl as the main program and tells of its end.
#
# The descriptor from which perl reads this script gives the program from then on, with one more line: it sets
# a variable whose name and value are made for this run, so that what ends the program early (exit, __END__)
# is found out where the last END block tells of the end. The nonce is that block's alone.
BEGIN {
    my ($name, $mark) = map { open(my $chance, "<", "/dev/urandom"); read($chance, my $bytes, 8); unpack("H*", $bytes) } 1, 2;
    my ($nonce, $letter) = ("", "");
    $nonce .= $letter while sysread(STDIN, $letter, 1) && $letter ne "\n";

    my $text = sub {
        open(my $program, "<", "program.pl") or die "program.pl: $!\n";
        open(my $file, "+>", undef) or die "a temporary file: $!\n";
        local $/;
        print $file qq(#line 1 "program.pl"\n), scalar(<$program>), "\n;\$::v$name = \$::v$name = '$mark';\n"
            and seek($file, 0, 0) or die "a copy of the program: $!\n"; # seek writes the rest
        return $file;
    };

    my $replace = sub {
        my ($old, $new) = @_;
        open(my $native, "<:raw", "/bin/sh"); # Config would tell, but loads what the program has not asked for
        read($native, my $header, 20);
        my $dup3 = { 62 => 292, 183 => 24 }->{ unpack("x18 v", $header) };
        return syscall($dup3, $new, $old, $old > 2 ? 02000000 : 0) if $dup3;
        require POSIX;
        POSIX::dup2($new, $old);
    };

    my $read_program = sub {
        my ($file, @this) = ($text->(), stat $0);
        for my $descriptor (3 .. 20) {
            open(my $script, "<&=", $descriptor) or next;
            my @that = stat $script;
            next if $this[0] != $that[0] || $this[1] != $that[1];
            $replace->($descriptor, fileno $file);
            return;
        }
        die "perl does not read this script from a file\n";
    };

    open(my $nothing, "<", "/dev/null");
    $replace->(0, fileno $nothing);
    $read_program->();
    my $output = \*STDOUT;
    eval 'END {
        if (!$? && defined ${"::v$name"} && ${"::v$name"} eq $mark) {
            local ($\, $,);
            print $output "\n$nonce done\n";
        }
    }';
    $0 = "program.pl";
}
