import SystemResources

/// An array of an `.npy` file, not yet converted from its bytes.
struct NumPyArray {
  /// The name in messages: `mine.npz: array 'x_train'`.
  let place: String
  let header: NumPyHeader
  private let file: [UInt8]

  /// - Throws: `DatasetError.damaged`.
  init(_ bytes: [UInt8], place: String) throws {
    self.place = place
    file = bytes
    do { header = try NumPyHeader(bytes) } catch let problem as NumPyHeader.Problem {
      throw DatasetError.damaged(path: place, reason: problem.reason)
    }
  }

  var shape: [Int] { header.shape }
  var type: NumPyType { header.type }

  func damaged(_ reason: String) -> DatasetError { .damaged(path: place, reason: reason) }

  /// The values of an unsigned byte array, in row-major order.
  func bytes() throws -> [UInt8] {
    try checkMemory(MemoryLayout<UInt8>.size)
    return inOrder(Array(file[header.count...]))
  }

  /// All values rounded to 32-bit floats, in row-major order.
  ///
  /// - Throws: `DatasetError.damaged` if a rounded value is not finite.
  func floats() throws -> [Float] {
    try checkMemory(MemoryLayout<Float>.size)
    let values: [Float] =
      switch (type.kind, type.size) {
      case (.bool, _): decoded(UInt8.self) { $0 == 0 ? 0 : 1 }
      case (.unsigned, 1): decoded(UInt8.self) { Float($0) }
      case (.unsigned, 2): decoded(UInt16.self) { Float($0) }
      case (.unsigned, 4): decoded(UInt32.self) { Float($0) }
      case (.unsigned, _): decoded(UInt64.self) { Float($0) }
      case (.signed, 1): decoded(Int8.self) { Float($0) }
      case (.signed, 2): decoded(Int16.self) { Float($0) }
      case (.signed, 4): decoded(Int32.self) { Float($0) }
      case (.signed, _): decoded(Int64.self) { Float($0) }
      case (.float, 2): decoded(UInt16.self) { Self.float(half: $0) }
      case (.float, 4): decoded(UInt32.self) { Float(bitPattern: $0) }
      case (.float, _): decoded(UInt64.self) { Float(Double(bitPattern: $0)) }
      }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw damaged(
        "holds \(values[index]) as a 32-bit number, \(index) numbers from its start; replace or leave out what is not "
          + "finite")
    }
    return inOrder(values)
  }

  /// All values of an integer array, in row-major order; nil if one of them is not a valid label: negative, or beyond
  /// 32 bits.
  func labels() throws -> [Int32]? {
    try checkMemory(MemoryLayout<Int32>.size)
    let values: [Int32] =
      switch (type.kind, type.size) {
      case (.bool, _): decoded(UInt8.self) { $0 == 0 ? 0 : 1 }
      case (.unsigned, 1): decoded(UInt8.self) { Int32($0) }
      case (.unsigned, 2): decoded(UInt16.self) { Int32($0) }
      case (.unsigned, 4): decoded(UInt32.self) { Int32(exactly: $0) ?? -1 }
      case (.unsigned, _): decoded(UInt64.self) { Int32(exactly: $0) ?? -1 }
      case (.signed, 1): decoded(Int8.self) { Int32($0) }
      case (.signed, 2): decoded(Int16.self) { Int32($0) }
      case (.signed, 4): decoded(Int32.self) { $0 }
      case (.signed, _): decoded(Int64.self) { Int32(exactly: $0) ?? -1 }
      case (.float, _): preconditionFailure("floats are not labels")
      }
    return values.contains { $0 < 0 } ? nil : inOrder(values)
  }

  private func checkMemory(_ size: Int) throws {
    let (bytes, overflow) = header.valueCount.multipliedReportingOverflow(by: size * (header.isFortranOrder ? 2 : 1))
    guard !overflow, Memory.canHold(bytes) else {
      throw damaged("has \(header.valueCount) numbers, too many for memory")
    }
  }

  // MARK: - Numbers

  private func decoded<Stored: FixedWidthInteger & BitwiseCopyable, Value>(
    _ type: Stored.Type, _ value: (Stored) -> Value
  ) -> [Value] {
    let isBigEndian = header.type.isBigEndian
    return [Value](unsafeUninitializedCapacity: header.valueCount) { buffer, count in
      file.withUnsafeBytes { file in
        for index in 0..<header.valueCount {
          let stored = file.loadUnaligned(
            fromByteOffset: header.count + index * MemoryLayout<Stored>.size, as: Stored.self)
          buffer.initializeElement(
            at: index, to: value(isBigEndian ? Stored(bigEndian: stored) : Stored(littleEndian: stored)))
        }
      }
      count = header.valueCount
    }
  }

  /// The IEEE 754 half-precision number with these bits.
  static func float(half bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(bits >> 10 & 0x1f), Float(bits & 0x3ff))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 0x1f: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }

  /// The values in row-major order: the last index changes fastest.
  private func inOrder<Value>(_ values: [Value]) -> [Value] {
    guard header.isFortranOrder, shape.count > 1 else { return values }
    var index = [Int](repeating: 0, count: shape.count)
    // The strides of Fortran order along each axis.
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var (result, position): ([Value], Int) = ([], 0)
    result.reserveCapacity(values.count)
    for _ in values.indices {
      result.append(values[position])
      for axis in shape.indices.reversed() {
        index[axis] += 1
        position += strides[axis]
        guard index[axis] == shape[axis] else { break }
        position -= strides[axis] * shape[axis]
        index[axis] = 0
      }
    }
    return result
  }
}
