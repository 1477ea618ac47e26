import Configuration

/// A Rescaling layer of Keras', which divides the values of a sample: understood where nothing is computed before it.
enum KerasRescaling {
  /// What the only Rescaling of some layers divides by; nil if there is none.
  ///
  /// - Throws: `ModelFileError.Problem.misplacedRescaling`.
  static func divisor(_ layers: [KerasLayer], file: String) throws -> Float? {
    guard let index = layers.firstIndex(where: { $0.rescaling != nil }) else { return nil }
    guard let rescaling = layers[index].rescaling, layers.prefix(index).allSatisfy({ $0.layer == nil }),
      layers.dropFirst(index + 1).allSatisfy({ $0.rescaling == nil })
    else { throw ModelFileError(file: file, .misplacedRescaling) }
    return rescaling
  }

  /// What a Rescaling layer divides by: one number, without an offset.
  static func divisor(_ object: KerasObject, place: String, file: String) throws -> Float {
    func unsupported(_ option: String, _ accepted: String) -> ModelFileError {
      ModelFileError(
        file: file,
        .unsupportedOption(
          place: place, option: option, received: object.configuration[option]?.json ?? "null", accepted: accepted))
    }
    _ = try KerasNeutralOptions.options(
      of: object.configuration, keys: ["scale", "offset", "trainable"], owner: .layer, place: place, file: file)
    guard [nil, .null, 0, 0.0].contains(object.configuration["offset"]) else { throw unsupported("offset", "0") }
    let factor: Double? =
      switch object.configuration["scale"]?.value {
      case .number(let number): number
      case .integer(let integer): Double(integer)
      default: nil
      }
    guard let factor, case let divisor = Float(1 / factor), divisor.isFinite, divisor > 0 else {
      throw unsupported("scale", "one positive number, such as 1/255")
    }
    return divisor
  }
}
