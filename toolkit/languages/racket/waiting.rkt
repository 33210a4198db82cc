#lang racket/base
;; A module whose expansion has begun before its text is known. A module's macros get instances of their own of
;; all that `racket` is made of, two thirds of what it takes to expand a program: here that is done. The module
;; is expanded by a thread, which waits in a macro where the body belongs: a child of the server goes on from there.
(require racket/list
         racket/path
         syntax/modread
         syntax/strip-context)
(provide begin-module
         can-end?
         end-module)

(module place '#%kernel
  (#%require (for-syntax '#%kernel))
  (#%provide insert)
  (define-syntaxes (insert)
    (lambda (form)
      (let-values ([(place body) (apply values (cdr (syntax->list form)))])
        (datum->syntax #f (cons (quote-syntax begin) ((syntax-e body) place)))))))
(require (only-in 'place insert))

(define first-line #"#lang racket\n")

;; The waiting thread, where it takes a program's forms and where it gives their module, compiled, or what was raised.
(struct waiting (thread forms compiled))

(define (begin-module path)
  (define forms (make-channel))
  (define compiled (make-channel))
  (define ready (make-semaphore))
  (define (body place)
    (semaphore-post ready)
    (replace-context place (channel-get forms)))
  (define text
    `(,(namespace-module-identifier) program racket
       (#%module-begin
        (#%require (only (submod (file "/server/waiting.rkt") place)))
        (,#'insert here ,body))))
  (define (expand-module)
    (parameterize ([current-module-declare-name (make-resolved-module-path path)]
                   [current-load-relative-directory (path-only path)])
      (with-handlers ([void (lambda (raised) (lambda () (raise raised)))])
        (define result (compile (datum->syntax #f text)))
        (lambda () result))))
  (define made (thread (lambda () (channel-put compiled (expand-module)))))
  (semaphore-wait ready)
  (waiting made forms compiled))

;; Whether a file's language is the one that the module has.
(define (can-end? path)
  (equal? first-line (call-with-input-file path (lambda (file) (read-bytes (bytes-length first-line) file)))))

;; Declares the module with a file's text. Where the thread ends without a word, as a program's macros may have it,
;; nothing is declared: the program begins anew.
(define (end-module begun path)
  (define text
    (with-module-reading-parameterization
     (lambda ()
       (call-with-input-file path
         (lambda (file)
           (port-count-lines! file)
           (read-syntax path file))))))
  (channel-put (waiting-forms begun) (cdr (syntax-e (fourth (syntax->list text)))))
  (define result (sync (waiting-compiled begun) (thread-dead-evt (waiting-thread begun))))
  (when (procedure? result)
    (parameterize ([current-module-declare-name (make-resolved-module-path path)])
      (eval (result)))))
