import Kernels
import NeuralNetwork

/// Loads the input of a program from samples: bytes or floats, divided by the scale.
struct BatchLoader: Sendable {
  let kernels: KernelSet
  /// The values per input.
  let inputCount: Int

  /// Writes the inputs (samples, values) as floats, each divided by the scale.
  func load(_ samples: SampleSlice, into floats: UnsafeMutablePointer<Float>) {
    switch samples.inputs {
    case .bytes(let bytes):
      for position in 0..<samples.count {
        let index = samples.index(at: position)
        let next = samples.index(at: min(position + 1, samples.count - 1))
        kernels.scaleImages(
          bytes + index * inputCount, floats + position * inputCount, count: inputCount, divisor: samples.scale,
          next: bytes + next * inputCount)
      }
    case .floats(let values):
      for position in 0..<samples.count {
        let (source, target) = (values + samples.index(at: position) * inputCount, floats + position * inputCount)
        if samples.scale == 1 {
          target.update(from: source, count: inputCount)
        } else {
          for index in 0..<inputCount { target[index] = source[index] / samples.scale }
        }
      }
    }
  }
}
