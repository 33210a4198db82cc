# Forks a child for each program. The descriptor from which R reads this script gives the child the program:
# R then evaluates and prints it, expression by expression, as the script that it is; the harness, which is the same
# for most programs, has been read before. What R has no words for (fork, wait, close) is taken from the C library
# and from the library of the package parallel, which itself is not loaded.
local({
  own <- 3L # the first descriptor that R opens is its script
  stopifnot(Sys.readlink("/proc/self/fd/3") == "/server/server.R")
  mapped <- readLines("/proc/self/maps")
  library <- sub("^[^/]*", "", grep("/(libc[.-][^/]*|ld-musl[^/]*)$", mapped, value = TRUE)[1L])
  library <- dyn.load(library)
  fork <- getNativeSymbolInfo("fork", library)
  close_all <- getNativeSymbolInfo("fcloseall", library)
  wait <- getNativeSymbolInfo("wait", library)
  library <- dyn.load(file.path(R.home("library"), "parallel", "libs", paste0("parallel", .Platform$dynlib.ext)))
  kill <- getNativeSymbolInfo("mc_kill", library)
  close_descriptor <- getNativeSymbolInfo("mc_close_fds", library)
  process <- Sys.getpid()
  ended <- 26L # SIGVTALRM: a child that has come to its regular end (`end_early`)

  harness <- readBin("/server/proof.R", "raw", file.size("/server/proof.R"))
  prove <- parse("/server/proof.R", keep.source = FALSE)
  known <- function() identical(readBin("main.R", "raw", file.size("main.R")), harness)

  requests <- fifo("/box/tmp/requests", "rb", blocking = TRUE)
  answers <- fifo("/box/tmp/answers", "wb", blocking = TRUE)
  say <- function(line) writeBin(charToRaw(paste0(line, "\n")), answers)

  ending <- function(proving) {
    before <- sum(proc.time()[4:5])
    status <- .C(wait, status = -1L)$status
    if (status == -1L) quit("no", 1L)
    if (proving && status == ended) status <- 0L # without its proof that is no pass
    code <- if (bitwAnd(status, 127L)) -bitwAnd(status, 127L) else bitwAnd(bitwShiftR(status, 8L), 255L)
    sprintf("%d %.0f 0", as.integer(code), 1e6 * (sum(proc.time()[4:5]) - before))
  }

  # A file in place of a descriptor: what is opened takes the lowest that is free.
  replace <- function(descriptor, path) {
    force(path)
    .Call(close_descriptor, descriptor)
    file(path, "rb")
  }

  # What waits in the stream, in a file that has an end.
  input <- function() {
    stream <- file("stdin", "rb")
    on.exit(close(stream))
    text <- readBin(stream, "raw", 65536L)
    if (!length(text)) return("/dev/null")
    path <- tempfile()
    writeBin(text, path)
    path
  }

  # The regular end of a proven program, without what R does behind it: it starts a shell to remove a folder, a
  # third of what a small program costs.
  end_early <- function(known) {
    told <- known$finish
    known$finish <- function(nonce) {
      told(nonce)
      if (sys.nframe() > 2L) return() # R was called to end, maybe with another exit code
      .C(close_all)
      .Call(kill, Sys.getpid(), ended)
    }
  }

  serve <- function() {
    say("ready")
    repeat {
      if (!length(readLines(requests, 1L))) quit("no", 1L)
      setwd("/box/work")
      proving <- known()
      .C(fork)
      if (Sys.getpid() != process) break
      say(ending(proving))
    }
    close(requests)
    close(answers)
    tempdir(check = TRUE)
    kept <- if (proving) {
      end_early(eval(prove, globalenv())) # puts the program in place of this script, and leaves nothing of the input
      replace(0L, "/dev/null")
    } else list(replace(0L, input()), replace(own, "main.R"))
    reg.finalizer(.GlobalEnv, function(any) kept) # a connection that nothing refers to would be closed
  }

  # What most programs need is read from the disk at its first use: it is used here.
  warm <- function(values) {
    count <- 0
    for (value in values) if (value %% 2 == 0) count <- count + 1
    stopifnot(all.equal(count, 1), identical(sort(values, decreasing = TRUE), rev(values)), isTRUE(TRUE))
    tryCatch(stop("x"), error = function(condition) conditionMessage(condition), finally = NULL)
    words <- strsplit(paste0("a", sprintf("%d", 1L), collapse = ""), "")[[1L]]
    Reduce(`+`, Filter(Negate(is.na), unlist(Map(function(x, y) x + y, sapply(values, sqrt), vapply(values, exp, 0)))))
    do.call(rbind, lapply(words, toupper))
    format(list(a = 1, b = data.frame(x = values)))
    invisible(count)
  }
  for (time in 1:3) warm(c(1, 2, 3))
  for (name in all.names(prove)) get0(name, baseenv())
  compiler::enableJIT(0L) # compiling functions at their first calls takes longer than most programs do
  for (time in 1:3) gc() # what is old is left alone by the next ones
  if (is.loaded("malloc_trim")) .C("malloc_trim", 0L) # a fork costs by the page, free ones as well
  invisible(serve())
}, new.env(parent = baseenv()))
