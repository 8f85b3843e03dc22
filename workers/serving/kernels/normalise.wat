;; Normalises one input's columns of some rows, four values at a time: to = float32((from − mean) · scale).
;; In float64 between, as the values may be large beside their deviation.
(module
  (import "host" "memory" (memory 0))

  (func (export "normalise")
    (param $from i32)      ;; the address of the input's first value in the first row
    (param $stride i32)    ;; bytes from one row to the next
    (param $rows i32)
    (param $size i32)      ;; values of the input in a row
    (param $mean i32)      ;; the address of its means, float64
    (param $scale i32)     ;; the address of its scales, float64
    (param $to i32)        ;; the address of the result: float32 [rows, size]
    (local $column i32)
    (local $whole i32)     ;; values that make up whole vectors
    (local $x v128)
    (local $m i32)
    (local $s i32)

    (local.set $whole (i32.and (local.get $size) (i32.const -4)))
    (loop $row
      (if (i32.eqz (local.get $rows)) (then (return)))

      (local.set $column (i32.const 0))
      (block $vectored
        (loop $vector
          (br_if $vectored (i32.ge_u (local.get $column) (local.get $whole)))
          (local.set $x (v128.load (i32.add (local.get $from) (i32.shl (local.get $column) (i32.const 2)))))
          (local.set $m (i32.add (local.get $mean) (i32.shl (local.get $column) (i32.const 3))))
          (local.set $s (i32.add (local.get $scale) (i32.shl (local.get $column) (i32.const 3))))
          (v128.store
            (i32.add (local.get $to) (i32.shl (local.get $column) (i32.const 2)))
            ;; The low halves of both, one behind the other.
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
              (f32x4.demote_f64x2_zero
                (f64x2.mul
                  (f64x2.sub (f64x2.promote_low_f32x4 (local.get $x)) (v128.load (local.get $m)))
                  (v128.load (local.get $s))))
              (f32x4.demote_f64x2_zero
                (f64x2.mul
                  (f64x2.sub
                    ;; The high half, brought down.
                    (f64x2.promote_low_f32x4
                      (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $x) (local.get $x)))
                    (v128.load offset=16 (local.get $m)))
                  (v128.load offset=16 (local.get $s))))))
          (local.set $column (i32.add (local.get $column) (i32.const 4)))
          (br $vector)))

      (block $scaled
        (loop $single
          (br_if $scaled (i32.ge_u (local.get $column) (local.get $size)))
          (f32.store
            (i32.add (local.get $to) (i32.shl (local.get $column) (i32.const 2)))
            (f32.demote_f64
              (f64.mul
                (f64.sub
                  (f64.promote_f32 (f32.load (i32.add (local.get $from) (i32.shl (local.get $column) (i32.const 2)))))
                  (f64.load (i32.add (local.get $mean) (i32.shl (local.get $column) (i32.const 3)))))
                (f64.load (i32.add (local.get $scale) (i32.shl (local.get $column) (i32.const 3)))))))
          (local.set $column (i32.add (local.get $column) (i32.const 1)))
          (br $single)))

      (local.set $from (i32.add (local.get $from) (local.get $stride)))
      (local.set $to (i32.add (local.get $to) (i32.shl (local.get $size) (i32.const 2))))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
      (br $row)))
)
