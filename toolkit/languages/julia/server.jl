# Forks a child for each program: what programs need is loaded and compiled, what is their own is interpreted, for to
# compile it takes longer than nearly all of it runs. One that runs for long is left to a cold start, which compiles
# it. Runs in a module that has no name, so that `Main` is as empty for a program as in a process of its own.
import Random

Base.include(@__MODULE__, "/server/renewal.jl")

const REQUESTS, ANSWERS = Cint(3), Cint(4)
const PAGE = 65536
const NUMBER_OF_TEST = Cint(42)
const LONG = Clong(400_000) # microseconds of processor time
const OVER_TIME = 27 # SIGPROF
const HUGE_PAGE = UInt(1) << 21
const USE_HUGE_PAGES, COLLAPSE = 14, 25 # MADV_HUGEPAGE; MADV_COLLAPSE, of Linux 6.1
# Interpreted these say something else than compiled: a program with one of them is compiled.
const NATIVE = r"inbounds|fastmath|allocated|timed|simd|llvmcall|StackOverflow|JLOptions|jl_|unsafe_|code_|ccall|stacktrace|backtrace"
const INTERPRETED = Int8(3) # JL_OPTIONS_COMPILE_MIN: what has no compiled form yet gets none
const HARNESS = read("/server/proof.jl", String)
const HARNESS_FUNCTION = Core.eval(@__MODULE__, Meta.parse(HARNESS).args[2])

set_dumpable(value) = ccall(:prctl, Cint, (Cint, Culong, Culong, Culong, Culong), 4, value, 0, 0, 0)
leave(code) = ccall(:_exit, Cvoid, (Cint,), code)

"Not the program's failure: without this process the program is run cold."
function give_up()
    ccall(:kill, Cint, (Cint, Cint), ccall(:getppid, Cint, ()), 9)
    leave(1)
end

function tell(text::String)
    ccall(:write, Cssize_t, (Cint, Ptr{UInt8}, Csize_t), ANSWERS, text, sizeof(text))
    return nothing
end

"Which of Julia's options says what is compiled."
function how_to_compile()
    place = findfirst(==(:compile_enabled), fieldnames(Base.JLOptions))
    return cglobal(:jl_options, Int8) + fieldoffset(Base.JLOptions, place)
end
const HOW_TO_COMPILE = how_to_compile()

function limit_time()
    ccall(:setitimer, Cint, (Cint, Ref{NTuple{4,Clong}}, Ptr{Cvoid}), 2, (0, 0, 0, LONG), C_NULL) # ITIMER_PROF
    return nothing
end

"Exit code or negative signal, microseconds, kilobytes."
function ending(process::Cint)
    status, usage = Ref{Cint}(0), zeros(Clong, 18)
    while ccall(:wait4, Cint, (Cint, Ref{Cint}, Cint, Ptr{Clong}), process, status, 0, usage) != process
        Libc.errno() == Libc.EINTR || leave(1)
    end
    signal = status[] & 127
    code = signal == 0 ? status[] >> 8 & 255 : -signal
    return (code, 1000000 * (usage[1] + usage[3]) + usage[2] + usage[4], usage[5])
end

"In place of a standard stream: under the number that all know, and of the copy that Julia's stream uses."
function put(descriptor::Cint, stream, known)
    ccall(:dup2, Cint, (Cint, Cint), descriptor, known)
    ccall(:dup3, Cint, (Cint, RawFD, Cint), descriptor, Base._fd(stream), CLOSED_ON_EXEC)
    return nothing
end

"What waits in the stream, in a pipe that has an end."
function give_input()
    text, ends = Vector{UInt8}(undef, PAGE), Ref{NTuple{2,Cint}}((0, 0))
    count = ccall(:read, Cssize_t, (Cint, Ptr{UInt8}, Csize_t), 0, text, PAGE)
    ccall(:pipe, Cint, (Ref{NTuple{2,Cint}},), ends) == 0 || give_up()
    reading, writing = ends[]
    count > 0 && ccall(:write, Cssize_t, (Cint, Ptr{UInt8}, Csize_t), writing, text, count)
    ccall(:close, Cint, (Cint,), writing)
    put(reading, stdin, 0)
    ccall(:close, Cint, (Cint,), reading)
    return nothing
end

"A thread that no child has waits for these in a process of its own; here the kernel ends the process."
function let_signals_end()
    signals = zeros(Culong, 16)
    for each in (2, 3, 15, OVER_TIME)
        ccall(:signal, Ptr{Cvoid}, (Cint, Ptr{Cvoid}), each, C_NULL)
        signals[1] |= 1 << (each - 1)
    end
    ccall(:sigprocmask, Cint, (Cint, Ptr{Culong}, Ptr{Culong}), 1, signals, C_NULL)
    return nothing
