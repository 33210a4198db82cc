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

;; Who says one of these may run code of its own while it is expanded: in a thread that is not the program's.
(define words #rx"syntax|macro|expander|meta|transform|inspector|plumber")
(define (is-expanded-by-itself? datum)
  (cond
    [(symbol? datum) (and (not (eq? datum 'define-syntax-rule)) (regexp-match? words (symbol->string datum)))]
    [(pair? datum) (or (is-expanded-by-itself? (car datum)) (is-expanded-by-itself? (cdr datum)))]
    [(vector? datum) (for/or ([each (in-vector datum)]) (is-expanded-by-itself? each))]
    [else #f]))

(module place '#%kernel
  (#%require (for-syntax '#%kernel))
  (#%provide insert)
  (define-syntaxes (insert)
    (lambda (form)
      (let-values ([(place body) (apply values (cdr (syntax->list form)))])
        (datum->syntax #f (cons (quote-syntax begin) ((syntax-e body) place)))))))
(require (only-in 'place insert))

(define first-line #"#lang racket\n")

;; Where the waiting thread takes a program's forms and where it gives their module, compiled, or what was raised.
(struct waiting (forms compiled))

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
  (thread (lambda () (channel-put compiled (expand-module))))
  (semaphore-wait ready)
  (waiting forms compiled))

;; Whether a file's language is the one that the module has.
(define (can-end? path)
  (equal? first-line (call-with-input-file path (lambda (file) (read-bytes (bytes-length first-line) file)))))

;; Declares the module with a file's text, or does nothing: then the program begins anew.
(define (end-module begun path)
  (define text
    (with-module-reading-parameterization
     (lambda ()
       (call-with-input-file path
         (lambda (file)
           (port-count-lines! file)
           (read-syntax path file))))))
  (unless (is-expanded-by-itself? (syntax->datum text))
    (channel-put (waiting-forms begun) (cdr (syntax-e (fourth (syntax->list text)))))
    (define result (channel-get (waiting-compiled begun)))
    (parameterize ([current-module-declare-name (make-resolved-module-path path)])
      (eval (result)))))
