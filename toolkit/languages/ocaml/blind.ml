  (* In place of the checks: what a call does is told as `toolkit.languages.blind` says. A kind writes values of a type. *)
  type 'a kind = { put : int -> 'a -> unit }

  exception No_text of string

  let largest = 32768
  let text = Buffer.create 4096
  let left = ref 0

  let spend size =
    left := !left - size;
    if !left < 0 then raise (No_text "a value that is too long")

  let deeper depth =
    spend 4;
    if depth = 100 then raise (No_text "a value nested too deep");
    depth + 1

  let scalar show = { put = (fun _ value -> spend 4; Buffer.add_string text (show value)) }
  let int = scalar (Printf.sprintf "i%d;")
  let bool = scalar (fun value -> if value then "t" else "f")
  let unit = scalar (fun () -> "n")
  let float = scalar (fun value -> if value <> value then "dnan;" else Printf.sprintf "d%.17g;" value)
  let unknown = { put = (fun _ _ -> raise (No_text "a value of a type that no case has")) }

  let put_string _ value =
    spend (4 + String.length value);
    Buffer.add_string text (Printf.sprintf "s%d:%s" (String.length value) value)

  let string = { put = put_string }

  let head tag values =
    if List.compare_length_with values largest > 0 then raise (No_text "a value that is too long");
    Buffer.add_string text (Printf.sprintf "%c%d:" tag (List.length values))

  let put_list of_ depth values =
    let depth = deeper depth in
    head 'l' values;
    List.iter (of_.put depth) values

  let list of_ = { put = put_list of_ }

  (* What `put` writes, and not into the text. *)
  let aside kind depth value =
    let start = Buffer.length text in
    kind.put depth value;
    let written = Buffer.sub text start (Buffer.length text - start) in
    Buffer.truncate text start;
    written

  let put_rows tag depth values row =
    let depth = deeper depth in
    head tag values;
    let rec add = function
      | (one, _) :: (other, _) :: _ when one = other -> raise (No_text "a set or dictionary that holds a key twice")
      | (key, value) :: rest -> Buffer.add_string text key; Buffer.add_string text value; add rest
      | [] -> ()
    in
    add (List.sort compare (List.rev_map (row depth) values))

  let set of_ = { put = (fun depth values -> put_rows 'e' depth values (fun depth value -> (aside of_ depth value, ""))) }

  let dict key value =
    let row depth (name, held) =
      let name = aside key depth name in
      (name, aside value depth held)
    in
    { put = (fun depth values -> put_rows 'm' depth values row) }

  let option of_ = { put = (fun depth -> function None -> unit.put depth () | Some value -> of_.put depth value) }

  let tuple2 a b =
    { put = (fun depth (a1, b1) ->
        let depth = deeper depth in
        Buffer.add_string text "u2:"; a.put depth a1; b.put depth b1) }

  let short text = if String.length text <= 1000 then text else String.sub text 0 1000

  let canonical kind value =
    Buffer.clear text;
    left := largest;
    match kind.put 0 value with
    | () -> Buffer.contents text
    | exception No_text reason -> Printf.sprintf "x%d:%s" (String.length reason) reason

  let shown = function
    | Failure text | Invalid_argument text -> short text
    | other ->
      let names = String.split_on_char '.' (Printexc.exn_slot_name other) in
      short (List.hd (List.rev names) ^ ": " ^ Printexc.to_string other)

  let answer outcome kind call =
    let outcome, told =
      match call () with
      | value -> (outcome, canonical kind value)
      | exception Out_of_memory -> raise Out_of_memory
      | exception error -> ("raises", shown error)
    in
    incr case;
    prerr_string (Printf.sprintf "\n%s %d %s %d\n%s\n" nonce !case outcome (String.length told) told);
    flush stderr

  let returns kind call = answer "returns" kind call

  let yields kind call =
    let rec take count sequence =
      if count = 0 then []
      else match sequence () with Seq.Nil -> [] | Seq.Cons (value, rest) -> value :: take (count - 1) rest
    in
    answer "yields" (list kind) (fun () -> take 1000 (call ()))
