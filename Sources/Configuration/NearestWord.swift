/// The known word that a mistyped one was probably meant to be.
public enum NearestWord {
  /// The word of `candidates` with the smallest edit distance to `word`, if it is near enough to be a slip.
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    let best = candidates.map { (word: $0, distance: distance(word.lowercased(), $0.lowercased())) }
      .min { $0.distance < $1.distance }
    guard let best, best.distance <= max(1, word.count / 3) else { return nil }
    return best.word
  }

  /// The number of letters to insert, delete or replace (Levenshtein distance).
  static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let replaced = diagonal + (letter == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
      }
    }
    return row[right.count]
  }
}
