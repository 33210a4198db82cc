#lang racket
;; What programs are made of, for the expander and the compiler to have seen.
(require rackunit)
(define (sorted? numbers) (for/and ([one numbers] [next (cdr numbers)]) (<= one next)))
(define (count-words text)
  (for/fold ([counts (hash)]) ([word (string-split text)]) (hash-update counts word add1 0)))
(define (classify value)
  (match value
    [(list first rest ...) (let loop ([rest rest]) (if (null? rest) first (loop (cdr rest))))]
    [_ (cond [(string? value) (string-length value)] [else 'other])]))
(check-equal? (sorted? '(1 2 3)) #t)
(check-within (classify (list 1 2)) 1 0.001)
(check-true (hash? (count-words "a b")))
