  type 'a kind = { same : 'a -> 'a -> Bool.t; show : 'a -> string }

  let kind show = { same = ( = ); show }
  let int = kind string_of_int
  let bool = kind string_of_bool
  let unit = kind (fun () -> "()")

  let quoted text =
    let letter c = if c < ' ' || c = '"' || c = '\\' then Char.escaped c else String.make 1 c in
    "\"" ^ String.concat "" (List.map letter (List.of_seq (String.to_seq text))) ^ "\""

  let string = kind quoted
  let unknown = { same = (fun _ _ -> false); show = (fun _ -> "_") }

  let float =
    let same got want =
      let near = if want = 0. then 1e-12 else 1e-9 *. Float.max (Float.abs got) (Float.abs want) in
      got = want || (got <> got && want <> want) || (near < infinity && Float.abs (got -. want) <= near)
    in
    { same; show = Printf.sprintf "%.17g" }

  let all left right same = List.compare_lengths left right = 0 && List.for_all2 same left right
  let among same values value = List.exists (fun other -> same value other) values

  let list of_ =
    let show values = "[" ^ String.concat "; " (List.map of_.show (List.filteri (fun i _ -> i < 20) values)) ^ "]" in
    { same = (fun got want -> all got want of_.same); show }

  let set of_ =
    let same got want =
      List.compare_lengths got want = 0
      && List.for_all (among of_.same want) got
      && List.for_all (among (fun a b -> of_.same b a) got) want
    in
    { (list of_) with same }

  let option of_ =
    let same got want =
      match (got, want) with None, None -> true | Some got, Some want -> of_.same got want | _ -> false
    in
    { same; show = (function None -> "None" | Some value -> "Some " ^ of_.show value) }

  let tuple2 a b =
    { same = (fun (a1, b1) (a2, b2) -> a.same a1 a2 && b.same b1 b2);
      show = (fun (a1, b1) -> "(" ^ a.show a1 ^ ", " ^ b.show b1 ^ ")") }

  let dict key value = set (tuple2 key value)
