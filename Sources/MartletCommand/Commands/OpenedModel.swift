import Martlet

/// A trained model and the source of its data.
struct OpenedModel {
  let trainer: Trainer
  let data: RunData
}
