import CVector

// The vector of the build's instruction set, and operations for which Swift's SIMD types compile badly. `Choices`
// select one of four values per lane.

#if MARTLET_V4
  typealias Vector = SIMD16<Float>
  typealias Choices = SIMD16<Int32>
  typealias DoubleVector = SIMD16<Double>
  typealias Mask = martlet_mask_of16
  @_transparent func loadVector(_ p: UnsafePointer<Float>) -> Vector { martlet_load16(p) }
  @_transparent func loadFirst(_ count: Int, _ p: UnsafePointer<Float>) -> Vector { martlet_load_first16(p, count) }
  @_transparent func loadBytes(_ p: UnsafePointer<UInt8>) -> Vector { martlet_bytes_to_floats16(p) }
  @_transparent func storeVector(_ v: Vector, _ p: UnsafeMutablePointer<Float>) { martlet_store16(p, v) }
  @_transparent func storeFirst(_ count: Int, _ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    martlet_store_first16(p, v, count)
  }
  @_transparent func storeBytes(_ v: Vector, _ p: UnsafeMutablePointer<UInt8>) { martlet_store_bytes16(p, v) }
  @_transparent func doubles(_ v: Vector) -> DoubleVector { martlet_doubles16(v) }
  @_transparent func loadFirst(_ count: Int, _ p: UnsafePointer<Double>) -> DoubleVector {
    martlet_load_doubles16(p, count)
  }
  @_transparent func storeFirst(_ count: Int, _ v: DoubleVector, _ p: UnsafeMutablePointer<Double>) {
    martlet_store_doubles16(p, v, count)
  }
  @_transparent func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { martlet_multiply_add16(a, b, c) }
  @_transparent func squareRoot(_ a: Vector) -> Vector { martlet_square_root16(a) }
  @_transparent func relu(_ a: Vector) -> Vector { martlet_relu16(a) }
  @_transparent func wherePositive(_ a: Vector, _ g: Vector) -> Vector { martlet_where_positive16(a, g) }
  @_transparent func whereGreater(_ a: Vector, _ b: Vector, _ x: Vector, _ y: Vector) -> Vector {
    martlet_where_greater16(a, b, x, y)
  }
  @_transparent func whereLarger(_ a: Vector, _ b: Vector, _ x: Vector, _ y: Vector) -> Vector {
    martlet_where_larger16(a, b, x, y)
  }
  @_transparent func whereEqual(_ a: Vector, _ b: Vector, _ x: Vector, _ y: Vector) -> Vector {
    martlet_where_equal16(a, b, x, y)
  }
  @_transparent func unlessNaN(_ x: Vector, _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> Vector {
    martlet_unless_nan16(x, a, b, c, d)
  }
  @_transparent func exp(_ a: Vector) -> Vector { martlet_exp16(a) }
  @_transparent func sigmoid(_ a: Vector) -> Vector { martlet_sigmoid16(a) }
  @_transparent func tanh(_ a: Vector) -> Vector { martlet_tanh16(a) }
  @_transparent func sum(_ a: Vector) -> Float { martlet_sum16(a) }
  @_transparent func sums(_ p: UnsafePointer<Float>) -> Vector { martlet_sums16(p) }
  @_transparent func even(_ a: Vector, _ b: Vector) -> Vector { martlet_even16(a, b) }
  @_transparent func odd(_ a: Vector, _ b: Vector) -> Vector { martlet_odd16(a, b) }
  @_transparent func hasBit(_ bit: UInt8, _ p: UnsafePointer<UInt8>) -> Mask { martlet_has_bit16(p, bit) }
  @_transparent func choose(_ mask: Mask, _ x: Vector, _ y: Vector) -> Vector { martlet_choose16(mask, x, y) }
  @_transparent func loadChoices(_ p: UnsafePointer<Int32>) -> Choices { martlet_load_ints16(p) }
  @_transparent func loadChoices(_ p: UnsafePointer<UInt8>) -> Choices { martlet_bytes_to_ints16(p) }
  @_transparent func storeChoices(_ v: Choices, _ p: UnsafeMutablePointer<Int32>) { martlet_store_ints16(p, v) }
  @_transparent func select(_ four: UnsafePointer<Float>, _ choices: Choices) -> Vector {
    martlet_select_of_four16(four, choices)
  }
#elseif MARTLET_V3
  typealias Vector = SIMD8<Float>
  typealias Choices = SIMD8<Int32>
  typealias DoubleVector = SIMD8<Double>
  typealias Mask = martlet_mask_of8
  @_transparent func loadVector(_ p: UnsafePointer<Float>) -> Vector { martlet_load8(p) }
  @_transparent func loadFirst(_ count: Int, _ p: UnsafePointer<Float>) -> Vector { martlet_load_first8(p, count) }
  @_transparent func loadBytes(_ p: UnsafePointer<UInt8>) -> Vector { martlet_bytes_to_floats8(p) }
  @_transparent func storeVector(_ v: Vector, _ p: UnsafeMutablePointer<Float>) { martlet_store8(p, v) }
  @_transparent func storeFirst(_ count: Int, _ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    martlet_store_first8(p, v, count)
  }
  @_transparent func storeBytes(_ v: Vector, _ p: UnsafeMutablePointer<UInt8>) { martlet_store_bytes8(p, v) }
  @_transparent func doubles(_ v: Vector) -> DoubleVector { martlet_doubles8(v) }
  @_transparent func loadFirst(_ count: Int, _ p: UnsafePointer<Double>) -> DoubleVector {
    martlet_load_doubles8(p, count)
  }
  @_transparent func storeFirst(_ count: Int, _ v: DoubleVector, _ p: UnsafeMutablePointer<Double>) {
    martlet_store_doubles8(p, v, count)
  }
  @_transparent func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { martlet_multiply_add8(a, b, c) }
  @_transparent func squareRoot(_ a: Vector) -> Vector { martlet_square_root8(a) }
  @_transparent func relu(_ a: Vector) -> Vector { martlet_relu8(a) }
  @_transparent func wherePositive(_ a: Vector, _ g: Vector) -> Vector { martlet_where_positive8(a, g) }
  @_transparent func whereGreater(_ a: Vector, _ b: Vector, _ x: Vector, _ y: Vector) -> Vector {
    martlet_where_greater8(a, b, x, y)
  }
  @_transparent func whereLarger(_ a: Vector, _ b: Vector, _ x: Vector, _ y: Vector) -> Vector {
    martlet_where_larger8(a, b, x, y)
  }
  @_transparent func whereEqual(_ a: Vector, _ b: Vector, _ x: Vector, _ y: Vector) -> Vector {
    martlet_where_equal8(a, b, x, y)
  }
  @_transparent func unlessNaN(_ x: Vector, _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> Vector {
    martlet_unless_nan8(x, a, b, c, d)
  }
  @_transparent func exp(_ a: Vector) -> Vector { martlet_exp8(a) }
  @_transparent func sigmoid(_ a: Vector) -> Vector { martlet_sigmoid8(a) }
  @_transparent func tanh(_ a: Vector) -> Vector { martlet_tanh8(a) }
  @_transparent func sum(_ a: Vector) -> Float { martlet_sum8(a) }
  @_transparent func sums(_ p: UnsafePointer<Float>) -> Vector { martlet_sums8(p) }
  @_transparent func even(_ a: Vector, _ b: Vector) -> Vector { martlet_even8(a, b) }
  @_transparent func odd(_ a: Vector, _ b: Vector) -> Vector { martlet_odd8(a, b) }
  @_transparent func hasBit(_ bit: UInt8, _ p: UnsafePointer<UInt8>) -> Mask { martlet_has_bit8(p, bit) }
  @_transparent func choose(_ mask: Mask, _ x: Vector, _ y: Vector) -> Vector { martlet_choose8(mask, x, y) }
  @_transparent func loadChoices(_ p: UnsafePointer<Int32>) -> Choices { martlet_load_ints8(p) }
  @_transparent func loadChoices(_ p: UnsafePointer<UInt8>) -> Choices { martlet_bytes_to_ints8(p) }
  @_transparent func storeChoices(_ v: Choices, _ p: UnsafeMutablePointer<Int32>) { martlet_store_ints8(p, v) }
  @_transparent func select(_ four: UnsafePointer<Float>, _ choices: Choices) -> Vector {
    martlet_select_of_four8(four, choices)
  }
#else
  typealias Vector = SIMD4<Float>
  typealias Choices = SIMD4<Int32>
  typealias DoubleVector = SIMD4<Double>
  typealias Mask = martlet_mask_of4
  @_transparent func loadVector(_ p: UnsafePointer<Float>) -> Vector { martlet_load4(p) }
  @_transparent func loadFirst(_ count: Int, _ p: UnsafePointer<Float>) -> Vector { martlet_load_first4(p, count) }
  @_transparent func loadBytes(_ p: UnsafePointer<UInt8>) -> Vector { martlet_bytes_to_floats4(p) }
  @_transparent func storeVector(_ v: Vector, _ p: UnsafeMutablePointer<Float>) { martlet_store4(p, v) }
  @_transparent func storeFirst(_ count: Int, _ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    martlet_store_first4(p, v, count)
  }
  @_transparent func storeBytes(_ v: Vector, _ p: UnsafeMutablePointer<UInt8>) { martlet_store_bytes4(p, v) }
  @_transparent func doubles(_ v: Vector) -> DoubleVector { martlet_doubles4(v) }
  @_transparent func loadFirst(_ count: Int, _ p: UnsafePointer<Double>) -> DoubleVector {
    martlet_load_doubles4(p, count)
  }
  @_transparent func storeFirst(_ count: Int, _ v: DoubleVector, _ p: UnsafeMutablePointer<Double>) {
    martlet_store_doubles4(p, v, count)
  }
  @_transparent func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { martlet_multiply_add4(a, b, c) }
  @_transparent func squareRoot(_ a: Vector) -> Vector { martlet_square_root4(a) }
  @_transparent func relu(_ a: Vector) -> Vector { martlet_relu4(a) }
  @_transparent func wherePositive(_ a: Vector, _ g: Vector) -> Vector { martlet_where_positive4(a, g) }
  @_transparent func whereGreater(_ a: Vector, _ b: Vector, _ x: Vector, _ y: Vector) -> Vector {
    martlet_where_greater4(a, b, x, y)
  }
  @_transparent func whereLarger(_ a: Vector, _ b: Vector, _ x: Vector, _ y: Vector) -> Vector {
    martlet_where_larger4(a, b, x, y)
  }
  @_transparent func whereEqual(_ a: Vector, _ b: Vector, _ x: Vector, _ y: Vector) -> Vector {
    martlet_where_equal4(a, b, x, y)
  }
  @_transparent func unlessNaN(_ x: Vector, _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> Vector {
    martlet_unless_nan4(x, a, b, c, d)
  }
  @_transparent func exp(_ a: Vector) -> Vector { martlet_exp4(a) }
  @_transparent func sigmoid(_ a: Vector) -> Vector { martlet_sigmoid4(a) }
  @_transparent func tanh(_ a: Vector) -> Vector { martlet_tanh4(a) }
  @_transparent func sum(_ a: Vector) -> Float { martlet_sum4(a) }
  @_transparent func sums(_ p: UnsafePointer<Float>) -> Vector { martlet_sums4(p) }
  @_transparent func even(_ a: Vector, _ b: Vector) -> Vector { martlet_even4(a, b) }
  @_transparent func odd(_ a: Vector, _ b: Vector) -> Vector { martlet_odd4(a, b) }
  @_transparent func hasBit(_ bit: UInt8, _ p: UnsafePointer<UInt8>) -> Mask { martlet_has_bit4(p, bit) }
  @_transparent func choose(_ mask: Mask, _ x: Vector, _ y: Vector) -> Vector { martlet_choose4(mask, x, y) }
  @_transparent func loadChoices(_ p: UnsafePointer<Int32>) -> Choices { martlet_load_ints4(p) }
  @_transparent func loadChoices(_ p: UnsafePointer<UInt8>) -> Choices { martlet_bytes_to_ints4(p) }
  @_transparent func storeChoices(_ v: Choices, _ p: UnsafeMutablePointer<Int32>) { martlet_store_ints4(p, v) }
  @_transparent func select(_ four: UnsafePointer<Float>, _ choices: Choices) -> Vector {
    martlet_select_of_four4(four, choices)
  }
#endif

/// The number of floats in a vector.
@_transparent var lanes: Int { Vector.scalarCount }
