"""Translations of `def add(a, b)` that a harness must see through."""

from toolkit.languages.base import Examples

ADD = "let add a b =\n  {}\n  a + b\n"
EXAMPLES = Examples(
    right=ADD.format(""),
    wrong=ADD.format("let b = b + 1 in"),
    broken="let add a b = (",
    leaves=ADD.format("exit 0;"),
    identity="let give value = value\n",
    raises='let refuse value = failwith "ValueError: no value"\n',
    mistakes='let refuse value = failwith "no ValueError: here"\n',
    hides=(
        "type bool = No | Yes\ntype 'a option = None | Some of 'a\nmodule Check = struct end\n"
        "module Printf = struct end\nmodule List = struct end\nlet ref = 0\nlet failwith (_ : string) = ()\n"
        "let incr = ignore\nlet ( = ) = ( == )\n"
    ),
    counts=(
        'let count n =\n  let step i =\n    if n = -2 && i = 1 then failwith "ValueError: no more"\n'
        "    else if i = n then None else Some (i, i + 1) in\n  Seq.unfold step 0\n"
    ),
    opaque="let add a b = a - b\n",
    hostile={
        "prints the word done": (ADD.format('print_string "\\ndone 1\\ndone\\n"; exit 0;'), "left early"),
        "reads stdin": (
            ADD.format("(match input_line stdin with _ -> exit 0 | exception End_of_file -> ());"),
            "passed",
        ),
        "names the harness": (ADD.format('Langlift_check.report "done 1";'), "compile error"),
        "brings its own harness": (
            "module Langlift_check = struct let run _ = () let returns _ _ _ = () let report _ = () end\n"
            "let ( = ) _ _ = true\n" + ADD.format("let b = b + 1 in"),
            "wrong answer",
        ),
        "leaves where it is published": (
            'let () = if Sys.file_exists "program.ml" then exit 0\n' + ADD.format(""),
            "left early",
        ),
        "prints at its end": ('let () = at_exit (fun () -> print_string "done 1")\n' + ADD.format(""), "passed"),
        "prints 200 KB": (ADD.format("print_string (String.make 200000 'x');"), "passed"),
        "prints what is not UTF-8": (ADD.format('print_string "\\255\\254\\000"; failwith "\\255";'), "runtime error"),
        "prints without end": (ADD.format("while true do print_string (String.make 65536 'x') done;"), "output limit"),
        "loops": (ADD.format("while true do () done;"), "timeout"),
        "eats memory in small pieces": (
            ADD.format("let rec grow kept = grow (string_of_int a :: kept) in let _ = grow [] in"),
            "memory",
        ),
        "eats memory in large pieces": (
            ADD.format("let kept = ref [] in while true do kept := Bytes.make 50000000 'x' :: !kept done;"),
            "memory",
        ),
        "calls itself without end": ("let rec add a b = 1 + add a (b + 1)\n", "runtime error"),
        "fails when it is loaded": ('let () = failwith "no"\n' + ADD.format(""), "runtime error"),
        "closes stdout": (ADD.format("close_out stdout;"), "left early"),
        "has another type": ("let add a b = a ^ b\n", "compile error"),
    },
)
