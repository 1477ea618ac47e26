extension String {
  /// The word with its article: "an optimizer".
  package var withIndefiniteArticle: String { "\("aeiou".contains(prefix(1)) ? "an" : "a") \(self)" }
}
