// The program in README.md, which a test compares with this file.

// README: from here
import Martlet

func trainDigits(savingTo path: String) throws -> Double {
  let digits = try DigitsSource().load()
  let model = Sequential([
    Conv2D(filters: 10, kernelSize: [5, 5], activation: .relu), MaxPooling2D(), Flatten(),
    Dense(units: 100, activation: .relu), Dense(units: 10, activation: .softmax),
  ])
  let trainer = try Trainer(TrainingConfiguration(model: model, epochs: 3), inputShape: [28, 28, 1])
  try trainer.fit(digits.train, validation: digits.test)
  try trainer.save(path)
  return try trainer.evaluate(digits.test).accuracy
}
// README: to here
