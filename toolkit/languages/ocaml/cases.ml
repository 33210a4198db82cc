
  let short text = if String.length text <= 300 then text else String.sub text 0 300 ^ "..."

  let verify ok got want =
    incr case;
    if not ok then fail !case ("got " ^ short (got ()) ^ ", expected " ^ short (want ()))

  let returns kind got want =
    verify (kind.same got want) (fun () -> kind.show got) (fun () -> kind.show want)

  let named name text =
    let letter c = c = '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') in
    let length = String.length name and total = String.length text in
    let rec at i =
      i + length <= total
      && ((String.sub text i length = name
           && (i = 0 || not (letter text.[i - 1]))
           && (i + length = total || not (letter text.[i + length])))
         || at (i + 1))
    in
    at 0

  let raises name call =
    match call () with
    | _ -> verify false (fun () -> "a value") (fun () -> name)
    | exception Out_of_memory -> raise Out_of_memory
    | exception error ->
      let text = Printexc.to_string error in
      verify (named name text) (fun () -> "exception " ^ text) (fun () -> name)

  let yields kind sequence want =
    let rec take count sequence =
      if count = 0 then []
      else match sequence () with Seq.Nil -> [] | Seq.Cons (value, rest) -> value :: take (count - 1) rest
    in
    returns (list kind) (take (List.length want + 1) sequence) want
