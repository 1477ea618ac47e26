import NeuralNetwork

/// Names in Keras' snake case.
package enum KerasName {
  /// `CategoricalCrossentropy` becomes `categorical_crossentropy`; `MaxPooling2D`, `max_pooling2d`.
  package static func snakeCase(_ name: String) -> String {
    let characters = Array(name)
    var words = ""
    for (index, character) in characters.enumerated() {
      if character.isUppercase, index > 0, characters[index - 1] != "_" {
        let next = index + 1 < characters.count ? characters[index + 1] : "_"
        if characters[index - 1].isLowercase || next.isLowercase { words += "_" }
      }
      words += character.lowercased()
    }
    return words
  }
}
