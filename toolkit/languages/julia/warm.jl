# What programs are made of: what is compiled here is compiled for all.
using Test

"""
    shift(values, by)

The even ones, more by so much.
"""
function shift(values::Vector{Int64}, by::Int64)::Vector{Int64}
    kept = Int64[]
    for (place, each) in enumerate(values)
        if each % 2 == 0 && place > 0
            push!(kept, each + by)
        end
    end
    return sort(kept)
end

function count_words(text::String)::Dict{String,Int64}
    counts = Dict{String,Int64}()
    for word in split(lowercase(text), " ")
        counts[word] = get(counts, word, 0) + 1
    end
    return counts
end

function of_text(text::String)::String
    letters = [isuppercase(each) ? lowercase(each) : uppercase(each) for each in collect(text) if isletter(each)]
    codes = map(each -> Char(Int(each) + 1), letters)
    words = [strip(each) for each in split(replace(text, "a" => "b"), ",") if !isempty(each) && isdigit(each[1]) == false]
    known = text[1:1] == text[end:end] || startswith(text, "a") || endswith(text, "b") || occursin("b", text)
    known && in('a', "aeiou") && return join(words, ", ") * string(reverse(text), uppercase(text)) * join(codes, "")
    return join(letters, "") * repeat("a", 2) * lpad("1", 3, "0") * string(5, base = 2) * join(sort(codes))
end

function of_numbers(numbers::Vector{Int64})
    any(each -> each < 0, numbers) && all(iseven, numbers) && return Int64[]
    total, most, least = sum(numbers), maximum(numbers), minimum(numbers)
    squares = filter(isodd, [each^2 % 7 for each in 1:total if gcd(each, 2) == 1])
    ordered = sort(unique([squares; numbers]), rev = true)
    append!(ordered, [sort(numbers, by = each -> (-each, string(each))); reverse(numbers)[1:1]])
    while length(ordered) > 3
        pop!(ordered)
    end
    pairs = [(first, second) for (first, second) in zip(ordered, ordered[2:end])]
    return (ordered, pairs, div(most, 2), least / 2, round(total / 3, digits = 2), prod(numbers), Set(numbers))
end

close(numbers::Vector{Float64}) = any(abs(numbers[at] - numbers[at+1]) < 0.5 for at in 1:length(numbers)-1)
digit_sum(number) = sum(parse(Int, each) for each in string(number)) + sum(digits(number))

mutable struct Point
    x::Float64
    y::Int
end

@testset "all" begin
    candidate = shift
    @test(candidate([1, 2, 3, 4], 1) == [3, 5])
    @test candidate(Int64[], 1) == []
    @test(count_words("a b a") == Dict{String,Int64}("a" => 2, "b" => 1))
    @test(count_words("") == Dict("" => 1))
    @test isapprox(Point(1.5, 2).x, 1.5)
    @test(close([1.0, 1.25]) == true)
    @test(of_text("ab, Cd") == "bb, Cd" * "dC ,baAB, CD" * "BCdE")
    @test_throws BoundsError [1, 2][3]
end
@testset begin
    candidate = of_numbers
    @test(candidate([3, 1, 2])[1] == [3, 2, 1])
    @test(digit_sum(12) == 6)
    @test(of_text("Xyz")[1] == 'x')
end
@test string("a", 1, 'b', 1.5, true, nothing) == "a1b1.5truenothing"
@assert join(map(string, filter(isodd, 1:5)), ", ") == "1, 3, 5"
@assert [each^2 for each in 1:3 if each > 1] == [4, 9] && Set([1, 2]) == Set([2, 1]) && (1, "a") == (1, "a")
@assert [[1, 2], [3]] == [[1, 2], [3]] && ["a"] == ["a"] && [1.5] == [1.5] && Any[1, "a"] == [1, "a"]

function fail(what)
    try
        what()
    catch
        Base.display_error(stderr, isdefined(Base, :current_exceptions) ? Base.current_exceptions() : Base.catch_stack())
    end
end
fail(() -> @testset "wrong" begin
    @test shift([1, 2], 1) == [4]
    @test [1, 2][3] == 1
    @test missing_function(1) == "a"
end)
fail(() -> @test 1 == 2)
fail(() -> error("wrong"))
fail(() -> @assert 1 == 2)
println("a ", 1, " ", 1.5, " ", [1, 2], " ", ["a"], " ", Dict(1 => "a"), " ", (1, nothing))
println(stderr, "$(1 + 1) words")
