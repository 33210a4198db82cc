# What a child must not share with its parent although it inherits it: the descriptor by which Julia writes its
# compiled code into its own memory, which is the parent's, and libuv's descriptors for events and signals.
# Each is opened anew under its old number. Nothing of this may have to be compiled in the child.

const CLOSED_ON_EXEC = Cint(0o2000000)
const READ_AND_WRITE_AT_ONCE = Cint(0o4010002) # of /proc/self/mem: O_RDWR | O_SYNC

struct Descriptors
    memory::Cint
    poll::Cint
    watched::Vector{Tuple{Cint,UInt32}} # by `poll`, with the events
    counters::Vector{Cint}
    pipes::Vector{Tuple{Cint,Cint}} # both ends: nobody else's
end

function find_descriptors()
    links = Dict{Cint,String}()
    for name in readdir("/proc/self/fd")
        path = "/proc/self/fd/$name"
        islink(path) && (links[parse(Cint, name)] = readlink(path))
    end
    memory = [number for (number, link) in links if endswith(link, "/mem")]
    length(memory) == 1 || error("Julia does not write its code by way of /proc/self/mem")
    poll = ccall(:uv_backend_fd, Cint, (Ptr{Cvoid},), Base.eventloop())
    lines = eachmatch(r"tfd: +(\d+) events: +([0-9a-f]+)", read("/proc/self/fdinfo/$poll", String))
    watched = [(parse(Cint, line[1]), parse(UInt32, line[2]; base = 16)) for line in lines]
    counters = [number for (number, link) in links if link == "anon_inode:[eventfd]"]
    pipes = Tuple{Cint,Cint}[]
    for (reading, link) in links, (writing, other) in links
        startswith(link, "pipe:") && link == other && reading != writing || continue
        flags(reading) & 3 == 0 && flags(writing) & 3 == 1 && push!(pipes, (reading, writing))
    end
    return Descriptors(memory[1], poll, watched, counters, pipes)
end

flags(descriptor) = ccall(:fcntl, Cint, (Cint, Cint), descriptor, 3)

"False where `new` is none."
function replace(old::Cint, new::Cint)
    moved = new >= 0 && ccall(:dup3, Cint, (Cint, Cint, Cint), new, old, CLOSED_ON_EXEC) == old
    new >= 0 && ccall(:close, Cint, (Cint,), new)
    return moved
end

"With as many bytes in it as there are: one pipe is a lock, held by who has read its only byte."
function renew_pipe(reading::Cint, writing::Cint)
    waiting, ends = Ref{Cint}(0), Ref{NTuple{2,Cint}}((0, 0))
    ccall(:ioctl, Cint, (Cint, Culong, Ref{Cint}...), reading, 0x541b, waiting) # FIONREAD
    how = flags(reading) & Cint(0o4000) # O_NONBLOCK
    ccall(:pipe2, Cint, (Ref{NTuple{2,Cint}}, Cint), ends, how) == 0 || return false
    for _ in 1:min(waiting[], 4096)
        ccall(:write, Cssize_t, (Cint, Ref{UInt8}, Csize_t), ends[][2], UInt8(42), 1)
    end
    return replace(reading, ends[][1]) & replace(writing, ends[][2])
end

"As the kernel has it: without a gap on x86-64 alone."
function watch(poll::Cint, number::Cint, events::UInt32)
    if Sys.ARCH === :x86_64
        event = Ref{NTuple{3,UInt32}}((events, number, 0))
        return ccall(:epoll_ctl, Cint, (Cint, Cint, Cint, Ref{NTuple{3,UInt32}}), poll, 1, number, event) == 0
    end
    wider = Ref{NTuple{4,UInt32}}((events, 0, number, 0))
    return ccall(:epoll_ctl, Cint, (Cint, Cint, Cint, Ref{NTuple{4,UInt32}}), poll, 1, number, wider) == 0
end

function renew(known::Descriptors)
    memory = ccall(:open, Cint, (Cstring, Cint), "/proc/self/mem", READ_AND_WRITE_AT_ONCE | CLOSED_ON_EXEC)
    good = replace(known.memory, memory)
    for each in known.counters
        good &= replace(each, ccall(:eventfd, Cint, (Cuint, Cint), 0, 0o4000))
    end
    for (reading, writing) in known.pipes
        good &= renew_pipe(reading, writing)
    end
    good &= replace(known.poll, ccall(:epoll_create1, Cint, (Cint,), 0))
    for (number, events) in known.watched
        good &= watch(known.poll, number, events)
    end
    return good
end
