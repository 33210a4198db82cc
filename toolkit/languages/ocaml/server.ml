(* Does what run.sh does, in a child forked for each program: the compiler and what it knows of the standard
   library are loaded already. The program itself runs in a process that is its own from the start. *)

external wait : int -> int * int * int = "langlift_wait"

let runner = Sys.argv.(1)

let environment =
  ignore (Warnings.parse_options false "-a");
  Compmisc.init_path ();
  Env.set_unit_name "Langlift";
  Compmisc.initial_env ()

let info source =
  let output_prefix = Filename.remove_extension source in
  let module_name = Compenv.module_of_filename source output_prefix in
  { Compile_common.source_file = source; module_name; output_prefix; env = environment;
    ppf_dump = Format.err_formatter; tool_name = "ocamlc"; native = false }

let compile source =
  let info = info source in
  Env.set_unit_name info.module_name;
  Location.input_name := source;
  let backend info typed = Compile.emit_bytecode info (Compile.to_bytecode info typed) in
  Compile_common.implementation info ~backend

(* What most programs use, so that the modules' types are read. *)
let warm () =
  let text =
    "let _ = List.map, Array.map, String.map, Char.code, Bytes.map, Buffer.create, Printf.sprintf, Hashtbl.hash, \
     Float.abs, Option.map, Seq.map, Fun.id, Int.abs, Sys.argv, Printexc.to_string, Stack.push, Queue.push\n\
     module Names = Set.Make (String) module Table = Map.Make (String)\n"
  in
  Clflags.dont_write_files := true;
  let typed =
    Typemod.type_implementation "langlift.ml" "langlift" "Langlift" environment
      (Parse.implementation (Lexing.from_string text))
  in
  ignore (Compile.to_bytecode (info "langlift.ml") typed);
  Clflags.dont_write_files := false;
  Gc.compact ()

(* What waits in the stream, in a pipe that has an end. *)
let give_input () =
  let text = Bytes.create 65536 in
  Unix.set_nonblock Unix.stdin;
  let length = try Unix.read Unix.stdin text 0 65536 with Unix.Unix_error _ -> 0 in
  let reading, writing = Unix.pipe () in
  ignore (Unix.write writing text 0 length);
  Unix.close writing;
  Unix.dup2 reading Unix.stdin;
  Unix.close reading

let build () =
  if Sys.file_exists "program.ml" then begin
    compile "program.ml";
    compile "start.ml";
    Load_path.add_dir "."; (* looked at only now *)
    compile "main.ml";
    Bytelink.link [ "./start.cmo"; "./program.cmo"; "./main.cmo" ] "main.byte";
    List.iter Sys.remove [ "start.ml"; "start.cmi"; "start.cmo"; "main.ml"; "main.cmi"; "main.cmo" ]
  end
  else begin
    compile "main.ml";
    Bytelink.link [ "./main.cmo" ] "main.byte"
  end

let child requests answers =
  ignore (Unix.setsid ());
  List.iter Unix.close [ requests; answers ];
  Sys.chdir "/box/work";
  give_input ();
  (try build ()
   with error ->
     Location.report_exception Format.err_formatter error;
     exit 2);
  Unix.execv runner [| runner; "main.byte" |]

let () =
  let descriptor (number : int) : Unix.file_descr = Obj.magic number in
  let requests, answers = (descriptor 3, descriptor 4) in
  let tell text = ignore (Unix.write_substring answers text 0 (String.length text)) in
  warm ();
  tell "ready\n";
  let line = Bytes.create 64 in
  while Unix.read requests line 0 64 > 0 do
    match Unix.fork () with
    | 0 -> child requests answers
    | process ->
      let code, microseconds, kilobytes = wait process in
      tell (Printf.sprintf "%d %d %d\n" code microseconds kilobytes)
  done
