(define-values (check check-raises)
  (let ()
    (local-require racket/base racket/set)
    (define number 0)
    (define (near? got want)
      (or (= got want)
          (and (not (= want want)) (not (= got got)))
          (let ([distance (if (zero? want) 1e-12 (* 1e-9 (max (abs got) (abs want))))])
            (and (< distance +inf.0) (<= (abs (- got want)) distance)))))
    (define (same? got want)
      (cond
        [(flonum? want) (and (real? got) (near? got want))]
        [(number? want) (and (number? got) (= got want))]
        [(list? want) (and (list? got) (= (length got) (length want)) (andmap same? got want))]
        [(hash? want)
         (and (hash? got)
              (= (hash-count got) (hash-count want))
              (for/and ([(key value) (in-hash want)]) (and (hash-has-key? got key) (same? (hash-ref got key) value))))]
        [(generic-set? want) (and (generic-set? got) (set=? (list->set (set->list got)) (list->set (set->list want))))]
        [else (equal? got want)]))
    (define (settle passed? got want)
      (set! number (+ number 1))
      (unless passed?
        (raise-user-error (format "case ~a: got ~a, expected ~a" number got want))))
    (define (named? name text)
      (or (equal? text name) (regexp-match? (string-append "^" (regexp-quote name) ":") text)))
    (values
     (lambda (got want) (settle (same? got want) (format "~v" got) (format "~v" want)))
     (lambda (name call)
       (define value
         (with-handlers ([exn:fail? (lambda (failure)
                                      (settle (named? name (exn-message failure)) (exn-message failure) name)
                                      check)])
           (call)))
       (unless (eq? value check) (settle #f (format "~v" value) name))))))
