import Kernels
import NeuralNetwork

/// Loads the input of a program from samples: bytes or floats, divided by the scale.
struct BatchLoader: Sendable {
  let kernels: KernelSet
  /// The values per input.
  let inputCount: Int
  /// The input of another sample, to mix with; nil if samples are not mixed.
  private let other: FloatBuffer?

  init(kernels: KernelSet, inputCount: Int, isMixing: Bool = false) {
    self.kernels = kernels
    self.inputCount = inputCount
    other = isMixing ? FloatBuffer(count: inputCount) : nil
  }

  /// Writes the inputs (samples, values) as floats, each divided by the scale.
  func load(_ samples: SampleSlice, into floats: UnsafeMutablePointer<Float>) {
    switch samples.inputs {
    case .none: preconditionFailure("the inputs were not decoded")
    case .bytes(let bytes):
      for position in 0..<samples.count {
        let index = samples.inputIndex(at: position)
        let next = samples.inputIndex(at: min(position + 1, samples.count - 1))
        kernels.scaleImages(
          bytes + index * inputCount, floats + position * inputCount, count: inputCount, divisor: samples.scale,
          next: bytes + next * inputCount)
      }
    case .floats(let values):
      for position in 0..<samples.count {
        let source = values + samples.inputIndex(at: position) * inputCount * MemoryLayout<Float>.size
        let target = floats + position * inputCount
        UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: inputCount * MemoryLayout<Float>.size)
        guard samples.scale != 1 else { continue }
        for index in 0..<inputCount { target[index] /= samples.scale }
      }
    }
  }
}

extension BatchLoader {
  /// Writes the inputs of samples of a step's batch, mixed with those of others if the run does so.
  func load(_ range: Range<Int>, of step: CurrentStep, into floats: UnsafeMutablePointer<Float>) {
    load(step.batch.part(range), into: floats)
    guard let mixing = step.mixing, let other else { return }
    for sample in range {
      let partner = mixing[sample].partner
      load(step.batch.part(partner..<partner + 1), into: other.start)
      mixing.mix(sample, floats + (sample - range.lowerBound) * inputCount, with: other.start)
    }
  }
}