end

"In a child, first of all."
function be_a_process(known::Descriptors)
    set_dumpable(1)
    renew(known) || give_up()
    let_signals_end()
    ccall(:setsid, Cint, ())
    Random.seed!()
    Libc.srand()
    return nothing
end

"As `julia main.jl` would."
function run_program()
    proven = read("main.jl", String) == HARNESS
    occursin(NATIVE, read(proven ? "program.jl" : "main.jl", String)) || unsafe_store!(HOW_TO_COMPILE, INTERPRETED)
    proven && HARNESS_FUNCTION()
    try
        Base.include(Main, "main.jl")
    catch
        Base.invokelatest(Base.display_error, exceptions())
        exit(1)
    end
    exit(0)
end

exceptions() = isdefined(Base, :current_exceptions) ? Base.current_exceptions() : Base.catch_stack()

function become_program(known::Descriptors)
    be_a_process(known)
    limit_time()
    ccall(:close, Cint, (Cint,), REQUESTS)
    ccall(:close, Cint, (Cint,), ANSWERS)
    give_input()
    ccall(:chdir, Cint, (Cstring,), "/box/work") == 0 || give_up()
    run_program()
end

"Whether a child can do what a program may do: this Julia might have more that is to be renewed."
function forks(known::Descriptors)
    process = ccall(:fork, Cint, ())
    if process == 0
        ccall(:alarm, Cuint, (Cuint,), 20)
        be_a_process(known)
        compiled = Core.eval(Module(), :(number -> [each + number for each in 1:number]))
        good = Base.invokelatest(compiled, 3) == [4, 5, 6] && success(`true`) && rand() < 1
        GC.gc()
        leave(good ? NUMBER_OF_TEST : 1)
    end
    return ending(process)[1] == NUMBER_OF_TEST
end

"A program of the usual kind. What it prints is lost."
function warm_up()
    kept = [ccall(:dup, Cint, (Cint,), each) for each in 1:2]
    nowhere = ccall(:open, Cint, (Cstring, Cint), "/dev/null", 1)
    put(nowhere, stdout, 1)
    put(nowhere, stderr, 2)
    try
        Base.include(Module(), "/server/warm.jl")
    catch
        nothing # another version of Julia may see a part of it in another way: the rest is compiled then
    end
    put(kept[1], stdout, 1)
    put(kept[2], stderr, 2)
    for each in (nowhere, kept...)
        ccall(:close, Cint, (Cint,), each)
    end
    return nothing
end

"A child that shares huge pages with its parent is made and ended faster: there are fewer of them to note."
function gather_pages()
    for line in eachline("/proc/self/maps")
        found = match(r"^([0-9a-f]+)-([0-9a-f]+) rw-p \S+ \S+ 0 *(|\[heap\])$", line)
        found === nothing && continue
        start, stop = (parse(UInt, each, base = 16) & ~(HUGE_PAGE - 1) for each in found.captures[1:2])
        for what in (USE_HUGE_PAGES, COLLAPSE), first in start+HUGE_PAGE:HUGE_PAGE:stop-HUGE_PAGE
            ccall(:madvise, Cint, (UInt, Csize_t, Cint), first, HUGE_PAGE, what)
        end
    end
    return nothing
end

function serve(known::Descriptors)
    tell("ready\n")
    line = Vector{UInt8}(undef, 64)
    while ccall(:read, Cssize_t, (Cint, Ptr{UInt8}, Csize_t), REQUESTS, line, 64) > 0
        process = ccall(:fork, Cint, ())
        process == 0 && become_program(known)
        process > 0 || leave(1)
        code, microseconds, kilobytes = ending(process)
        tell(code == -OVER_TIME ? "cold\n" : "$code $microseconds $kilobytes\n")
    end
    leave(0)
end

function main()
    warm_up()
    in_child = (HARNESS_FUNCTION, ()), (become_program, (Descriptors,)), (run_program, ()), (Base._fd, (typeof(stdin),))
    for (each, types) in in_child
        precompile(each, types)
    end
    for each in (give_input, let_signals_end, limit_time, exceptions)
        precompile(each, ())
    end
    Core.eval(Base, :(PROGRAM_FILE = "main.jl"))
    empty!(task_local_storage()) # what a program includes lies beside itself
    known = find_descriptors()
    renew(known) && forks(known) || leave(1)
    set_dumpable(0) # its memory and descriptors are closed to its programs
    "$(ending)"
    GC.gc()
    gather_pages()
    serve(known)
end

main()
