#lang racket/base
;; Forks a child for each program: what most programs require is instantiated already, in the namespace where
;; a program runs, and the expansion of its module has begun. Programs are interpreted (runtime.py): to compile one
;; takes longer than nearly all of them run. One that runs for long is left to a cold start, which compiles it.
(require ffi/unsafe
         "waiting.rkt")

(define (system name type) (get-ffi-obj name #f type))
(define fork (system "fork" (_fun -> _int)))
(define setsid (system "setsid" (_fun -> _int)))
(define close (system "close" (_fun _int -> _int)))
(define dup2 (system "dup2" (_fun _int _int -> _int)))
(define pipe (system "pipe" (_fun _pointer -> _int)))
(define read (system "read" (_fun _int _bytes _size -> _ssize)))
(define write (system "write" (_fun _int _bytes _size -> _ssize)))
(define wait4 (system "wait4" (_fun _int _pointer _int _pointer -> _int)))
(define getrlimit (system "getrlimit" (_fun _int _pointer -> _int)))
(define setrlimit (system "setrlimit" (_fun _int _pointer -> _int)))
(define prctl (system "prctl" (_fun #:varargs-after 1 _int _long _long _long _long -> _int)))

(define requests 3)
(define answers 4)
(define main (string->path "/box/work/main.rkt"))
(define program (string->path "/box/work/program.rkt"))
(define page 65536)
(define long 1) ; seconds of processor time
(define over-time 24) ; SIGXCPU

(define (tell text)
  (define line (string->bytes/latin-1 text))
  (write answers line (bytes-length line)))

(define (set-dumpable value) (prctl 4 value 0 0 0))

;; Exit code or negative signal, microseconds, kilobytes; one that ran for long is left to a cold start.
(define (ending process)
  (define status (malloc 'raw 8))
  (define usage (malloc 'raw 144))
  (wait4 process status 0 usage)
  (define code (ptr-ref status _int))
  (define (field index) (ptr-ref usage _int64 index))
  (define microseconds (+ (* 1000000 (+ (field 0) (field 2))) (field 1) (field 3)))
  (define signal (bitwise-and code 127))
  (begin0
    (if (eqv? signal over-time)
        "cold\n"
        (format "~a ~a ~a\n" (if (zero? signal) (arithmetic-shift code -8) (- signal)) microseconds (field 4)))
    (free status)
    (free usage)))

;; What waits in the stream, in a pipe that has an end.
(define (give-input)
  (define text (make-bytes page))
  (define length (read 0 text page))
  (define ends (malloc 'raw 8))
  (pipe ends)
  (define reading (ptr-ref ends _int 0))
  (define writing (ptr-ref ends _int 1))
  (free ends)
  (when (positive? length) (write writing text length))
  (close writing)
  (dup2 reading 0)
  (close reading))

;; The harness that most programs run under is compiled before.
(define harness (call-with-input-file "/server/proof.rkt" (lambda (file) (read-bytes page file))))
(define compiled-harness
  (parameterize ([current-namespace (make-base-namespace)])
    (compile (namespace-syntax-introduce (read-syntax "main.rkt" (open-input-bytes harness))))))

(define (declare-harness main)
  (when (equal? harness (call-with-input-file main (lambda (file) (read-bytes page file))))
    (parameterize ([current-module-declare-name (make-resolved-module-path main)])
      (eval compiled-harness))))

;; A program's module is declared when it is first asked for, by its path or by that of a submodule.
(define (declare-first begun standard)
  (define (declare-asked path)
    (define asked (if (and (pair? path) (eq? (car path) 'submod)) (cadr path) path))
    (when (and begun (member asked (list main program)) (can-end? asked))
      (define module begun)
      (set! begun #f)
      (end-module module asked)))
  (case-lambda
    [(name namespace) (standard name namespace)]
    [(path relative form load?)
     (when load? (declare-asked path))
     (standard path relative form load?)]))

;; As `racket main.rkt` would.
(define (run)
  (declare-harness main)
  (define (run-submodule name)
    (define path `(submod ,main ,name))
    (when (module-declared? path #t) (dynamic-require path #f)))
  (run-submodule 'configure-runtime)
  (dynamic-require main #f)
  (run-submodule 'main)
  #t)

(define (limit-time)
  (define limits (malloc 'raw 16)) ; soft, hard
  (getrlimit 0 limits)
  (ptr-set! limits _int64 0 long)
  (setrlimit 0 limits)
  (free limits))

(define (become-program)
  (set-dumpable 1)
  (limit-time)
  (setsid)
  (close requests)
  (close answers)
  (current-directory "/box/work")
  (give-input)
  (current-pseudo-random-generator (make-pseudo-random-generator))
  (define ended? (call-with-continuation-prompt run (default-continuation-prompt-tag) (lambda _ #f)))
  (exit (if ended? 0 1)))

(define (serve)
  (define line (make-bytes 64))
  (when (positive? (read requests line 64))
    (define process (fork))
    (when (zero? process) (become-program))
    (tell (ending process))
    (serve)))

(void (environment-variables-set! (current-environment-variables) #"PLT_CS_INTERP" #f)) ; no program sees it
(void (set-dumpable 0)) ; its memory and descriptors are closed to its programs
(for-each (lambda (name) (dynamic-require name #f)) '(racket racket/runtime-config rackunit rackunit/log))
(dynamic-require '(file "/server/warm.rkt") #f)
(for-each (lambda (name) (dynamic-require 'rackunit/log name)) '(test-log-enabled? test-log)) ; macros, to expand
(current-module-name-resolver (declare-first (begin-module program) (current-module-name-resolver)))
(void (tell "ready\n"))
(serve)
