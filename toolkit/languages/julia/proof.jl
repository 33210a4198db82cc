# Runs program.jl as a program of its own and tells of its end: behind its hooks, its finalizers and all that it
# printed, as the last act of the process. The nonce is a local variable of a function that runs: nothing refers to
# it by a name. What this function calls has the meaning that it had when it began, whatever the program defines;
# it stands in a module of its own, for a name that is used in `Main` is no longer the program's to define.
Base.invokelatest(Core.eval(Core.Module(), :(function ()
    nonce = UInt8[0x0a]
    letter = Ref{UInt8}(0x00)
    while ccall(:read, Cssize_t, (Cint, Ref{UInt8}, Csize_t), 0, letter, 1) == 1 && letter[] != 0x0a
        push!(nonce, letter[])
    end
    for each in (0x20, 0x64, 0x6f, 0x6e, 0x65, 0x0a) # " done\n"
        push!(nonce, each)
    end
    letter[] = 0x00
    empty = Vector{Cint}(undef, 2) # a pipe: libuv can not wait for /dev/null
    ccall(:pipe, Cint, (Ptr{Cint},), empty)
    ccall(:dup2, Cint, (Cint, Cint), empty[1], 0)
    ccall(:dup3, Cint, (Cint, RawFD, Cint), empty[1], Base._fd(stdin), 0o2000000) # the copy that Julia reads: O_CLOEXEC
    ccall(:close, Cint, (Cint,), empty[1])
    ccall(:close, Cint, (Cint,), empty[2])
    output = ccall(:fcntl, Cint, (Cint, Cint, Cint...), 1, 1030, 10) # F_DUPFD_CLOEXEC: for redirect_stdout
    ccall(:write, Cssize_t, (Cint, Ptr{UInt8}, Csize_t), output, nonce, 0) # from here on it is the one found here
    Core.eval(Base, :(PROGRAM_FILE = "program.jl"))
    try
        Base.include(Main, "program.jl")
    catch
        stack = isdefined(Base, :current_exceptions) ? Base.current_exceptions() : Base.catch_stack()
        Base.invokelatest(Base.display_error, stack)
        exit(1)
    end
    ccall(:jl_atexit_hook, Cvoid, (Cint,), 0)
    ccall(:fflush, Cint, (Ptr{Cvoid},), C_NULL)
    told = 0
    GC.@preserve nonce while told < length(nonce)
        length_told = ccall(
            :write, Cssize_t, (Cint, Ptr{UInt8}, Csize_t), output, pointer(nonce, told + 1), length(nonce) - told
        )
        told += max(length_told, 0) # none where the reader is slow: the stream does not wait
    end
    ccall(:_exit, Cvoid, (Cint,), 0)
end)))
