
  let short text = if String.length text <= 300 then text else String.sub text 0 300 ^ "..."

  let verify ok got want =
    incr case;
    if not ok then fail !case ("got " ^ short (got ()) ^ ", expected " ^ short (want ()))

  let returns kind got want =
    verify (kind.same got want) (fun () -> kind.show got) (fun () -> kind.show want)

  let named name error =
    let length = String.length name in
    let starts text =
      String.length text >= length
      && String.sub text 0 length = name
      && (String.length text = length || text.[length] = ':')
    in
    match error with
    | Failure text | Invalid_argument text -> starts text
    | other -> List.hd (List.rev (String.split_on_char '.' (Printexc.exn_slot_name other))) = name

  let drain sequence = Seq.iter ignore sequence

  let raises name call =
    match call () with
    | _ -> verify false (fun () -> "a value") (fun () -> name)
    | exception Out_of_memory -> raise Out_of_memory
    | exception error ->
      verify (named name error) (fun () -> "exception " ^ Printexc.to_string error) (fun () -> name)

  let yields kind sequence want =
    let rec take count sequence =
      if count = 0 then []
      else match sequence () with Seq.Nil -> [] | Seq.Cons (value, rest) -> value :: take (count - 1) rest
    in
    returns (list kind) (take (List.length want + 1) sequence) want
