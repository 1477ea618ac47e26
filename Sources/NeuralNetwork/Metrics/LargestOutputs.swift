/// The k largest outputs of a sample. Equal ones are all among them if one is.
enum LargestOutputs {
  static func contain(_ index: Int, _ row: UnsafePointer<Float>, count: Int, k: Int) -> Bool {
    guard !row[index].isNaN else { return false }
    var larger = 0
    for other in 0..<count where row[other] > row[index] || row[other].isNaN { larger += 1 }
    return larger < k
  }

  /// Whether an output is one of exactly k: of equal ones the first.
  static func includes(_ index: Int, _ row: UnsafePointer<Float>, count: Int, k: Int) -> Bool {
    var before = 0
    for other in 0..<count where row[other] > row[index] || (other < index && row[other] == row[index]) { before += 1 }
    return before < k
  }
}
