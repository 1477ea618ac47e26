/// Suggests the known word that a mistyped one was probably meant to be.
package enum NearestWord {
  /// The word of `candidates` with the smallest edit distance to `word`, if it is small enough for a typo.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    let best = candidates.map { (word: $0, distance: distance(word.lowercased(), $0.lowercased())) }
      .min { $0.distance < $1.distance }
    guard let best, best.distance <= max(1, word.count / 3) else { return nil }
    return best.word
  }

  /// The number of letters to insert, delete, replace or swap with a neighbor.
  ///
  /// Source: F. Damerau, "A technique for computer detection and correction of spelling errors", CACM 7 (1964).
  static func distance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left), Array(right))
    // Distances between prefixes: the row before the previous one, the previous row, and the current one.
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for index in left.indices {
      var row = [index + 1]
      for column in right.indices {
        let isEqual = left[index] == right[column]
        var best = min(last[column] + (isEqual ? 0 : 1), last[column + 1] + 1, row[column] + 1)
        if index > 0, column > 0, left[index] == right[column - 1], left[index - 1] == right[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[right.count]
  }
}
