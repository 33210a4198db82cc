let () = Start.tell ()
