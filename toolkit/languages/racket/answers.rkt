#lang racket/base
;; Runs translation.rkt, then the calls of tests.rkt, and tells what each does as `toolkit.languages.blind` says.
(require racket/set racket/list racket/port)

(define largest 32768)
(define deepest 100)
(define mark (read-line))
(define out (current-output-port))
(define answers (current-error-port))
(define leave (exit-handler))
(define number 0)
(define left 0)
(struct no-text (reason))

(define (end status . detail)
  (write-string (format "\n~a ~a~a\n" mark status (apply string-append (map (lambda (each) (format "\t~a" each)) detail))) out)
  (flush-output out)
  (leave (if (null? detail) 0 1)))

(define (shown failure)
  (define text (if (exn? failure) (exn-message failure) (format "~a" failure)))
  (substring text 0 (min 1000 (string-length text))))

(define (spend size)
  (set! left (- left size))
  (when (< left 0) (raise (no-text "a value that is too long"))))

(define (sized tag bytes)
  (spend (bytes-length bytes))
  (bytes-append (string->bytes/utf-8 (format "~a~a:" tag (bytes-length bytes))) bytes))

(define (many tag count parts)
  (apply bytes-append (string->bytes/utf-8 (format "~a~a:" tag count)) parts))

(define (float value)
  (cond
    [(not (= value value)) #"dnan;"]
    [(= value +inf.0) #"dinf;"]
    [(= value -inf.0) #"d-inf;"]
    [else
     (define text (number->string value))
     (define parts (regexp-match #rx"^(-?)([0-9]*)[.]?([0-9]*)(e([-+]?)([0-9]+))?$" text))
     (define whole (regexp-replace #rx"^0+(?=.)" (string-append (list-ref parts 2) (list-ref parts 3)) ""))
     (define power (- (if (list-ref parts 6) (* (if (equal? (list-ref parts 5) "-") -1 1) (string->number (list-ref parts 6))) 0)
                      (string-length (list-ref parts 3))))
     (define digits (regexp-replace #rx"0+$" whole ""))
     (define shift (+ power (- (string-length whole) (string-length digits))))
     (define short (if (equal? digits "") "0" digits))
     (define exponent (+ shift (- (string-length short) 1)))
     (define padded (if (< (abs exponent) 10) (format "0~a" (abs exponent)) (format "~a" (abs exponent))))
     (string->bytes/utf-8
      (format "d~a~a~ae~a~a;" (list-ref parts 1) (substring short 0 1)
              (if (> (string-length short) 1) (string-append "." (substring short 1)) "")
              (if (and (< exponent 0) (not (equal? short "0"))) "-" "+")
              (if (equal? short "0") "00" padded)))]))

(define (told value depth)
  (spend 4)
  (define (inner each) (told each (+ depth 1)))
  (when (> depth deepest) (raise (no-text "a value nested too deep")))
  (cond
    [(eq? value #t) #"t"]
    [(eq? value #f) #"f"]
    [(void? value) #"n"]
    [(exact-integer? value) (string->bytes/utf-8 (format "i~a;" value))]
    [(flonum? value) (float value)]
    [(and (real? value) (exact? value)) (float (exact->inexact value))]
    [(string? value) (sized "s" (string->bytes/utf-8 value))]
    [(bytes? value) (sized "s" value)]
    [(symbol? value) (sized "s" (string->bytes/utf-8 (symbol->string value)))]
    [(char? value) (sized "s" (string->bytes/utf-8 (string value)))]
    [(list? value) (many "l" (length value) (map inner value))]
    [(vector? value) (many "l" (vector-length value) (map inner (vector->list value)))]
    [(hash? value)
     (many "m" (hash-count value) (for/list ([(key each) (in-hash value)]) (bytes-append (inner key) (inner each))))]
    [(generic-set? value) (let ([parts (sort (map inner (set->list value)) bytes<?)]) (many "e" (length parts) parts))]
    [else (raise (no-text "a value of another type"))]))

(define (canonical value)
  (set! left largest)
  (with-handlers ([no-text? (lambda (each) (sized "x" (string->bytes/utf-8 (no-text-reason each))))])
    (told value 0)))

(define (tell call)
  (define outcome "returns")
  (define text
    (with-handlers ([exn:fail? (lambda (failure)
                                 (set! outcome "raises")
                                 (string->bytes/utf-8 (shown failure)))])
      (canonical (call))))
  (set! number (+ number 1))
  (write-string (format "\n~a ~a ~a ~a\n" mark number outcome (bytes-length text)) answers)
  (write-bytes text answers)
  (newline answers)
  (flush-output answers))

(void (write-string "ready\n" answers))
(flush-output answers)
(define name (string->symbol (call-with-input-file "name" port->string)))
(define here (current-directory))
(define (of file) (build-path here file))
(define candidate
  (with-handlers ([(lambda (each) (or (exn:fail:syntax? each) (exn:fail:read? each)))
                   (lambda (failure) (end "compile error" 0 (shown failure)))]
                  [exn:fail? (lambda (failure) (end "runtime error" 0 (shown failure)))])
    (dynamic-require (of "translation.rkt") name)))
(define-namespace-anchor anchor)
(parameterize ([current-namespace (namespace-anchor->empty-namespace anchor)])
  (namespace-require 'racket/base)
  (namespace-require 'racket/set)
  (namespace-set-variable-value! (string->symbol (call-with-input-file "word" port->string)) tell #t)
  (namespace-set-variable-value! name candidate #t)
  (for ([form (call-with-input-file "tests.rkt" (lambda (port) (port->list read port)))]) (eval form)))
(end (format "done ~a" number))
