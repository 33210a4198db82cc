# An image of Julia that holds in compiled form what most programs need: the library for tests, and what the programs
# of prepare.sh had to compile. It changes no meaning: what is in it is Julia's own code.
Base.reinit_stdio()
Core.eval(Sys, :(BINDIR = ccall(:jl_get_julia_bindir, Any, ())::String))
Core.eval(Sys, :(STDLIB = joinpath(BINDIR, "..", "share", "julia", "stdlib", "v$(VERSION.major).$(VERSION.minor)")))
Base.init_load_path()
Base.init_depot_path()
using Test
let scratch = Module()
    Core.eval(scratch, :(using Test, Random))
    for line in unique(vcat(readlines("statements-1"), readlines("statements-2")))
        try
            Base.include_string(scratch, line)
        catch
            nothing # of a function that lived in one of the programs alone
        end
    end
end
empty!(LOAD_PATH)
empty!(DEPOT_PATH)
