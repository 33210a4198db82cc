
let failed case = function
  | Out_of_memory -> verdict "memory" case "the runtime could get no more"
  | error -> verdict "runtime error" case (short (Printexc.to_string error))

let () = Printexc.set_uncaught_exception_handler (fun error _ -> failed 0 error)

let run body =
  match body () with () -> report (Printf.sprintf "done %d" !case) | exception error -> failed (!case + 1) error
