(* Linked before the program, compiled after it. The channel is its own: what stdin has read can be read again. *)
let nonce =
  let input = open_in "/dev/stdin" in
  let line = input_line input in
  close_in input;
  line

external leave : int -> 'a = "caml_sys_exit"

(* After all that the program has left for its end. *)
let tell () =
  Stdlib.do_at_exit ();
  print_string ("\n" ^ nonce ^ " done\n");
  flush stdout;
  leave 0
