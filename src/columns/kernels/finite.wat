;; Whether float32 values are finite, eight at a time: a value times 0 is 0, but NaN for NaN and the infinities, and NaN stays in a sum.
(module
  (import "host" "memory" (memory 0))

  (func (export "finite")
    (param $at i32)        ;; the address of the first value
    (param $end i32)       ;; behind the last: whole groups of eight, at least one
    (result i32)
    (local $even v128)
    (local $odd v128)      ;; two sums side by side, as each addition waits for the one before it

    (loop $group
      (local.set $even
        (f32x4.add (local.get $even) (f32x4.mul (v128.load (local.get $at)) (v128.const f32x4 0 0 0 0))))
      (local.set $odd
        (f32x4.add (local.get $odd) (f32x4.mul (v128.load offset=16 (local.get $at)) (v128.const f32x4 0 0 0 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 32)))
      (br_if $group (i32.lt_u (local.get $at) (local.get $end))))

    (local.set $even (f32x4.add (local.get $even) (local.get $odd)))
    ;; NaN is not equal to 0 either.
    (i32x4.all_true (f32x4.eq (local.get $even) (v128.const f32x4 0 0 0 0))))
)
